import { least } from '../../kernels/intensity/extremes.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import { dot } from '../series/slice-plane.ts';

/** Where the pixels of a frame lie: LPS mm. */
export interface FramePlane {
  readonly columns: number;
  readonly rows: number;
  /** Centre of the first pixel. */
  readonly originMm: Vec3;
  /** Unit vectors of growing column and row index, and the normal of both. */
  readonly columnStep: Vec3;
  readonly rowStep: Vec3;
  readonly normal: Vec3;
  /** Distance of neighbouring columns, and of neighbouring rows. */
  readonly spacingMm: readonly [columns: number, rows: number];
}

/** Pictures of a mask in space, one after the other: the frames of a SEG, or the slices of a label volume. */
export interface MaskFrames {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Throws a CaseExclusion where position, orientation or spacing is absent or malformed. */
  readonly plane: (frame: number) => FramePlane;
  /** Distance of the frames as declared, in mm; undefined where nothing declares it. */
  readonly declaredSpacingMm: number | undefined;
}

/** Calls `visit` with the offset, row * columns + column, of each pixel of a frame that is inside. */
export type VisitInside = (frame: number, visit: (offset: number) => void) => void;

/** Frames nearer to each other along their normal lie in one plane. */
const SAME_PLANE_MM = 0.01;

/** Least distance of two planes among all frames; undefined where all lie in one. */
export function planeDistanceMm(frames: MaskFrames): number | undefined {
  const { normal } = frames.plane(0);
  const heights = Array.from({ length: frames.count }, (_, f) => dot(frames.plane(f).originMm, normal));
  heights.sort((a, b) => a - b);
  const gaps = heights
    .slice(1)
    .flatMap((height, i) => (height - heights[i] > SAME_PLANE_MM ? height - heights[i] : []));
  return gaps.length === 0 ? undefined : least(gaps);
}
