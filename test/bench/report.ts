import type { Spread } from './median.ts';
import { type BenchResult, type RowResult, wallFor } from './result.ts';

/** Left-aligned where a cell holds words, right-aligned where it holds numbers. */
function aligned(rows: readonly (readonly string[])[], words: readonly number[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (words.includes(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}

const seconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

const spread = ({ median, min, max }: Spread): string =>
  `${seconds(median)} (${seconds(min)}-${seconds(max)})`;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

const HEAD = [
  'row',
  'cases',
  'wall s (min-max)',
  's/case',
  'cpu s',
  'RSS MB',
  'read MB',
  'written MB',
  'out MB',
  'x',
];

function tableRow(row: RowResult, fastest: RowResult): string[] {
  return [
    row.name,
    String(row.cases),
    spread(row.wallS),
    seconds(wallFor(row, fastest.cases) / fastest.cases),
    seconds(row.cpuS.median),
    megabytes(row.peakRssBytes.max),
    megabytes(row.readBytes.median),
    megabytes(row.writtenBytes.median),
    megabytes(row.outputBytes.median),
    (wallFor(row, fastest.cases) / fastest.wallS.median).toFixed(2),
  ];
}

function groupTable(group: string, rows: readonly RowResult[]): string[] {
  const first = rows[0];
  const lines = aligned([HEAD, ...rows.map((row) => tableRow(row, first))], [0]);
  const width = Math.max(...rows.map(({ name }) => name.length));
  const notes = rows.map(({ name, title, startupS, beside }) => {
    const start = startupS.median > 0 ? `; ${seconds(startupS.median)} s of it before its first case` : '';
    const server =
      beside === undefined
        ? ''
        : `; ${beside.name} beside it: cpu ${seconds(beside.cpuS.median)} s, RSS ${megabytes(beside.peakRssBytes.max)} MB`;
    return `  ${name.padEnd(width)}  ${title}${start}${server}`;
  });
  return ['', `${group} (x: wall time of as many cases over ${first.name})`, ...lines, ...notes];
}

/** Which builds of swinprep were measured. */
function buildsOf({ now, before }: BenchResult): string[] {
  const own = now && `this build ${now.commit.slice(0, 10)}${now.changed ? ' with changes' : ''}`;
  const other = before && `the build before ${before.slice(0, 10)}`;
  const told = [own, other].filter((text) => text !== undefined);
  return told.length === 0 ? [] : [told.join(', ')];
}

function stageTable({ stages }: BenchResult): string[] {
  if (stages.length === 0) return [];
  const { workers, runs } = stages[0];
  const names = [...new Set(stages.flatMap((times) => times.stages.map(({ stage }) => stage)))];
  const cells = (stage: string): string[] =>
    stages.map((times) => (times.stages.find((found) => found.stage === stage)?.seconds ?? 0).toFixed(3));
  const sums = stages.map((times) => times.stages.reduce((sum, { seconds: s }) => sum + s, 0).toFixed(3));
  const head = stages.map(({ preset, build }) => `${preset} ${build}`);
  return [
    '',
    `seconds a case by stage, of ${workers} workers together, ${runs} run${runs === 1 ? '' : 's'} with --profile, medians`,
    ...aligned([['stage', ...head], ...names.map((name) => [name, ...cells(name)]), ['sum', ...sums]], [0]),
  ];
}

/** Bars that were measured, and those for which a row was asked for that is missing. */
function barTable({ bars, leftOut, failed }: BenchResult): string[] {
  const missing = new Set([...leftOut, ...failed].map(({ name }) => name));
  const shown = bars.flatMap(({ what, bar, rows, measured, missedBy = 0 }) => {
    if (measured !== undefined) {
      const verdict = missedBy === 0 ? 'met' : `MISSED by ${(100 * missedBy).toFixed(1)} %`;
      return [[what, bar, measured.toFixed(2), verdict]];
    }
    const without = rows.filter((name) => missing.has(name));
    return without.length === 0 ? [] : [[what, bar, '-', `not measured without ${without.join(', ')}`]];
  });
  return shown.length === 0 ? [] : ['', ...aligned([['bar', 'asked', 'measured', ''], ...shown], [0, 1, 3])];
}

/** The whole result as text. */
export function reportOf(result: BenchResult): string {
  const { machine, cohort, cases, rounds, minutes, rows, leftOut, failed } = result;
  const groups = [...new Set(rows.map(({ group }) => group))];
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, ${machine.date}`,
    versions.join(', '),
    ...buildsOf(result),
    `load average at the start ${machine.loadAverage.join(' ')}`,
    `${cases} cases: ${cohort}; ${rounds} round${rounds === 1 ? '' : 's'}, rows interleaved, medians; all in ${minutes.toFixed(0)} min`,
    ...groups.flatMap((group) =>
      groupTable(
        group,
        rows.filter((row) => row.group === group),
      ),
    ),
  ];
  if (leftOut.length > 0)
    lines.push('', 'left out', ...leftOut.map(({ name, title, why }) => `  ${name}: ${title}: ${why}`));
  if (failed.length > 0) lines.push('', 'FAILED', ...failed.map(({ name, why }) => `  ${name}: ${why}`));
  lines.push(...stageTable(result));
  lines.push(...barTable(result));
  return `${lines.join('\n')}\n`;
}
