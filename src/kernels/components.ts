import type { Vec3 } from '../volume/geometry.ts';
import { boundingBox } from './bounding-box.ts';

/** Follows `parent` to the root and shortens the way there. */
function rootOf(parent: number[], label: number): number {
  let root = label;
  while (parent[root] !== root) root = parent[root];
  for (let at = label; parent[at] !== root; ) [at, parent[at]] = [parent[at], root];
  return root;
}

interface Run {
  readonly start: number;
  /** One past the last voxel. */
  readonly end: number;
  readonly label: number;
}

/**
 * Sizes in voxels of the connected components of a mask, largest first. Voxels > 0 that touch by a face, an edge or a
 * corner belong together (26 neighbours; ITK `ConnectedComponentImageFilter` with FullyConnected). Works on runs along x.
 */
export function componentSizes(mask: Uint8Array, size: Vec3): number[] {
  const box = boundingBox(mask, size);
  if (box === undefined) return [];
  const [nx, ny] = size;
  const parent: number[] = [];
  const voxels: number[] = [];
  let plane = new Map<number, Run[]>();
  for (let z = box.start[2]; z < box.start[2] + box.size[2]; z++) {
    const below = plane;
    plane = new Map();
    for (let y = box.start[1]; y < box.start[1] + box.size[1]; y++) {
      const neighbours = [plane.get(y - 1), below.get(y - 1), below.get(y), below.get(y + 1)];
      const runs: Run[] = [];
      const row = (z * ny + y) * nx;
      const last = box.start[0] + box.size[0];
      for (let x = box.start[0]; x < last; x++) {
        if (mask[row + x] === 0) continue;
        const start = x;
        while (x < last && mask[row + x] > 0) x++;
        const label = parent.length;
        parent.push(label);
        voxels.push(x - start);
        for (const other of neighbours.flatMap((list) => list ?? [])) {
          if (other.start > x || other.end < start) continue;
          const [a, b] = [rootOf(parent, label), rootOf(parent, other.label)];
          if (a === b) continue;
          parent[a] = b;
          voxels[b] += voxels[a];
        }
        runs.push({ start, end: x, label });
      }
      if (runs.length > 0) plane.set(y, runs);
    }
  }
  return voxels.filter((_, label) => parent[label] === label).sort((a, b) => b - a);
}
