import { CaseExclusion } from '../../errors.ts';
import { frameName } from '../file/functional-groups.ts';
import type { StudyFlag } from '../study-flag.ts';
import { orderSlices } from './slice-order.ts';
import { SAME_POSITION_MM, type SlicePlane } from './slice-plane.ts';

function distanceMm(p: SlicePlane, q: SlicePlane): number {
  return Math.hypot(...p.positionMm.map((mm, a) => mm - q.positionMm[a]));
}

function sameValues(a: Int16Array, b: Int16Array): boolean {
  return a.length === b.length && a.every((hu, i) => hu === b[i]);
}

/**
 * Drops slices that repeat another, in position and in every HU; of each kind the first by SOP Instance UID stays. Pixels
 * are asked for (`huOf`) only where positions coincide. Throws a CaseExclusion `duplicate-slices` where the HU differ: two
 * scans in one series that no attribute tells apart (`scansOf`), and nothing says which one the mask was drawn on.
 */
export async function withoutDuplicates(
  planes: readonly SlicePlane[],
  huOf: (plane: SlicePlane) => Int16Array | Promise<Int16Array>,
): Promise<{ planes: readonly SlicePlane[]; flags: readonly StudyFlag[] }> {
  const { slices, heightsMm } = orderSlices(planes);
  const dropped = new Set<SlicePlane>();
  for (let i = 0; i < slices.length; i++) {
    if (dropped.has(slices[i])) continue;
    let hu: Int16Array | undefined;
    for (let j = i + 1; j < slices.length && heightsMm[j] - heightsMm[i] <= SAME_POSITION_MM; j++) {
      if (distanceMm(slices[i], slices[j]) > SAME_POSITION_MM) continue;
      hu ??= await huOf(slices[i]);
      if (!sameValues(hu, await huOf(slices[j]))) {
        throw new CaseExclusion(
          'duplicate-slices',
          'lies at the position of another slice and shows something else, and no attribute tells two scans apart: export the scan that the mask was drawn on as a series of its own',
          { file: frameName(slices[j]) },
        );
      }
      dropped.add(slices[j]);
    }
  }
  if (dropped.size === 0) return { planes, flags: [] };
  return {
    planes: planes.filter((plane) => !dropped.has(plane)),
    flags: [
      {
        code: 'duplicate-slices-dropped',
        message: 'slices that repeat another, in position and pixels, were dropped',
        value: dropped.size,
      },
    ],
  };
}
