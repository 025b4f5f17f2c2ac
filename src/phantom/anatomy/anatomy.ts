import { curve } from '../drawing/curve.ts';
import { type Ellipse, type Ellipsoid, isInside, sectionAt } from '../drawing/ellipse.ts';
import type { RandomStream } from '../drawing/random.ts';

/** Left is +x in the body frame. */
export type Side = -1 | 1;
export const sides: readonly Side[] = [-1, 1];

/** The proportions of one body. Heights: z = 0 at the top of the right diaphragm, `lungHeightMm` at the lung's apex. */
export interface Anatomy {
  readonly female: boolean;
  readonly lungHeightMm: number;
  /** Scale of the skeleton across and from front to back. */
  readonly width: number;
  readonly depth: number;
  readonly fatSideMm: number;
  readonly fatFrontMm: number;
  readonly backMm: number;
  readonly lungHu: number;
  readonly bloodHu: number;
  readonly heartScale: number;
  readonly leftDomeDropMm: number;
  /** Shifts the repeating structures (ribs, vertebrae) along z. */
  readonly ribShiftMm: number;
  readonly calcified: boolean;
  readonly stomachGas: boolean;
}

export function drawAnatomy(
  random: RandomStream,
  female: boolean,
  lungHeightMm: number,
  scale: number,
): Anatomy {
  const width = scale * random.between(0.94, 1.06) * (female ? 0.95 : 1);
  const depth = scale * random.between(0.93, 1.08) * (female ? 0.96 : 1);
  return {
    female,
    lungHeightMm,
    width,
    depth,
    fatSideMm: random.between(9, 26),
    fatFrontMm: random.between(6, 18),
    backMm: 118 * depth,
    lungHu: random.between(-885, -835),
    bloodHu: random.pick([42, 45, 130, 170]),
    heartScale: random.between(0.92, 1.14),
    leftDomeDropMm: random.between(4, 22),
    ribShiftMm: random.between(-10, 10),
    calcified: random.uniform() < 0.5,
    stomachGas: random.uniform() < 0.75,
  };
}

const cavityHalfX = curve(
  [-0.45, 122],
  [-0.1, 134],
  [0.2, 136],
  [0.5, 128],
  [0.75, 108],
  [0.95, 86],
  [1.15, 66],
);
const cavityHalfY = curve([-0.45, 88], [0, 93], [0.3, 91], [0.6, 81], [0.8, 66], [1, 49], [1.15, 42]);
const cavityBack = curve([-0.45, 80], [0.2, 86], [0.7, 84], [1, 74], [1.15, 66]);

/** Inner outline of the rib cage. */
export function cavityAt(body: Anatomy, zMm: number): Ellipse {
  const t = zMm / body.lungHeightMm;
  const halfYMm = cavityHalfY(t) * body.depth;
  return {
    xMm: 0,
    yMm: cavityBack(t) * body.depth - halfYMm,
    halfXMm: cavityHalfX(t) * body.width,
    halfYMm,
    square: 0.3,
  };
}

const bodyHalfX = curve(
  [-0.45, 156],
  [0, 160],
  [0.35, 162],
  [0.6, 168],
  [0.8, 182],
  [0.95, 196],
  [1.1, 200],
  [1.3, 190],
);
const bodyHalfY = curve(
  [-0.45, 116],
  [0, 119],
  [0.3, 119],
  [0.6, 111],
  [0.8, 97],
  [1, 84],
  [1.15, 74],
  [1.3, 66],
);

/** The skin. The back is flat on the table at every height. */
export function skinAt(body: Anatomy, zMm: number): Ellipse {
  const t = zMm / body.lungHeightMm;
  const halfYMm = bodyHalfY(t) * body.depth + 0.4 * body.fatFrontMm;
  const halfXMm = bodyHalfX(t) * body.width + body.fatSideMm - 14;
  return { xMm: 0, yMm: body.backMm - halfYMm, halfXMm, halfYMm, square: 0.45 };
}

/** Outer outline of the muscles, below skin and fat. */
export function muscleAt(body: Anatomy, zMm: number): Ellipse {
  const skin = skinAt(body, zMm);
  const back = 7;
  const front = body.fatFrontMm;
  return {
    ...skin,
    yMm: skin.yMm + (front - back) / 2,
    halfXMm: skin.halfXMm - body.fatSideMm,
    halfYMm: skin.halfYMm - (front + back) / 2,
    square: 0.25,
  };
}

