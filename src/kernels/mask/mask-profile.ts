import { type Vec3, vec3 } from '../../volume/geometry.ts';
import type { Box } from './bounding-box.ts';

/** Voxels > 0 in each slice across each axis of a box within the mask; `profile[a][i]` belongs to index box.start[a] + i. */
export type MaskProfile = readonly [x: Uint32Array, y: Uint32Array, z: Uint32Array];

export function maskProfile(mask: Uint8Array, size: Vec3, box: Box): MaskProfile {
  const end = vec3((a) => box.start[a] + box.size[a]);
  const x = new Uint32Array(box.size[0]);
  const y = new Uint32Array(box.size[1]);
  const z = new Uint32Array(box.size[2]);
  for (let k = box.start[2]; k < end[2]; k++) {
    for (let j = box.start[1]; j < end[1]; j++) {
      const row = (k * size[1] + j) * size[0];
      for (let i = box.start[0]; i < end[0]; i++) {
        if (mask[row + i] === 0) continue;
        x[i - box.start[0]]++;
        y[j - box.start[1]]++;
        z[k - box.start[2]]++;
      }
    }
  }
  return [x, y, z];
}
