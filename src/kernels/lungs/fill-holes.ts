import { copyOf, giveBack, room } from '../../memory/thread.ts';
import type { Vec3 } from '../../volume/geometry.ts';

/** Marks with 2 the zeros of a slice that hang together, by faces, with those on its edge. */
function markOutside(slice: Uint8Array, nx: number, ny: number, open: Int32Array): void {
  let count = 0;
  const visit = (at: number): void => {
    if (slice[at] !== 0) return;
    slice[at] = 2;
    open[count++] = at;
  };
  for (let x = 0; x < nx; x++) {
    visit(x);
    visit((ny - 1) * nx + x);
  }
  for (let y = 0; y < ny; y++) {
    visit(y * nx);
    visit(y * nx + nx - 1);
  }
  while (count > 0) {
    const at = open[--count];
    const x = at % nx;
    if (x > 0) visit(at - 1);
    if (x < nx - 1) visit(at + 1);
    if (at >= nx) visit(at - nx);
    if (at < slice.length - nx) visit(at + nx);
  }
}

/**
 * Fills the holes of each z slice of a mask of 0 and 1, in a new mask: zeros from which no path over faces within the
 * slice leads to its edge (scipy.ndimage `binary_fill_holes` slice by slice).
 */
export function fillHolesBySlice(mask: Uint8Array, [nx, ny, nz]: Vec3): Uint8Array {
  const filled = copyOf(mask);
  const open = room(Int32Array, nx * ny);
  for (let z = 0; z < nz; z++) {
    const slice = filled.subarray(z * nx * ny, (z + 1) * nx * ny);
    markOutside(slice, nx, ny, open);
    for (let i = 0; i < slice.length; i++) slice[i] = slice[i] === 2 ? 0 : 1;
  }
  giveBack(open);
  return filled;
}
