import { CaseExclusion } from '../../errors.ts';
import { type SliceBounds, SliceRaster } from '../../kernels/mask/raster.ts';
import type { SliceLattice } from '../series/lattice.ts';
import { areaPixels, type PlanarContour, sameContour } from './contour-plane.ts';

/** How the contours of a plane combine. */
export type ContourRule = 'or' | 'xor';

/** What was met while contours were filled; all of them counts. */
export interface FillFacts {
  /** Voxels inside by OR and outside by XOR. */
  readonly orXorVoxels: number;
  /** Contours that repeat another one of their plane point for point: each such pair would cancel itself under XOR. */
  readonly duplicates: number;
  /** Slices on which the contours of several planes fell. */
  readonly sharedSlices: number;
}

/** Contours by the planes that they lie in; neighbours in z nearer than `tolerance` (in slices) share a plane. */
function byPlane(contours: readonly PlanarContour[], tolerance: number): PlanarContour[][] {
  const planes: PlanarContour[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const contour of [...contours].sort((a, b) => a.z - b.z)) {
    if (contour.z - last > tolerance) planes.push([]);
    planes[planes.length - 1].push(contour);
    last = contour.z;
  }
  return planes;
}

function distinct(contours: readonly PlanarContour[]): PlanarContour[] {
  const kept = new Map<string, PlanarContour[]>();
  for (const contour of contours) {
    // Where thousands of contours share a plane, comparing each with each would take hours.
    const { x, y } = contour;
    const key = `${x.length} ${x[0] + x[x.length >> 1]} ${y[0] + y[x.length >> 1]} ${areaPixels(contour)}`;
    const alike = kept.get(key);
    if (alike === undefined) kept.set(key, [contour]);
    else if (!alike.some((k) => sameContour(k, contour))) alike.push(contour);
  }
  return [...kept.values()].flat();
}

/** How many slices' worth of pixels contours may be filled into, all in all: a body outlined on every slice takes a thousand. */
const MOST_SLICES_FILLED = 2 ** 14;

/** Fills the contours of planes into slices, one plane at a time. */
class PlaneFiller {
  readonly #raster: SliceRaster;
  /** XOR in bit 0, OR in bit 1; all 0 between planes. */
  readonly #both: Uint8Array;
  #pixels = 0;

  constructor(columns: number, rows: number) {
    this.#raster = new SliceRaster(columns, rows);
    this.#both = new Uint8Array(columns * rows);
  }

  #count({ top, bottom, left, right }: SliceBounds): void {
    this.#pixels += Math.max(0, bottom - top + 1) * Math.max(0, right - left + 1);
    if (this.#pixels > MOST_SLICES_FILLED * this.#both.length)
      throw new CaseExclusion(
        'overlapping-contours',
        'the contours of an ROI lie over each other many thousand times: export it again',
      );
  }

  /** ORs the contours of one plane, combined by `rule`, into a slice. Gives the voxels where OR and XOR differ. */
  fill(contours: readonly PlanarContour[], rule: ContourRule, slice: Uint8Array): number {
    const raster = this.#raster;
    const single = contours.length === 1;
    let [top, bottom, left, right] = [raster.rows, -1, raster.columns, -1];
    for (const { x, y } of contours) {
      raster.add(x, y);
      raster.fillInto(single ? slice : this.#both, single ? 'or' : 'both');
      const { bounds } = raster;
      this.#count(bounds);
      [top, bottom] = [Math.min(top, bounds.top), Math.max(bottom, bounds.bottom)];
      [left, right] = [Math.min(left, bounds.left), Math.max(right, bounds.right)];
      raster.clear();
    }
    if (single) return 0;
    let differing = 0;
    for (let row = top; row <= bottom; row++) {
      const end = row * raster.columns + right;
      for (let at = row * raster.columns + left; at <= end; at++) {
        const bits = this.#both[at];
        if (bits === 0) continue;
        this.#both[at] = 0;
        if (bits === 2) differing++;
        if (rule === 'or' || (bits & 1) === 1) slice[at] = 1;
      }
    }
    return differing;
  }
}

/**
 * Fills contours into `mask`, 1 inside, each on the slice nearest to its plane (all of them lie within the stack).
 * Contours of one plane combine by the rule, so that XOR leaves holes open. Contours of different planes that share a
 * slice are united: a contour of another plane is no hole, and XOR would cut out what both of them hold.
 */
export function fillContours(
  contours: readonly PlanarContour[],
  rule: ContourRule,
  samePlaneMm: number,
  { size: [nx, ny], spacingMm }: Pick<SliceLattice, 'size' | 'spacingMm'>,
  mask: Uint8Array,
): FillFacts {
  const bySlice = Map.groupBy(contours, ({ z }) => Math.floor(z + 0.5));
  const filler = new PlaneFiller(nx, ny);
  let [orXorVoxels, duplicates, sharedSlices] = [0, 0, 0];
  for (const [k, onSlice] of bySlice) {
    const slice = mask.subarray(k * nx * ny, (k + 1) * nx * ny);
    const planes = byPlane(onSlice, samePlaneMm / spacingMm[2]);
    if (planes.length > 1) sharedSlices++;
    for (const plane of planes) {
      const kept = distinct(plane);
      duplicates += plane.length - kept.length;
      const planeRule = kept.some(({ xor }) => xor) ? 'xor' : rule;
      orXorVoxels += filler.fill(kept, planeRule, slice);
    }
  }
  return { orXorVoxels, duplicates, sharedSlices };
}