/** One lung before ribs, heart and diaphragm cut it; undefined above the apex and below the recess. */
export function lungAt(body: Anatomy, side: Side, zMm: number): Ellipse | undefined {
  const t = zMm / body.lungHeightMm;
  const apex = side < 0 ? 1 : 0.985;
  if (t >= apex || t < -0.5) return undefined;
  const q = Math.max(0, (t - 0.5) / (apex - 0.5));
  const closing = (1 - q * q) ** 0.6;
  const cavity = cavityAt(body, zMm);
  const halfXMm = 74 * body.width * closing ** 1.15;
  return {
    xMm: side * (Math.max(36, 66 - 26 * q) * body.width),
    yMm: cavity.yMm + 6 * q,
    halfXMm,
    halfYMm: cavity.halfYMm * 1.02 * closing ** 0.75,
    square: 0.35,
  };
}

export function heartOf(body: Anatomy): Ellipsoid {
  const scale = body.heartScale;
  return {
    xMm: 26 * body.width,
    yMm: -26 * body.depth,
    zMm: 0.13 * body.lungHeightMm,
    halfXMm: 72 * scale * body.width,
    halfYMm: 54 * scale * body.depth,
    halfZMm: 0.31 * scale * body.lungHeightMm,
    turn: -0.55,
    square: 0.15,
  };
}

/** The two domes of the diaphragm, right first. */
export function domesOf(body: Anatomy): readonly [Ellipsoid, Ellipsoid] {
  const dome = (side: Side, dropMm: number): Ellipsoid => ({
    xMm: side * 60 * body.width,
    yMm: -12 * body.depth,
    zMm: -88 - dropMm,
    halfXMm: 88 * body.width,
    halfYMm: 92 * body.depth,
    halfZMm: 88,
    square: 0.25,
  });
  return [dome(-1, 0), dome(1, body.leftDomeDropMm)];
}

const mediastinumHalfX = curve(
  [-0.4, 40],
  [0, 40],
  [0.35, 42],
  [0.5, 45],
  [0.7, 34],
  [0.85, 33],
  [1, 44],
  [1.1, 60],
);

/** Fat and vessels between the lungs. */
export function mediastinumAt(body: Anatomy, zMm: number): Ellipse {
  const cavity = cavityAt(body, zMm);
  return {
    xMm: 3,
    yMm: cavity.yMm + 10,
    halfXMm: mediastinumHalfX(zMm / body.lungHeightMm) * body.width,
    halfYMm: cavity.halfYMm * 0.72,
    square: 0.2,
  };
}

/** The thin fold in front of heart and great vessels, where the lungs almost meet. */
export function anteriorFoldAt(body: Anatomy, zMm: number): Ellipse {
  const cavity = cavityAt(body, zMm);
  const halfYMm = cavity.halfYMm * 0.5;
  return { xMm: 4, yMm: cavity.yMm - cavity.halfYMm + 0.6 * halfYMm, halfXMm: 9 * body.width, halfYMm };
}

const spineY = curve([-0.45, 40], [0.1, 48], [0.5, 52], [0.85, 47], [1.15, 30]);

/** Middle of the vertebral body. */
export function spineYMm(body: Anatomy, zMm: number): number {
  return spineY(zMm / body.lungHeightMm) * body.depth;
}

/** Muscles along the spine, which push the lungs forward at both sides of it. */
export function backMusclesAt(body: Anatomy, zMm: number): Ellipse {
  const yMm = spineYMm(body, zMm) + 36 * body.depth;
  return { xMm: 0, yMm, halfXMm: 46 * body.width, halfYMm: 24 * body.depth, square: 0.3 };
}

/** True where lung is expected, before organic bending. Used to place and size what grows in the lung. */
export function isLung(body: Anatomy, xMm: number, yMm: number, zMm: number): boolean {
  const lung = lungAt(body, xMm < 0 ? -1 : 1, zMm);
  if (lung === undefined || !isInside(lung, xMm, yMm) || !isInside(cavityAt(body, zMm), xMm, yMm))
    return false;
  for (const solid of [heartOf(body), ...domesOf(body)]) {
    const section = sectionAt(solid, zMm, 0);
    if (section !== undefined && isInside(section.ellipse, xMm, yMm)) return false;
  }
  return ![mediastinumAt, anteriorFoldAt, backMusclesAt].some((at) => isInside(at(body, zMm), xMm, yMm));
}
