import { type Geometry, type Volume, voxelCount } from '../volume/geometry.ts';
import { paintAbdomen } from './anatomy/abdomen.ts';
import type { Anatomy } from './anatomy/anatomy.ts';
import { paintChestWall, paintTable } from './anatomy/chest-wall.ts';
import { paintLungs, textureLungs } from './anatomy/lung.ts';
import { heartSection, paintAirways, paintMediastinum } from './anatomy/mediastinum.ts';
import { paintFrontAndShoulders, paintRibs, paintSpine, spinalCordAt } from './anatomy/skeleton.ts';
import type { Tumour } from './anatomy/tumour.ts';
import { paintTumour } from './anatomy/tumour-tissue.ts';
import { type Canvas, coverRows, newCanvas } from './drawing/canvas.ts';
import type { Ellipse } from './drawing/ellipse.ts';
import { keepLargestPiece } from './drawing/largest-piece.ts';
import { cloudTile, grainTile, type NoiseTile, tileIndex } from './drawing/noise-tile.ts';
import type { RandomStream } from './drawing/random.ts';
import { paintTube, reaches, type Tube } from './drawing/tube.ts';

export interface Scan {
  readonly ct: Volume<Int16Array>;
  readonly tumor: Volume<Uint8Array>;
  readonly heart: Volume<Uint8Array>;
  readonly spinalCord: Volume<Uint8Array>;
}

export interface ScanSubject {
  readonly body: Anatomy;
  readonly vessels: readonly Tube[];
  readonly tumour: Tumour;
  /** Height of the lowest slice in the body frame. */
  readonly bottomMm: number;
  readonly noiseHu: number;
  readonly grainPixels: number;
}

/** Images a body slice by slice on a grid whose in-plane spacing is isotropic. */
export function scan(subject: ScanSubject, geometry: Geometry, random: RandomStream): Scan {
  const { size, spacingMm } = geometry;
  const pixelMm = spacingMm[0];
  const canvas = newCanvas(size[0], pixelMm, spacingMm[2]);
  const noise = grainTile(random, subject.grainPixels);
  const fine = cloudTile(random, 1.6 / pixelMm);
  const coarse = cloudTile(random, 12 / pixelMm);
  const fascia = cloudTile(random, 8 / pixelMm);
  const ct = new Int16Array(voxelCount(size));
  const [tumor, heart, spinalCord] = [0, 1, 2].map(() => new Uint8Array(ct.length));
  const area = size[0] * size[1];
  let grain = random.integer(0, noise.length - 1);
  for (let k = 0; k < size[2]; k++) {
    const zMm = subject.bottomMm + k * spacingMm[2];
    const slice = <T extends Int16Array | Uint8Array>(voxels: T) =>
      voxels.subarray(k * area, (k + 1) * area) as T;
    const { body } = subject;
    bend(canvas, zMm);
    canvas.hu.fill(-1000);
    canvas.lung.fill(0);
    canvas.cavity.fill(0);
    paintTable(canvas, body);
    paintChestWall(canvas, body, zMm, fascia);
    paintLungs(canvas, body, zMm);
    paintMediastinum(canvas, body, zMm, fascia);
    paintAbdomen(canvas, body, zMm);
    paintRibs(canvas, body, zMm);
    paintSpine(canvas, body, zMm);
    paintFrontAndShoulders(canvas, body, zMm);
    paintAirways(canvas, body, zMm);
    textureLungs(canvas, zMm, fine, coarse);
    for (const tube of subject.vessels) {
      if (reaches(tube, zMm, canvas.sliceMm)) paintTube(canvas, zMm, tube, { hu: 45, lung: 'only' });
    }
    paintTumour(canvas, subject.tumour, zMm, coarse, slice(tumor));
    const heartHere = heartSection(canvas, body, zMm);
    if (heartHere) markInside(canvas, heartHere.ellipse, slice(heart));
    markInside(canvas, spinalCordAt(body, zMm), slice(spinalCord));
    const before = grain;
    grain = random.integer(0, noise.length - 1);
    expose(canvas, noise, before, grain, subject.noiseHu, slice(ct));
  }
  keepLargestPiece(tumor, size);
  const volume = <T extends Int16Array | Uint8Array>(data: T): Volume<T> => ({ data, geometry });
  return { ct: volume(ct), tumor: volume(tumor), heart: volume(heart), spinalCord: volume(spinalCord) };
}

/** Outlines of living bodies are no ellipses: shift rows and columns by a few mm, slowly changing with z. */
function bend(canvas: Canvas, zMm: number): void {
  for (let i = 0; i < canvas.columns; i++) {
    const at = canvas.xMm[i];
    canvas.bendXMm[i] = 2.4 * Math.sin(at / 41 + zMm / 51) + 1 * Math.sin(at / 21 - zMm / 29 + 1);
    canvas.bendYMm[i] = 2.2 * Math.sin(at / 37 - zMm / 47 + 2) + 1 * Math.sin(at / 19 + zMm / 31);
  }
}

function markInside(canvas: Canvas, ellipse: Ellipse, mask: Uint8Array): void {
  coverRows(canvas, ellipse, 0, (offset, from, to, cover) => {
    for (let column = from; column < to; column++) if (cover[column] > 0.5) mask[offset + column] = 1;
  });
}

/** Adds the scanner's noise, strongest in the middle of the body, and rounds to HU; -1024 outside the field of view. */
function expose(
  canvas: Canvas,
  noise: NoiseTile,
  before: number,
  now: number,
  noiseHu: number,
  ct: Int16Array,
): void {
  const { hu, columns, rows, xMm, yMm, pixelMm } = canvas;
  const fieldMm = (columns * pixelMm) / 2;
  const fade = xMm.map((x) => Math.exp(-((x / 170) ** 2)));
  const wrap = noise.length - 1;
  for (let row = 0; row < rows; row++) {
    const level = Math.exp(-((yMm[row] / 150) ** 2)) * 0.75 * noiseHu;
    const chord = Math.sqrt(Math.max(0, fieldMm * fieldMm - yMm[row] * yMm[row]));
    const line = tileIndex(0, row);
    const base = row * columns;
    for (let column = 0; column < columns; column++) {
      const i = base + column;
      if (xMm[column] < -chord || xMm[column] > chord) {
        ct[i] = -1024;
        continue;
      }
      const grain =
        0.88 * noise[(line + column + now) & wrap] + 0.47 * noise[(line + column + before) & wrap];
      const value = hu[i] + grain * (0.35 * noiseHu + level * fade[column]);
      ct[i] = value < -1024 ? -1024 : value > 3071 ? 3071 : Math.floor(value + 0.5);
    }
  }
}
