/**
 * A rounded outline in an axial slice, in the body frame: mm, +x left, +y posterior, origin in the middle of the image.
 * `square` bends the ellipse towards its bounding box (0: ellipse, 1: box); `turn` rotates it from +x to +y (radians).
 */
export interface Ellipse {
  readonly xMm: number;
  readonly yMm: number;
  readonly halfXMm: number;
  readonly halfYMm: number;
  readonly square?: number;
  readonly turn?: number;
}

/** An ellipse per slice, largest at `zMm` and gone `halfZMm` from there. */
export interface Ellipsoid extends Ellipse {
  readonly zMm: number;
  readonly halfZMm: number;
}

/** What a slice shows of a solid: its outline, and how far its edge wanders within the slice's thickness. */
export interface Section {
  readonly ellipse: Ellipse;
  readonly edgeMm: number;
}

export function grown(ellipse: Ellipse, byMm: number): Ellipse {
  return { ...ellipse, halfXMm: ellipse.halfXMm + byMm, halfYMm: ellipse.halfYMm + byMm };
}

export function isInside(ellipse: Ellipse, xMm: number, yMm: number): boolean {
  const turn = ellipse.turn ?? 0;
  const dx = xMm - ellipse.xMm;
  const dy = yMm - ellipse.yMm;
  const u = (Math.cos(turn) * dx + Math.sin(turn) * dy) / ellipse.halfXMm;
  const v = (Math.cos(turn) * dy - Math.sin(turn) * dx) / ellipse.halfYMm;
  return u * u <= 1 && v * v <= 1 && u * u + v * v - (ellipse.square ?? 0) * u * u * v * v <= 1;
}

/** The section of a solid at height `zMm` through a slice of `sliceMm`, or undefined where the solid does not reach. */
export function sectionAt(solid: Ellipsoid, zMm: number, sliceMm: number): Section | undefined {
  const h = (zMm - solid.zMm) / solid.halfZMm;
  if (h * h >= 1) return undefined;
  const scale = Math.sqrt(1 - h * h);
  const slope = (Math.abs(h) * Math.sqrt(solid.halfXMm * solid.halfYMm)) / (scale * solid.halfZMm);
  return {
    ellipse: { ...solid, halfXMm: solid.halfXMm * scale, halfYMm: solid.halfYMm * scale },
    edgeMm: Math.min(12, 0.7 * slope * sliceMm),
  };
}
