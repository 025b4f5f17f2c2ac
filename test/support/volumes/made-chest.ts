import {
  type Geometry,
  pointOfIndex,
  type Vec3,
  type Volume,
  voxelCount,
} from '../../../src/volume/geometry.ts';

/** A ball or ellipsoid: centre and radii in mm from the middle of the image, LPS. */
export interface Ellipsoid {
  readonly centreMm: Vec3;
  readonly radiiMm: Vec3;
}

function isIn({ centreMm, radiiMm }: Ellipsoid, point: Vec3): boolean {
  return point.reduce((sum, mm, a) => sum + ((mm - centreMm[a]) / radiiMm[a]) ** 2, 0) <= 1;
}

export const LEFT_LUNG: Ellipsoid = { centreMm: [62, 0, 0], radiiMm: [42, 62, 90] };
export const RIGHT_LUNG: Ellipsoid = { centreMm: [-62, 0, 0], radiiMm: [42, 62, 90] };
/** Within the right lung. */
export const TUMOUR: Ellipsoid = { centreMm: [-60, 10, 15], radiiMm: [14, 14, 14] };

const BODY: Ellipsoid = { centreMm: [0, 0, 0], radiiMm: [135, 95, 100_000] };
const TRACHEA: Ellipsoid = { centreMm: [0, 20, 60], radiiMm: [8, 8, 100] };
/** Gas of the bowel, larger than a lung must be. */
const GAS: Ellipsoid = { centreMm: [0, -62, -60], radiiMm: [32, 24, 75] };

export interface ChestOptions {
  readonly size?: Vec3;
  readonly spacingMm?: Vec3;
  readonly lungs?: readonly Ellipsoid[];
  readonly tumour?: Ellipsoid;
}

export interface Chest {
  readonly ct: Volume<Int16Array>;
  readonly tumor: Volume<Uint8Array>;
  /** By geometry: what is lung, without what else lies in it. */
  readonly lung: Uint8Array;
}

/** A chest of plain shapes on an axial LPS grid: air -1000, body 40, lungs -850, airway and bowel gas -1000, tumour 30 HU. */
export function madeChest({
  size = [78, 68, 40],
  spacingMm = [4, 4, 6],
  lungs = [LEFT_LUNG, RIGHT_LUNG],
  tumour = TUMOUR,
}: ChestOptions = {}): Chest {
  const originMm: Vec3 = [
    (-(size[0] - 1) * spacingMm[0]) / 2,
    (-(size[1] - 1) * spacingMm[1]) / 2,
    (-(size[2] - 1) * spacingMm[2]) / 2,
  ];
  const geometry: Geometry = { size, spacingMm, originMm, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  const ct = new Int16Array(voxelCount(size)).fill(-1000);
  const tumor = new Uint8Array(ct.length);
  const lung = new Uint8Array(ct.length);
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const point = pointOfIndex(geometry, [x, y, z]);
        if (isIn(BODY, point)) ct[at] = 40;
        if (isIn(TRACHEA, point) || isIn(GAS, point)) ct[at] = -1000;
        if (lungs.some((l) => isIn(l, point))) {
          ct[at] = -850;
          lung[at] = 1;
        }
        if (!isIn(tumour, point)) continue;
        ct[at] = 30;
        tumor[at] = 1;
      }
    }
  }
  return { ct: { data: ct, geometry }, tumor: { data: tumor, geometry }, lung };
}

/** Dice of two masks. */
export function diceOf(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    sum += a[i] + b[i];
  }
  return (2 * both) / sum;
}
