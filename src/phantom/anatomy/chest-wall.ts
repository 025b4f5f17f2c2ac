import { type Canvas, coverRows, paint } from '../drawing/canvas.ts';
import { smoothStep } from '../drawing/curve.ts';
import { type Ellipsoid, grown, sectionAt } from '../drawing/ellipse.ts';
import { cloudAt, cloudSlice, type NoiseTile } from '../drawing/noise-tile.ts';
import { type Anatomy, cavityAt, muscleAt, sides, skinAt } from './anatomy.ts';

export const fatHu = -105;
export const muscleHu = 52;
const skinHu = 15;

/** Skin, fat and muscle of the trunk, and the outline of the rib cage for what comes later. */
export function paintChestWall(canvas: Canvas, body: Anatomy, zMm: number, fascia: NoiseTile): void {
  const skin = skinAt(body, zMm);
  const breasts = body.female ? sectionsOfBreasts(body, zMm) : [];
  for (const { ellipse, edgeMm } of breasts) paint(canvas, ellipse, { hu: skinHu, edgeMm });
  paint(canvas, skin, { hu: skinHu });
  for (const { ellipse, edgeMm } of breasts) paint(canvas, grown(ellipse, -2), { hu: fatHu + 15, edgeMm });
  paint(canvas, grown(skin, -2), { hu: fatHu });
  const muscle = muscleAt(body, zMm);
  const planes = cloudSlice(zMm, 190);
  coverRows(canvas, muscle, 0, (offset, from, to, cover) => {
    const row = offset / canvas.columns;
    for (let column = from; column < to; column++) {
      // Fat planes between muscles follow the lines where a smooth cloud crosses zero.
      const cloud = cloudAt(fascia, planes, column, row);
      const fat = Math.max(0.6 * Math.max(0, 1 - Math.abs(cloud) * 5), smoothStep(1.2, 1.7, cloud));
      const hu = muscleHu + fat * (fatHu - muscleHu);
      const i = offset + column;
      canvas.hu[i] += cover[column] * (hu - canvas.hu[i]);
    }
  });
  coverRows(canvas, cavityAt(body, zMm), 0, (offset, from, to, cover) => {
    canvas.cavity.set(cover.subarray(from, to), offset + from);
  });
}

function sectionsOfBreasts(body: Anatomy, zMm: number) {
  return sides.flatMap((side) => {
    const front = skinAt(body, 0.3 * body.lungHeightMm);
    const breast: Ellipsoid = {
      xMm: side * 82 * body.width,
      yMm: front.yMm - front.halfYMm + 32,
      zMm: 0.28 * body.lungHeightMm,
      halfXMm: 62 * body.width,
      halfYMm: 36 + 0.8 * body.fatFrontMm,
      halfZMm: 0.34 * body.lungHeightMm,
      turn: side * 0.35,
    };
    const section = sectionAt(breast, zMm, 0);
    return section ? [{ ...section, edgeMm: 1 }] : [];
  });
}

/** The couch: a thin plate below the back and a curved shell below that. */
export function paintTable(canvas: Canvas, body: Anatomy): void {
  const top = body.backMm + 5;
  paintShelf(canvas, top, 0, 190, 2.2, -250);
  paintShelf(canvas, top + 2.2, 0, 190, 9, -930);
  paintShelf(canvas, top + 11.2, 0, 190, 1.6, -350);
  paintShelf(canvas, top + 62, -0.0011, 165, 4.5, -120);
}

function paintShelf(
  canvas: Canvas,
  yMm: number,
  bend: number,
  halfMm: number,
  thickMm: number,
  hu: number,
): void {
  const { pixelMm, columns, rows, xMm } = canvas;
  for (let column = 0; column < columns; column++) {
    const x = xMm[column];
    if (Math.abs(x) > halfMm) continue;
    const from = (yMm + bend * x * x - canvas.yMm[0]) / pixelMm + 0.5;
    const to = from + thickMm / pixelMm;
    for (let row = Math.max(0, Math.floor(from)); row < Math.min(rows, Math.ceil(to)); row++) {
      const share = Math.min(row + 1, to) - Math.max(row, from);
      const i = row * columns + column;
      canvas.hu[i] += share * (hu - canvas.hu[i]);
    }
  }
}
