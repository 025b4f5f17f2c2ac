import { zeros } from '../../memory/thread.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import { type Box, boundingBox } from './bounding-box.ts';

/** What a mask holds: its voxels within their bounding box, 1 inside. Many masks of one grid fit into memory so. */
export interface CroppedMask extends Box {
  readonly data: Uint8Array;
  /** Voxels inside. */
  readonly voxels: number;
}

/** Calls `visit` for each row that two boxes share: where it begins in each, and how long it is. */
function commonRows(a: Box, b: Box, visit: (inA: number, inB: number, length: number) => void): void {
  const from = a.start.map((first, axis) => Math.max(first, b.start[axis]));
  const to = a.start.map((first, axis) => Math.min(first + a.size[axis], b.start[axis] + b.size[axis]));
  const length = to[0] - from[0];
  if (length <= 0) return;
  const at = ({ start, size }: Box, y: number, z: number): number =>
    ((z - start[2]) * size[1] + y - start[1]) * size[0] + from[0] - start[0];
  for (let z = from[2]; z < to[2]; z++)
    for (let y = from[1]; y < to[1]; y++) visit(at(a, y, z), at(b, y, z), length);
}

/** The mask (> 0 inside) within its bounding box; undefined where it is empty. `start`: where the given grid begins. */
export function cropMask(mask: Uint8Array, size: Vec3, start: Vec3 = [0, 0, 0]): CroppedMask | undefined {
  const box = boundingBox(mask, size);
  if (box === undefined) return undefined;
  const data = new Uint8Array(box.size[0] * box.size[1] * box.size[2]);
  commonRows(box, { start: [0, 0, 0], size }, (to, from, length) => {
    for (let i = 0; i < length; i++) data[to + i] = mask[from + i] > 0 ? 1 : 0;
  });
  const [x, y, z] = box.start;
  return { start: [start[0] + x, start[1] + y, start[2] + z], size: box.size, voxels: box.voxels, data };
}

/** The mask on its whole grid again. */
export function wholeMask(cropped: CroppedMask, size: Vec3): Uint8Array {
  const mask = zeros(Uint8Array, size[0] * size[1] * size[2]);
  commonRows(cropped, { start: [0, 0, 0], size }, (from, to, length) => {
    mask.set(cropped.data.subarray(from, from + length), to);
  });
  return mask;
}

/** Voxels that two masks of one grid share. */
export function commonVoxels(a: CroppedMask, b: CroppedMask): number {
  let common = 0;
  commonRows(a, b, (inA, inB, length) => {
    for (let i = 0; i < length; i++) common += a.data[inA + i] & b.data[inB + i];
  });
  return common;
}

/** Dice's coefficient 2|A and B| / (|A| + |B|). */
export function diceOfCropped(a: CroppedMask, b: CroppedMask): number {
  return (2 * commonVoxels(a, b)) / (a.voxels + b.voxels);
}

/** Smallest box that holds all of them, of which there is one at least. */
export function boxOfAll(boxes: readonly Box[]): Box {
  const [start, end] = [
    [...boxes[0].start],
    boxes[0].start.map((first, axis) => first + boxes[0].size[axis]),
  ];
  for (const box of boxes) {
    for (let axis = 0; axis < 3; axis++) {
      start[axis] = Math.min(start[axis], box.start[axis]);
      end[axis] = Math.max(end[axis], box.start[axis] + box.size[axis]);
    }
  }
  const [x, y, z] = start;
  return { start: [x, y, z], size: [end[0] - x, end[1] - y, end[2] - z] };
}

/** Calls `visit` with the index, in `box`, of each voxel inside. */
export function visitInside(mask: CroppedMask, box: Box, visit: (index: number) => void): void {
  commonRows(mask, box, (inMask, inBox, length) => {
    for (let i = 0; i < length; i++) if (mask.data[inMask + i] === 1) visit(inBox + i);
  });
}
