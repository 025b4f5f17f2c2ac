import { type Bar, type RowResult, wallFor } from './result.ts';

type Rows = ReadonlyMap<string, RowResult>;

interface Rule {
  readonly what: string;
  readonly bar: string;
  /** Rows it needs. */
  readonly of: readonly string[];
  readonly measure: (...rows: RowResult[]) => { readonly value: number; readonly text?: string };
  readonly met: (value: number) => boolean;
}

const GIB = 2 ** 30;

const ratio = (slow: RowResult, fast: RowResult): number => wallFor(slow, fast.cases) / fast.wallS.median;

const faster = (what: string, of: [slow: string, fast: string], least: number): Rule => ({
  what,
  bar: `at least ${least}x`,
  of,
  measure: (slow, fast) => ({ value: ratio(slow, fast) }),
  met: (value) => value >= least,
});

const atMost = (what: string, of: [over: string, under: string], most: number): Rule => ({
  what,
  bar: `at most ${most}`,
  of,
  measure: (over, under) => ({ value: ratio(over, under) }),
  met: (value) => value <= most,
});

/** What the project asks of itself on two cores. */
const RULES: readonly Rule[] = [
  faster('reference preset over the SimpleITK program', ['simpleitk', 'reference-2w'], 8),
  faster(
    'reference preset over the SimpleITK program at gzip level 1',
    ['simpleitk-gzip1', 'reference-2w'],
    4,
  ),
  faster('lung1 preset over the SimpleITK program', ['simpleitk', 'lung1-2w'], 12),
  atMost('reference preset over its floor', ['reference-2w', 'floor-reference'], 1.4),
  atMost(
    'reference preset over its floor with the defaults of zlib',
    ['reference-2w', 'floor-reference-plain'],
    1.4,
  ),
  atMost('lung1 preset over its floor', ['lung1-2w', 'floor-lung1'], 1.4),
  atMost('lung1 preset over its floor with the defaults of zlib', ['lung1-2w', 'floor-lung1-plain'], 1.4),
  faster('convert over dcm2niix with pigz -1, level 1', ['dcm2niix-gzip1', 'convert'], 1),
  faster('convert with igzip over dcm2niix with pigz -1', ['dcm2niix-gzip1', 'convert-igzip'], 1),
  atMost('Azurite over folder, lung1', ['lung1-azurite', 'lung1-2w'], 1.6),
  atMost('Azurite over folder, reference', ['reference-azurite', 'reference-2w'], 1.6),
  faster('2 workers on 2 cores over 1 on 1, lung1', ['lung1-1core', 'lung1-2w'], 1.8),
  faster('2 workers on 2 cores over 1 on 1, reference', ['reference-1core', 'reference-2w'], 1.8),
  // One worker has both cores already while it compresses, by the thread pool: what is left to gain is less than twofold.
  faster('2 workers over 1, both on 2 cores, lung1', ['lung1-1w', 'lung1-2w'], 1.8),
  faster('2 workers over 1, both on 2 cores, reference', ['reference-1w', 'reference-2w'], 1.8),
  faster('igzip over zlib, lung1', ['lung1-2w', 'lung1-igzip'], 1),
  faster('igzip over zlib, reference', ['reference-2w', 'reference-igzip'], 1),
  ...['reference-2w', 'lung1-2w', 'lung1-x4', 'reference-igzip', 'lung1-igzip'].map(
    (name): Rule => ({
      what: `peak RSS of ${name}`,
      bar: 'at most 1.5 GB',
      of: [name],
      measure: ({ peakRssBytes }) => ({
        value: peakRssBytes.max,
        text: `${(peakRssBytes.max / 1e9).toFixed(2)} GB (${(peakRssBytes.max / GIB).toFixed(2)} GiB)`,
      }),
      met: (value) => value <= 1.5e9,
    }),
  ),
  {
    what: 'peak RSS of four times the cases over that of the cases, lung1',
    bar: 'at most 1.1',
    of: ['lung1-x4', 'lung1-2w'],
    measure: (many, few) => ({ value: many.peakRssBytes.median / few.peakRssBytes.median }),
    met: (value) => value <= 1.1,
  },
];

/** Every bar with what was measured, from medians; a row of fewer cases is scaled (`wallFor`). */
export function barsOf(rows: readonly RowResult[]): Bar[] {
  const byName: Rows = new Map(rows.map((row) => [row.name, row]));
  return RULES.map(({ what, bar, of, measure, met }) => {
    const found = of.map((name) => byName.get(name)).filter((row) => row !== undefined);
    if (found.length < of.length) return { what, bar, measured: undefined, met: undefined };
    const { value, text } = measure(...found);
    return { what, bar, measured: text ?? value.toFixed(2), met: met(value) };
  });
}
