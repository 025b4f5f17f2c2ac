import type { SourceVoxels } from '../dicom/derived/source-images.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';
import { CaseExclusion } from '../errors.ts';
import { skipZeros } from '../kernels/mask/set-bytes.ts';
import { giveBack, room } from '../memory/thread.ts';
import { gridDistanceMm, type Volume, type VoxelArray } from '../volume/geometry.ts';
import { SAME_GRID_MM } from './series-on-grid.ts';
import { flagOf, isResampled } from './source-flags.ts';
import type { Source } from './source-images.ts';

/** A map on the pixels of the source images. */
export interface PlacedMap {
  /**
   * Labels as uint8, or uint16 where one is above 255; probabilities as float32. Slice after slice, x fastest. The map's own
   * array where nothing had to be done to it.
   */
  readonly voxels: SourceVoxels;
  /** Voxels of each label that occurs, ascending; of probabilities those from 0.5 on, as label 1. */
  readonly counts: ReadonlyMap<number, number>;
  /** What of the map is not on the images. */
  readonly flags: readonly StudyFlag[];
}

const MOST_LABEL = 65535;

/** From here on a probability counts as inside. */
const INSIDE = 0.5;

/** Overlapping windows are averaged in half precision at worst, whose steps below 1 are as wide. */
const ROUNDING = 2 ** -10;

/** Least and largest value, and whether all are whole. */
interface Values {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

function valuesOf(file: string, data: VoxelArray): Values {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let whole = true;
  const real = data instanceof Float32Array || data instanceof Float64Array;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < least) least = value;
    if (value > most) most = value;
    if (!real || Number.isInteger(value)) continue;
    if (!Number.isFinite(value))
      throw new CaseExclusion('not-finite', 'holds NaN or infinite values', { file });
    whole = false;
  }
  return { least, most, whole };
}

function labelsOf(file: string, data: VoxelArray): Uint8Array | Uint16Array {
  if (data instanceof Uint8Array) return data;
  const { least, most, whole } = valuesOf(file, data);
  if (!whole)
    throw new CaseExclusion(
      'not-labels',
      'holds fractions, and labels are whole numbers: give a threshold that makes a mask of it, or write it as probabilities',
      { file },
    );
  if (least < 0 || most > MOST_LABEL)
    throw new CaseExclusion(
      'not-labels',
      `holds ${least < 0 ? least : most}, and labels are from 0 to ${MOST_LABEL}: number them anew`,
      { file },
    );
  if (data instanceof Uint16Array && most > 255) return data;
  const labels = room<Uint8Array | Uint16Array>(most > 255 ? Uint16Array : Uint8Array, data.length);
  labels.set(data);
  return labels;
}

function probabilitiesOf(file: string, data: VoxelArray): Float32Array {
  const { least, most } = valuesOf(file, data);
  if (least < -ROUNDING || most > 1 + ROUNDING)
    throw new CaseExclusion(
      'not-probabilities',
      `holds values from ${Number(least.toFixed(3))} to ${Number(most.toFixed(3))}, and probabilities are from 0 to 1: apply the activation of the model (sigmoid, softmax), or give a threshold that makes a mask of it`,
      { file },
    );
  if (data instanceof Float32Array && least >= 0 && most <= 1) return data;
  const shares = room(Float32Array, data.length);
  for (let i = 0; i < data.length; i++) shares[i] = Math.min(Math.max(data[i], 0), 1);
  return shares;
}

/** Voxels by label, without 0. */
function countsOf(voxels: SourceVoxels): ReadonlyMap<number, number> {
  const counts = new Float64Array(voxels instanceof Uint8Array ? 256 : MOST_LABEL + 1);
  const inside = voxels instanceof Float32Array ? INSIDE : 1;
  const next = skipZeros(voxels);
  for (let i = next(0); i < voxels.length; i++) {
    const value = voxels[i];
    // The loop goes on with the one after.
    if (value === 0) i = next(i + 1) - 1;
    else if (value >= inside) counts[Math.ceil(value)]++;
  }
  const found = new Map<number, number>();
  counts.forEach((voxelsOfLabel, label) => {
    if (voxelsOfLabel > 0) found.set(label, voxelsOfLabel);
  });
  return found;
}

function sumOf(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Voxels of planes that are left out and, of labels, beside the leaning images. */
function voxelsOff(values: SourceVoxels, placed: PlacedMap['counts'], { stack }: Source): number {
  if (!(values instanceof Float32Array) && !isResampled(stack))
    return sumOf(countsOf(values)) - sumOf(placed);
  const { geometry, missingPlanes } = stack;
  const planeLength = geometry.size[0] * geometry.size[1];
  const plane = (k: number): SourceVoxels => values.subarray(k * planeLength, (k + 1) * planeLength);
  return missingPlanes.reduce((sum, k) => sum + sumOf(countsOf(plane(k))), 0);
}

/**
 * Brings a map from the CT grid onto the pixels of the images that the CT was made of: labels by nearest neighbour, so that
 * a mask that was drawn on the images is there again, voxel by voxel; probabilities linearly where the CT had been
 * straightened or resampled.
 *
 * Throws a CaseExclusion naming `file`: `other-grid` where it does not lie on the CT grid, `not-finite`, `not-labels` (negative,
 * above 65535, or fractions), `not-probabilities` (outside 0 to 1 by more than half precision rounds).
 */
export function toSourceVoxels(
  file: string,
  map: Volume,
  kind: 'labels' | 'probabilities',
  source: Source,
): PlacedMap {
  const { stack } = source;
  if (!(gridDistanceMm(map.geometry, stack.geometry) <= SAME_GRID_MM))
    throw new CaseExclusion(
      'other-grid',
      `has ${map.geometry.size.join(' x ')} voxels on a grid that is not that of the converted CT, ${stack.geometry.size.join(' x ')}: give a map on the grid of its ct.nii.gz`,
      { file },
    );
  const values = kind === 'labels' ? labelsOf(file, map.data) : probabilitiesOf(file, map.data);
  const voxels = stack.toSlices<SourceVoxels>(values);
  const counts = countsOf(voxels);
  const off = voxels === values ? 0 : voxelsOff(values, counts, source);
  if (values !== map.data && values !== voxels) giveBack(values);
  return {
    voxels,
    counts,
    flags: flagOf(
      'voxels-off-images',
      'voxels of the map where there is no image: on planes that were interpolated, or beside a leaning image; left out',
      off,
    ),
  };
}
