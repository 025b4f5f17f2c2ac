import fc from 'fast-check';

/** A mask of one slice, 1 inside, x fastest. */
export interface SliceMask {
  readonly columns: number;
  readonly rows: number;
  readonly mask: Uint8Array;
}

const size = fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }));

/** Pixels as they fall: many pieces, holes, corners that touch, masks that reach the borders. */
export const noise = size.chain(([columns, rows]) =>
  fc
    .tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: columns * rows, maxLength: columns * rows }),
    )
    .map(([share, values]) => ({
      columns,
      rows,
      mask: Uint8Array.from(values, (value) => (value <= share ? 1 : 0)),
    })),
);

const rectangle = fc.record({
  x: fc.integer({ min: -2, max: 14 }),
  y: fc.integer({ min: -2, max: 14 }),
  width: fc.integer({ min: 1, max: 14 }),
  height: fc.integer({ min: 1, max: 14 }),
  value: fc.integer({ min: 0, max: 1 }),
});

/** Rectangles drawn and cut out one over the other: rings in rings, holes with islands, holes side by side. */
export const rectangles = fc
  .tuple(size, fc.array(rectangle, { maxLength: 12 }))
  .map(([[columns, rows], drawn]) => {
    const mask = new Uint8Array(columns * rows);
    for (const { x, y, width, height, value } of drawn)
      for (let row = Math.max(0, y); row < Math.min(rows, y + height); row++)
        for (let column = Math.max(0, x); column < Math.min(columns, x + width); column++)
          mask[row * columns + column] = value;
    return { columns, rows, mask };
  });

/** A mask drawn in characters, '#' inside, a text a row. */
export function drawn(...rows: readonly string[]): SliceMask {
  const pixels = rows.flatMap((row) => [...row].map((character) => (character === '#' ? 1 : 0)));
  return { columns: rows[0].length, rows: rows.length, mask: Uint8Array.from(pixels) };
}

/** What is odd by its shape. */
export const ODD_SHAPES: Readonly<Record<string, SliceMask>> = {
  'one pixel': drawn('...', '.#.', '...'),
  'a full slice': drawn('###', '###'),
  'a slice of one pixel': drawn('#'),
  'a diagonal chain': drawn('#...', '.#..', '..#.', '...#'),
  'both diagonals': drawn('#..#', '.##.', '.##.', '#..#'),
  'a ring': drawn('###', '#.#', '###'),
  'a ring open at a corner': drawn('.###', '#..#', '####', '....'),
  'holes that touch at a corner': drawn('####', '#.##', '##.#', '####'),
  'holes side by side': drawn('#######', '#.#.#.#', '#######'),
  'a deep hole beside a flat one': drawn('#####', '#.#.#', '#.###', '#####'),
  'a flat hole beside a deep one': drawn('#####', '#.#.#', '###.#', '#####'),
  'holes above each other': drawn('###', '#.#', '###', '#.#', '###'),
  'a hole with an island with a hole': drawn(
    '#######',
    '#.....#',
    '#.###.#',
    '#.#.#.#',
    '#.###.#',
    '#.....#',
    '#######',
  ),
  'a hole that reaches round another': drawn(
    '########',
    '#......#',
    '#.####.#',
    '#.#.##.#',
    '#.####.#',
    '#.######',
    '########',
  ),
  'holes as on a chessboard': drawn('#######', '#.#.#.#', '##.#.##', '#.#.#.#', '#######'),
  'a comb whose gaps are closed': drawn('########', '#.#.#.##', '#.#.#.##', '########'),
};
