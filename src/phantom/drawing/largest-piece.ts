import type { Vec3 } from '../../volume/geometry.ts';

/**
 * Clears all but the largest piece of a mask whose voxels touch by faces; of equals the first stays. A reader who draws a
 * tumour leaves out the crumbs that thin spicules make on a coarse grid.
 */
export function keepLargestPiece(mask: Uint8Array, size: Vec3): void {
  const [columns, rows] = size;
  const strides = [1, columns, columns * rows];
  const piece = new Map<number, number>();
  const counts: number[] = [];
  for (let start = mask.indexOf(1); start >= 0; start = mask.indexOf(1, start + 1)) {
    if (piece.has(start)) continue;
    const label = counts.length;
    const open = [start];
    piece.set(start, label);
    let count = 0;
    for (let voxel = open.pop(); voxel !== undefined; voxel = open.pop()) {
      count++;
      const place = [voxel % columns, Math.floor(voxel / columns) % rows, Math.floor(voxel / strides[2])];
      for (let axis = 0; axis < 3; axis++) {
        for (const step of [-1, 1]) {
          const at = place[axis] + step;
          const next = voxel + step * strides[axis];
          if (at < 0 || at >= size[axis] || mask[next] === 0 || piece.has(next)) continue;
          piece.set(next, label);
          open.push(next);
        }
      }
    }
    counts.push(count);
  }
  const largest = counts.indexOf(Math.max(...counts));
  for (const [voxel, label] of piece) if (label !== largest) mask[voxel] = 0;
}
