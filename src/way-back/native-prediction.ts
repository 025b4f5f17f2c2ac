import { CaseExclusion } from '../errors.ts';
import { linearBackAxis, nearestBackAxis } from '../kernels/grid/back-axis.ts';
import { cropWithPad } from '../kernels/grid/crop.ts';
import { invertedOrder, reorient } from '../kernels/grid/orient.ts';
import { resampleLinear, resampleNearest } from '../kernels/grid/resample.ts';
import {
  axisPaths,
  type ResampleAxes,
  type ResampleAxis,
  sizeOfAxes,
  windowOfAxis,
} from '../kernels/grid/resample-axis.ts';
import { strided } from '../kernels/grid/strided.ts';
import { geometryOfRecord } from '../records/grid.ts';
import type { Transforms } from '../records/roi.ts';
import { type Vec3, type Volume, type VoxelArray, vec3, voxelCount } from '../volume/geometry.ts';
import { onLattice } from './on-lattice.ts';

export type Interpolation = 'nearest' | 'linear';

export interface MapBackRules {
  /** `auto`: nearest where every value is a whole number, linear for anything else. */
  readonly interpolation: 'auto' | Interpolation;
  /** Values from here on become 1 and the others 0, after interpolation; undefined leaves values as they are. */
  readonly threshold: number | undefined;
}

/** What of a patient's `transforms.json` the way back needs. */
export type WayForward = Pick<
  Transforms,
  | 'original_ct_geometry'
  | 'axis_order'
  | 'ras_ct_geometry'
  | 'resampled_ct_geometry'
  | 'bbox_final_start_ijk'
  | 'roi_geometry'
>;

export interface NativePrediction {
  /** On the original CT grid, in its original orientation; 0 outside the prediction. */
  readonly volume: Volume;
  readonly interpolation: Interpolation;
}

/** What auto means for some values. Float labels are common: MONAI's SaveImage writes float32 by default. */
function interpolationFor(
  file: string,
  data: VoxelArray,
  wanted: MapBackRules['interpolation'],
): Interpolation {
  let whole = true;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i]))
        throw new CaseExclusion('not-finite', 'holds NaN or infinite values', { file });
      if (!Number.isInteger(data[i])) whole = false;
    }
  }
  if (wanted !== 'auto') return wanted;
  return whole ? 'nearest' : 'linear';
}

/** The part of an axis that lies inside, which is one run. */
function insideOf(axis: ResampleAxis): { first: number; count: number } {
  const first = axis.inside.indexOf(1);
  return { first: Math.max(first, 0), count: first < 0 ? 0 : axis.inside.lastIndexOf(1) - first + 1 };
}

function resampled(
  data: VoxelArray,
  size: Vec3,
  axes: ResampleAxes,
  interpolation: Interpolation,
): VoxelArray {
  if (interpolation === 'nearest') return resampleNearest(strided(data, size), axes);
  return resampleLinear(
    strided(data instanceof Float32Array ? data : Float32Array.from(data), size),
    axes,
    0,
  );
}

function thresholded(data: VoxelArray, threshold: number): Uint8Array {
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < mask.length; i++) mask[i] = data[i] >= threshold ? 1 : 0;
  return mask;
}

/**
 * A label or probability map made from a patient's ROI, on the original CT grid. Each step of `transforms` is undone by
 * index, so that nothing depends on how a header rounds: box and padding, resampling, orientation. The map may be in any
 * orientation, and any box of the resampled grid: the ROI, a part of it, or the whole resampled CT.
 *
 * Labels keep their type, linear interpolation gives float32, a threshold uint8. Nearest neighbour undoes the way forward
 * as far as that can be undone: a mask that came from the original grid, mapped back and sent forward again, is unchanged.
 * Throws a CaseExclusion that names `file` where the map lies on another grid, off the CT, or holds NaN.
 */
export function mapBack(
  file: string,
  prediction: Volume,
  transforms: WayForward,
  rules: MapBackRules,
): NativePrediction {
  const interpolation = interpolationFor(file, prediction.data, rules.interpolation);
  const { volume, start } = onLattice(
    file,
    prediction,
    geometryOfRecord(transforms.roi_geometry),
    'the ROI of this patient',
  );
  const { size } = volume.geometry;
  const ras = geometryOfRecord(transforms.ras_ct_geometry);
  const native = geometryOfRecord(transforms.original_ct_geometry);
  const first = vec3((a) => transforms.bbox_final_start_ijk[a] + start[a]);
  const backAxis = interpolation === 'nearest' ? nearestBackAxis : linearBackAxis;
  const paths = axisPaths(ras);
  const axisAt = (a: number): ResampleAxis =>
    backAxis({
      nativeLength: ras.size[a],
      nativeSpacingMm: ras.spacingMm[a],
      targetSpacingMm: transforms.resampled_ct_geometry.spacing_mm[a],
      path: paths[a],
      start: first[a],
      length: size[a],
    });
  const whole: ResampleAxes = [axisAt(0), axisAt(1), axisAt(2)];
  const runs = whole.map(insideOf);
  const part = (a: number): ResampleAxis => windowOfAxis(whole[a], runs[a].first, runs[a].count);
  const axes: ResampleAxes = [part(0), part(1), part(2)];
  const covered = sizeOfAxes(axes);
  const { size_ijk: gridSize } = transforms.resampled_ct_geometry;
  const meets = first.every((index, a) => index < gridSize[a] && index + size[a] > 0);
  if (!meets && voxelCount(covered) === 0)
    throw new CaseExclusion('off-image', 'lies wholly outside the CT of this patient', { file });
  const order = invertedOrder({
    from: transforms.axis_order.from,
    flip: [transforms.axis_order.flip[0], transforms.axis_order.flip[1], transforms.axis_order.flip[2]],
  });
  const values = resampled(volume.data, size, axes, interpolation);
  const turned = reorient({ data: values, geometry: { ...ras, size: covered } }, order);
  const lead = vec3((axis) => {
    const run = runs[order.from[axis]];
    return order.flip[axis] ? native.size[axis] - run.first - run.count : run.first;
  });
  const placed = rules.threshold === undefined ? turned.data : thresholded(turned.data, rules.threshold);
  const data = cropWithPad<VoxelArray>(
    placed,
    turned.geometry.size,
    vec3((a) => 0 - lead[a]),
    native.size,
    0,
  );
  return { volume: { data, geometry: native }, interpolation };
}
