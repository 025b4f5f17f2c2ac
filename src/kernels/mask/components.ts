import { zeros } from '../../memory/thread.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import { boundingBox } from './bounding-box.ts';

/** Follows `parent` to the root and shortens the way there. */
function rootOf(parent: number[], label: number): number {
  let root = label;
  while (parent[root] !== root) root = parent[root];
  for (let at = label; parent[at] !== root; ) [at, parent[at]] = [parent[at], root];
  return root;
}

/** Successive voxels > 0 of a row. */
interface Run {
  /** Index of the first voxel in the volume. */
  readonly first: number;
  readonly x: number;
  /** One past the last voxel. */
  readonly end: number;
  readonly label: number;
}

/** Neighbours that belong together: those that touch by a face, or by a face, an edge or a corner. */
export type Connectivity = 6 | 26;

/** Runs of a mask in order, with the component that each belongs to: the root of its label in `parent`. */
interface RunForest {
  readonly runs: readonly Run[];
  readonly parent: number[];
  /** By label; complete for roots. */
  readonly voxels: readonly number[];
}

function joinRuns(mask: Uint8Array, size: Vec3, connectivity: Connectivity): RunForest {
  const box = boundingBox(mask, size);
  const parent: number[] = [];
  const voxels: number[] = [];
  const runs: Run[] = [];
  if (box === undefined) return { runs, parent, voxels };
  const [nx, ny] = size;
  const reach = connectivity === 26 ? 1 : 0;
  const join = (run: Run, other: Run): void => {
    const [a, b] = [rootOf(parent, run.label), rootOf(parent, other.label)];
    if (a === b) return;
    parent[a] = b;
    voxels[b] += voxels[a];
  };
  let below = new Map<number, Run[]>();
  for (let z = box.start[2]; z < box.start[2] + box.size[2]; z++) {
    const plane = new Map<number, Run[]>();
    for (let y = box.start[1]; y < box.start[1] + box.size[1]; y++) {
      const rows =
        connectivity === 26
          ? [plane.get(y - 1), below.get(y - 1), below.get(y), below.get(y + 1)]
          : [plane.get(y - 1), below.get(y)];
      const neighbours = rows.filter((row) => row !== undefined);
      /** For each neighbouring row the first run that can still touch one of this row. */
      const next = neighbours.map(() => 0);
      const found: Run[] = [];
      const row = (z * ny + y) * nx;
      const last = box.start[0] + box.size[0];
      for (let x = box.start[0]; x < last; x++) {
        if (mask[row + x] === 0) continue;
        const start = x;
        while (x < last && mask[row + x] > 0) x++;
        const run: Run = { first: row + start, x: start, end: x, label: parent.length };
        parent.push(run.label);
        voxels.push(x - start);
        neighbours.forEach((others, i) => {
          while (next[i] < others.length && others[next[i]].end + reach <= start) next[i]++;
          for (let n = next[i]; n < others.length && others[n].x < x + reach; n++) join(run, others[n]);
        });
        found.push(run);
      }
      if (found.length === 0) continue;
      plane.set(y, found);
      for (const run of found) runs.push(run);
    }
    below = plane;
  }
  return { runs, parent, voxels };
}

/**
 * Sizes in voxels of the connected components of a mask, largest first (26 neighbours: ITK
 * `ConnectedComponentImageFilter` with FullyConnected). Works on runs along x.
 */
export function componentSizes(mask: Uint8Array, size: Vec3, connectivity: Connectivity = 26): number[] {
  const { parent, voxels } = joinRuns(mask, size, connectivity);
  return voxels.filter((_, label) => parent[label] === label).sort((a, b) => b - a);
}

/** Components numbered from 1 by falling size, of equal ones that with the first voxel first. */
export interface Components {
  /** Voxels of component 1, 2, ... */
  readonly sizes: readonly number[];
  /** 1 where a component is, on the grid of the mask. */
  readonly maskOf: (component: number) => Uint8Array;
}

/** The connected components of a mask (ITK `RelabelComponentImageFilter` orders them so too), which is not read after this. */
export function components(mask: Uint8Array, size: Vec3, connectivity: Connectivity): Components {
  const { runs, parent, voxels } = joinRuns(mask, size, connectivity);
  const roots = [...new Set(runs.map((run) => rootOf(parent, run.label)))];
  roots.sort((a, b) => voxels[b] - voxels[a]);
  const { length } = mask;
  return {
    sizes: roots.map((root) => voxels[root]),
    maskOf: (component) => {
      const drawn = zeros(Uint8Array, length);
      const root = roots[component - 1];
      for (const { first, x, end, label } of runs)
        if (rootOf(parent, label) === root) drawn.fill(1, first, first + end - x);
      return drawn;
    },
  };
}
