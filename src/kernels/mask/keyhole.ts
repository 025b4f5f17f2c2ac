import type { Loop } from './contour-loops.ts';

/** Corners of all loops, each with the one that follows on it. */
class Corners {
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly next: number[] = [];

  add(x: number, y: number, next: number): number {
    this.next.push(next);
    this.y.push(y);
    return this.x.push(x) - 1;
  }

  /** The first of the corners of a loop, which lie one behind the other. */
  addLoop(loop: Loop): number {
    const first = this.x.length;
    for (let i = 0; i < loop.length; i += 2) this.add(loop[i], loop[i + 1], this.x.length + 1);
    this.next[this.x.length - 1] = first;
    return first;
  }

  /** A loop that was joined, from one of its corners on. */
  loopFrom(first: number): number[] {
    const loop: number[] = [];
    let at = first;
    do {
      loop.push(this.x[at], this.y[at]);
      at = this.next[at];
    } while (at !== first);
    return loop;
  }
}

interface Traced {
  /** Of its corners, which lie one behind the other. */
  readonly first: number;
  readonly count: number;
  /** The upper left one. */
  readonly start: number;
  readonly hole: boolean;
}

/** The uppermost corner of a loop, of several the one furthest to the left: the loop passes it once. */
function topLeft({ x, y }: Corners, first: number, count: number): number {
  let top = first;
  for (let i = first + 1; i < first + count; i++)
    if (y[i] < y[top] || (y[i] === y[top] && x[i] < x[top])) top = i;
  return top;
}

/** By the left edge of a pixel inside, the corner from which it is walked upwards, counted from 1; 0 where there is no such edge. */
function leftEdges({ x, y, next }: Corners, columns: number, rows: number): Int32Array {
  const edges = new Int32Array(columns * rows);
  for (let i = 0; i < x.length; i++) {
    if (x[next[i]] !== x[i]) continue;
    for (let row = y[next[i]]; row < y[i]; row++) edges[row * columns + x[i]] = i + 1;
  }
  return edges;
}

/**
 * Joins the loops of a slice's mask, as `traceLoops` finds them, so that each of its pieces is one loop: a hole hangs on what lies
 * to the left of it, the outer border of its piece or another hole, by a channel of no width that is walked there and back (the
 * keyhole technique of DICOM PS3.3 C.8.8.6.3).
 *
 * A channel runs along an edge between two rows of pixels, from the upper left corner of the hole as far as the pixels on both
 * sides are inside: so it passes through no pixel centre, touches no other channel, and ends at a border that is walked once there.
 * What is a hole's neighbour begins further up, or as high and further left; so joining them from above ends at the outer border.
 * The even-odd rule and that of the winding number give the mask back over each loop, and so over all of them by OR or by XOR.
 */
export function joinHoles(loops: readonly Loop[], columns: number, rows: number): Loop[] {
  const corners = new Corners();
  const { x, y, next } = corners;
  const traced = loops.map((loop): Traced => {
    const first = corners.addLoop(loop);
    const count = loop.length / 2;
    const start = topLeft(corners, first, count);
    // The inside lies on the right hand: from its upper left corner a hole is walked downwards, a border to the right.
    return { first, count, start, hole: x[next[start]] === x[start] };
  });
  const holes = traced.filter(({ hole }) => hole);
  if (holes.length === 0) return [...loops];
  const edges = leftEdges(corners, columns, rows);
  // From above: of the holes on one edge, the one that is joined last is the first to be met on the way up.
  for (const hole of holes.sort((a, b) => y[a.start] - y[b.start] || x[a.start] - x[b.start])) {
    const row = y[hole.start];
    let column = x[hole.start] - 1;
    while (edges[(row - 1) * columns + column] === 0 && edges[row * columns + column] === 0) column--;
    joinAt(hole, column, row);
  }
  return traced.filter(({ hole }) => !hole).map(({ first }) => corners.loopFrom(first));

  /** Joins a hole, from its corner `start`, to the border that is walked upwards through (column, row), from there or up to there. */
  function joinAt({ first, count, start }: Traced, column: number, row: number): void {
    const above = edges[(row - 1) * columns + column];
    const below = edges[row * columns + column];
    // Nothing was joined to what ends here: that would lie further down.
    const behind = above === 0 ? next[below - 1] : above - 1;
    const back = corners.add(column, row, next[behind]);
    next[start === first ? first + count - 1 : start - 1] = corners.add(x[start], y[start], back);
    next[behind] = y[behind] === row ? start : corners.add(column, row, start);
  }
}
