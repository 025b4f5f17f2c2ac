import { CaseExclusion } from '../../errors.ts';
import { scratch } from '../../memory/thread.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import { type Vec3, voxelCount } from '../../volume/geometry.ts';
import type { MaskCandidate, MaskSource } from './mask-candidates.ts';
import { masksOn } from './mask-rivals.ts';

/** Voxels of a mask and the slices they lie on. */
export interface MaskExtent {
  readonly voxels: number;
  /** Index along the third axis, from 0; null in an empty mask. */
  readonly firstSlice: number | null;
  readonly lastSlice: number | null;
}

/** A mask of another source against the one that was taken, on one grid. */
export interface MaskAgreement {
  readonly source: MaskSource;
  readonly roiName: string;
  /** 2 |A and B| / (|A| + |B|); null where the other could not be drawn. */
  readonly dice: number | null;
  readonly taken: MaskExtent;
  readonly other: MaskExtent;
  /** Why the other could not be drawn, '' where it was. */
  readonly refusal: string;
}

const NOTHING: MaskExtent = { voxels: 0, firstSlice: null, lastSlice: null };

export function maskExtent(mask: Uint8Array, [nx, ny, nz]: Vec3): MaskExtent {
  let [voxels, first, last] = [0, -1, -1];
  for (let k = 0; k < nz; k++) {
    let onSlice = 0;
    const end = (k + 1) * nx * ny;
    for (let i = k * nx * ny; i < end; i++) onSlice += mask[i];
    if (onSlice === 0) continue;
    if (first < 0) first = k;
    last = k;
    voxels += onSlice;
  }
  return first < 0 ? NOTHING : { voxels, firstSlice: first, lastSlice: last };
}

/** Dice coefficient of two masks of 0 and 1; 1 where both are empty. */
export function diceOf(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`masks of ${a.length} and ${b.length} voxels`);
  let [sum, common] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    sum += a[i] + b[i];
    common += a[i] & b[i];
  }
  return sum === 0 ? 1 : (2 * common) / sum;
}

/**
 * Holds the mask that was taken against those of the other sources: the first candidate of each on the same series.
 * `draw` draws a candidate on the finished grid. One that cannot be drawn is told, not thrown.
 */
export function maskAgreements(
  taken: { readonly candidate: MaskCandidate; readonly mask: Uint8Array; readonly size: Vec3 },
  candidates: readonly MaskCandidate[],
  draw: (candidate: MaskCandidate) => Uint8Array,
): MaskAgreement[] {
  if (taken.mask.length !== voxelCount(taken.size)) throw new RangeError('the mask is not of this size');
  const bySource = Map.groupBy(masksOn(taken.candidate.series, candidates), ({ object }) => object.source);
  bySource.delete(taken.candidate.object.source);
  const extent = bySource.size === 0 ? NOTHING : maskExtent(taken.mask, taken.size);
  return [...bySource].map(([source, [candidate]]) => {
    const named = { source, roiName: safeRoiName(candidate.roi.names[0]), taken: extent };
    try {
      return scratch(() => {
        const mask = draw(candidate);
        return {
          ...named,
          dice: diceOf(taken.mask, mask),
          other: maskExtent(mask, taken.size),
          refusal: '',
        };
      });
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      return { ...named, dice: null, other: NOTHING, refusal: thrown.code };
    }
  });
}
