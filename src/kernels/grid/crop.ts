import { typeOf } from '../../memory/arena.ts';
import { room } from '../../memory/thread.ts';
import { type Vec3, type VoxelArray, voxelCount } from '../../volume/geometry.ts';

/**
 * The box [start, start + size) of a volume, which may reach beyond it: what lies outside is `fill`
 * (SimpleITK `ConstantPad` then `RegionOfInterest`).
 */
export function cropWithPad<T extends VoxelArray>(
  source: T,
  sourceSize: Vec3,
  start: Vec3,
  size: Vec3,
  fill: number,
): T {
  const target = room(typeOf(source), voxelCount(size));
  target.fill(fill);
  const from = Math.max(0, start[0]);
  const to = Math.min(sourceSize[0], start[0] + size[0]);
  if (to <= from) return target;
  for (let k = Math.max(0, -start[2]); k < Math.min(size[2], sourceSize[2] - start[2]); k++) {
    for (let j = Math.max(0, -start[1]); j < Math.min(size[1], sourceSize[1] - start[1]); j++) {
      const row = ((k + start[2]) * sourceSize[1] + j + start[1]) * sourceSize[0];
      target.set(source.subarray(row + from, row + to), (k * size[1] + j) * size[0] + from - start[0]);
    }
  }
  return target;
}
