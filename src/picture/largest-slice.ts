import { boundingBox } from '../kernels/mask/bounding-box.ts';
import type { Volume } from '../volume/geometry.ts';

/** The three largest slices of a mask, as voxel indices; `empty` where the mask has no voxel. */
export interface LargestSlices {
  readonly index: readonly [x: number, y: number, z: number];
  readonly empty: boolean;
}

/**
 * For each voxel axis the slice across it that holds most mask voxels (not 0), the smallest index where two hold as
 * many; the middle slice of an empty mask.
 */
export function largestSlices({ data, geometry }: Volume<Uint8Array>): LargestSlices {
  const [nx, ny, nz] = geometry.size;
  const perX = new Uint32Array(nx);
  const perY = new Uint32Array(ny);
  const perZ = new Uint32Array(nz);
  const { start, size } = boundingBox(data, geometry.size) ?? { start: [0, 0, 0], size: [0, 0, 0] };
  for (let z = start[2]; z < start[2] + size[2]; z++) {
    for (let y = start[1]; y < start[1] + size[1]; y++) {
      const row = (z * ny + y) * nx;
      for (let x = start[0]; x < start[0] + size[0]; x++) {
        if (data[row + x] === 0) continue;
        perX[x]++;
        perY[y]++;
        perZ[z]++;
      }
    }
  }
  const empty = perZ.every((count) => count === 0);
  const choose = (counts: Uint32Array) => (empty ? counts.length >> 1 : indexOfLargest(counts));
  return { index: [choose(perX), choose(perY), choose(perZ)], empty };
}

function indexOfLargest(counts: Uint32Array): number {
  let largest = 0;
  for (let i = 1; i < counts.length; i++) if (counts[i] > counts[largest]) largest = i;
  return largest;
}
