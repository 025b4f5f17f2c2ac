import { type RowResult, wallFor } from './result.ts';

/** A bar, and what was measured of it. */
export interface Bar {
  readonly what: string;
  readonly bar: string;
  /** Rows it needs. */
  readonly rows: readonly string[];
  /** Undefined where a row that it needs is missing. */
  readonly measured: number | undefined;
  readonly met: boolean | undefined;
  /** Share of the limit by which it is missed; 0 of a bar that is met. */
  readonly missedBy: number | undefined;
}

interface Rule {
  readonly what: string;
  readonly sense: 'at most' | 'at least';
  readonly limit: number;
  readonly unit?: 'GB';
  /** Rows it needs. */
  readonly of: readonly string[];
  readonly measure: (...rows: RowResult[]) => number;
}

/** The commit that the bars compare with where none is named. */
export const COMMIT_BEFORE = '72b652b';

type Measured = 'wallS' | 'cpuS' | 'peakRssBytes' | 'outputBytes';

/** Of as many cases: wall time is scaled by `wallFor`, what grows with the cases by their number. */
function ratioOf(measured: Measured, over: RowResult, under: RowResult): number {
  if (measured === 'wallS') return wallFor(over, under.cases) / under.wallS.median;
  const scale = measured === 'peakRssBytes' ? 1 : under.cases / over.cases;
  return (scale * over[measured].median) / under[measured].median;
}

const ruleOf =
  (sense: Rule['sense']) =>
  (what: string, measured: Measured, of: readonly [over: string, under: string], limit: number): Rule => ({
    what,
    sense,
    limit,
    of,
    measure: (over, under) => ratioOf(measured, over, under),
  });

const atMost = ruleOf('at most');
const atLeast = ruleOf('at least');

const PRESETS = ['lung1', 'reference'] as const;

/** One bar for each preset: what one of them meets, the other may not. */
const ofBoth = (rule: (preset: (typeof PRESETS)[number]) => Rule): Rule[] => PRESETS.map(rule);

/** What the project asks of itself on two cores; `--bars` measures the rows that it takes. */
const ASKED: readonly Rule[] = [
  ...ofBoth((preset) =>
    atMost(
      `processor time a case over the build before, ${preset}`,
      'cpuS',
      [`${preset}-2w`, `before-${preset}-2w`],
      0.5,
    ),
  ),
  ...ofBoth((preset) =>
    atMost(
      `wall time over the build before, ${preset}`,
      'wallS',
      [`${preset}-2w`, `before-${preset}-2w`],
      0.55,
    ),
  ),
  ...ofBoth((preset) =>
    atLeast(
      `times as fast as the SimpleITK program, ${preset}`,
      'wallS',
      ['simpleitk', `${preset}-2w`],
      { lung1: 4.5, reference: 3.8 }[preset],
    ),
  ),
  ...ofBoth((preset) =>
    atMost(
      `wall time over the floor by igzip, ${preset}`,
      'wallS',
      [`${preset}-2w`, `floor-${preset}-igzip`],
      1.6,
    ),
  ),
  atMost('wall time of convert over dcm2niix -z y -1', 'wallS', ['convert', 'dcm2niix-gzip1'], 1),
  ...ofBoth((preset) =>
    atMost(
      `bytes of outputs over the build before, ${preset}`,
      'outputBytes',
      [`${preset}-2w`, `before-${preset}-2w`],
      1.03,
    ),
  ),
  ...ofBoth((preset) =>
    atMost(
      `peak RSS of all processes over the build before, ${preset}`,
      'peakRssBytes',
      [`${preset}-2w`, `before-${preset}-2w`],
      1,
    ),
  ),
  atLeast('times less processor time for SEG than highdicom', 'cpuS', ['highdicom-seg', 'export-seg'], 5),
  // One worker alone has both cores while it compresses, by the thread pool: one core is what a second is held against.
  atLeast('2 workers on 2 cores over 1 on 1, lung1', 'wallS', ['lung1-1core', 'lung1-2w'], 1.85),
];

/** What else is held where its rows are measured. */
const BESIDE: readonly Rule[] = [
  atLeast(
    'times less processor time for one SEG than highdicom',
    'cpuS',
    ['highdicom-seg-one', 'export-seg-one'],
    5,
  ),
  atLeast('2 workers on 2 cores over 1 on 1, reference', 'wallS', ['reference-1core', 'reference-2w'], 1.85),
  atMost(
    'wall time of convert by igzip over dcm2niix -z y -1',
    'wallS',
    ['convert-igzip', 'dcm2niix-gzip1'],
    1,
  ),
  ...ofBoth((preset) =>
    atMost(
      `processor time of the default engine over zlib, ${preset}`,
      'cpuS',
      [`${preset}-2w`, `${preset}-zlib`],
      1,
    ),
  ),
  ...ofBoth((preset) =>
    atMost(
      `wall time over Azurite over that over folders, ${preset}`,
      'wallS',
      [`${preset}-azurite`, `${preset}-2w`],
      1.6,
    ),
  ),
  ...['reference-2w', 'lung1-2w', 'lung1-x4', 'reference-igzip', 'lung1-igzip'].map(
    (name): Rule => ({
      what: `peak RSS of ${name}`,
      sense: 'at most',
      limit: 1.5,
      unit: 'GB',
      of: [name],
      measure: ({ peakRssBytes }) => peakRssBytes.max / 1e9,
    }),
  ),
  atMost(
    'peak RSS of four times the cases over that of the cases, lung1',
    'peakRssBytes',
    ['lung1-x4', 'lung1-2w'],
    1.1,
  ),
];

/** Names of the rows that the bars asked for need. */
export const ROWS_OF_BARS: readonly string[] = [...new Set(ASKED.flatMap(({ of }) => of))];

/** Every bar with what was measured, from medians; a row of fewer cases is scaled. */
export function barsOf(rows: readonly RowResult[]): Bar[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return [...ASKED, ...BESIDE].map(({ what, sense, limit, unit, of, measure }) => {
    const bar = `${sense} ${limit}${unit === undefined ? '' : ` ${unit}`}`;
    const found = of.map((name) => byName.get(name)).filter((row) => row !== undefined);
    const told = { what, bar, rows: of };
    if (found.length < of.length)
      return { ...told, measured: undefined, met: undefined, missedBy: undefined };
    const measured = measure(...found);
    const over = sense === 'at most' ? measured / limit - 1 : 1 - measured / limit;
    return { ...told, measured, met: over <= 0, missedBy: Math.max(0, over) };
  });
}
