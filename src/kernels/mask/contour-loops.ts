/** Corners of a closed loop along pixel edges, `x, y, x, y, ...`: corner (x, y) is the continuous index (x - 0.5, y - 0.5). */
export type Loop = readonly number[];

// Right, down, left, up; each with the pixels ahead, seen from a corner: on the right hand and on the left hand.
const steps = [
  { dx: 1, dy: 0, right: [0, 0], left: [0, -1] },
  { dx: 0, dy: 1, right: [-1, 0], left: [0, 0] },
  { dx: -1, dy: 0, right: [-1, -1], left: [-1, 0] },
  { dx: 0, dy: -1, right: [0, -1], left: [-1, -1] },
] as const;

/**
 * Follows the cracks between pixels inside and outside the mask of one slice (x fastest, non-zero is inside). Every
 * outer border and every hole is a loop of its own; pixels that touch at a corner only are kept apart. The even-odd
 * rule over all loops gives the mask back exactly.
 */
export function traceLoops(mask: Uint8Array, columns: number, rows: number): Loop[] {
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < columns && y < rows && mask[y * columns + x] !== 0;
  const seen = new Uint8Array(mask.length);
  const loops: Loop[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      // Every loop has an upper edge, walked to the right with the inside on the right hand.
      const i = y * columns + x;
      if (mask[i] !== 0 && seen[i] === 0 && !inside(x, y - 1)) loops.push(followCrack(x, y));
    }
  }
  return loops;

  function followCrack(startX: number, startY: number): Loop {
    const corners: number[] = [];
    let [x, y, heading] = [startX, startY, 0];
    do {
      const { dx, dy } = steps[heading];
      if (heading === 0) seen[y * columns + x] = 1;
      x += dx;
      y += dy;
      const { right, left } = steps[heading];
      let turn = 0;
      if (!inside(x + right[0], y + right[1])) turn = 1;
      else if (inside(x + left[0], y + left[1])) turn = 3;
      if (turn !== 0) corners.push(x, y);
      heading = (heading + turn) % 4;
    } while (x !== startX || y !== startY || heading !== 0);
    return corners;
  }
}
