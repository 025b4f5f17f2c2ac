import { type Geometry, indexOfPoint, vec3 } from '../../volume/geometry.ts';
import type { CtSeries } from './series.ts';
import { orderSlices } from './slice-order.ts';

/** How far, in voxels, the corners of a grid may be from those of a series whose grid it is. */
const SAME_GRID_VOXELS = 0.05;

/** Whether a grid has the corners of a series' first and last slice, along whichever axes: it was made on the series. */
export function isGridOf(grid: Geometry, { planes }: CtSeries): boolean {
  const { slices } = orderSlices(planes);
  const lastVoxel = vec3((a) => grid.size[a] - 1);
  return [slices[0], slices[slices.length - 1]].every((slice) => {
    const { columns, rows, spacingMm, positionMm, rowDirection, columnDirection } = slice;
    return [0, columns - 1].every((i) =>
      [0, rows - 1].every((j) => {
        const corner = vec3(
          (a) => positionMm[a] + i * spacingMm[0] * rowDirection[a] + j * spacingMm[1] * columnDirection[a],
        );
        const index = indexOfPoint(grid, corner);
        return index.every((n, a) => Math.min(Math.abs(n), Math.abs(n - lastVoxel[a])) <= SAME_GRID_VOXELS);
      }),
    );
  });
}
