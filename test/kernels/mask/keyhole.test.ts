import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Loop, traceLoops } from '../../../src/kernels/mask/contour-loops.ts';
import { joinHoles } from '../../../src/kernels/mask/keyhole.ts';
import { drawn, noise, ODD_SHAPES, rectangles, type SliceMask } from '../../support/volumes/slice-masks.ts';

/** A loop from another of its corners on. */
const turned = (loop: Loop, corners: number): Loop => {
  const at = (2 * corners) % loop.length;
  return [...loop.slice(at), ...loop.slice(0, at)];
};

const joined = ({ mask, columns, rows }: SliceMask, turn = 0): Loop[] => {
  const loops = traceLoops(mask, columns, rows);
  return joinHoles(turn === 0 ? loops : loops.map((loop) => turned(loop, turn)), columns, rows);
};

/** An edge of a pixel, one unit long, as it is walked. */
interface Edge {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

function edgesOf(loop: Loop): Edge[] {
  return Array.from({ length: loop.length / 2 }).flatMap((_, i) => {
    const [x0, y0] = [loop[2 * i], loop[2 * i + 1]];
    const [x1, y1] = [loop[(2 * i + 2) % loop.length], loop[(2 * i + 3) % loop.length]];
    expect(x0 === x1).not.toBe(y0 === y1);
    const [dx, dy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)];
    const length = Math.abs(x1 - x0) + Math.abs(y1 - y0);
    return Array.from({ length }, (_, n) => ({ x: x0 + n * dx, y: y0 + n * dy, dx, dy }));
  });
}

/** The winding number of pixel centres, times 1 where the inside lies on the right hand. */
function windings(loop: Loop, { columns, rows }: SliceMask): Int32Array {
  const numbers = new Int32Array(columns * rows);
  for (const { x, y, dy } of edgesOf(loop)) {
    const row = dy > 0 ? y : y - 1;
    if (dy !== 0) for (let column = x; column < columns; column++) numbers[row * columns + column] -= dy;
  }
  return numbers;
}

/** Pieces of a mask whose pixels touch by an edge, by a flood from each. */
function pieces({ mask, columns, rows }: SliceMask): number {
  const left = Uint8Array.from(mask);
  let count = 0;
  for (let seed = 0; seed < left.length; seed++) {
    if (left[seed] === 0) continue;
    count++;
    const open = [seed];
    while (open.length > 0) {
      const at = open.pop()!;
      if (left[at] === 0) continue;
      left[at] = 0;
      const [x, y] = [at % columns, Math.floor(at / columns)];
      if (x > 0) open.push(at - 1);
      if (x < columns - 1) open.push(at + 1);
      if (y > 0) open.push(at - columns);
      if (y < rows - 1) open.push(at + columns);
    }
  }
  return count;
}

function check(slice: SliceMask, turn = 0): void {
  const { mask, columns, rows } = slice;
  const loops = joined(slice, turn);
  expect(loops).toHaveLength(pieces(slice));

  // Each loop winds once round the pixels of its piece, and round no other.
  const covered = new Uint8Array(mask.length);
  for (const loop of loops) {
    const numbers = windings(loop, slice);
    expect(numbers.every((n) => n === 0 || n === 1)).toBe(true);
    for (let i = 0; i < covered.length; i++) covered[i] += numbers[i];
  }
  expect(covered).toEqual(mask);

  // Borders are walked once; what is walked twice is a channel, there and back, with the inside on both sides.
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < columns && y < rows && mask[y * columns + x] === 1;
  const key = ({ x, y, dx, dy }: Edge) => [x, y, dx, dy].join();
  const edges = loops.flatMap(edgesOf);
  const walked = new Set(edges.map(key));
  expect(walked.size).toBe(edges.length);
  for (const edge of edges) {
    const { x, y, dx, dy } = edge;
    const [left, top] = [Math.min(x, x + dx), Math.min(y, y + dy)];
    const sides = dy === 0 ? [inside(left, y - 1), inside(left, y)] : [inside(x - 1, top), inside(x, top)];
    const channel = walked.has(key({ x: x + dx, y: y + dy, dx: -dx, dy: -dy }));
    expect(sides[0] !== sides[1]).toBe(!channel);
    if (channel) expect([dy, ...sides]).toEqual([0, true, true]);
  }
  const borders = traceLoops(mask, columns, rows).flatMap(edgesOf);
  for (const border of borders) expect(walked.has(key(border))).toBe(true);
}

describe('each piece is one loop, holes joined by channels through the inside', () => {
  test.each(Object.entries(ODD_SHAPES))('%s', (_, slice) => check(slice));

  test('any mask, wherever its loops begin', () => {
    fc.assert(fc.property(fc.oneof(noise, rectangles), fc.nat(20), check), { numRuns: 1500 });
  });
});

test('a ring is walked round its border, along a channel, round its hole and back', () => {
  expect(joined(drawn('###', '#.#', '###'))).toEqual([
    [3, 0, 3, 3, 0, 3, 0, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 0, 1, 0, 0],
  ]);
});

test('a mask without holes keeps the loops that it has', () => {
  const { mask, columns, rows } = drawn('#.#', '##.');
  const loops = traceLoops(mask, columns, rows);
  expect(joinHoles(loops, columns, rows)).toEqual(loops);
});

test('time grows with the size of the mask, however its holes hang on each other', () => {
  const sieve = (size: number): SliceMask => ({
    columns: size,
    rows: size,
    mask: Uint8Array.from({ length: size * size }, (_, i) =>
      i % size > 0 && i % size < size - 1 && i % 2 === 0 && Math.floor(i / size) % 2 === 1 ? 0 : 1,
    ),
  });
  const msOf = (slice: SliceMask): number => {
    const loops = traceLoops(slice.mask, slice.columns, slice.rows);
    const times = Array.from({ length: 3 }, () => {
      const start = performance.now();
      joinHoles(loops, slice.columns, slice.rows);
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  expect(joined(sieve(512))).toHaveLength(1);
  // 16 times as many holes: far from the 256 times of joining each by a look at all others.
  expect(msOf(sieve(512))).toBeLessThan(80 * Math.max(1, msOf(sieve(128))));
});
