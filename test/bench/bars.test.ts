import { expect, test } from 'vitest';
import { type Bar, barsOf, ROWS_OF_BARS } from './bars.ts';
import { listRows } from './campaign.ts';
import { reportOf } from './report.ts';
import { type BenchResult, type RowResult, resultOf } from './result.ts';
import type { Sample } from './row.ts';

const SAMPLE: Sample = {
  wallS: 10,
  cpuS: 20,
  peakRssBytes: 1e9,
  readBytes: 0,
  writtenBytes: 0,
  startupS: 0,
  stdout: '',
  outputBytes: 100e6,
};

/** A row of rounds, which are given by what is not as in `SAMPLE`. */
function row(name: string, cases: number, ...rounds: Partial<Sample>[]): RowResult {
  const of = { name, title: name, group: 'end to end', cases, measure: async () => SAMPLE } as const;
  return resultOf(
    of,
    rounds.map((round) => ({ ...SAMPLE, ...round })),
  );
}

function barIn(rows: readonly RowResult[], what: string): Bar {
  const found = barsOf(rows).filter((bar) => bar.what === what);
  expect(found).toHaveLength(1);
  return found[0];
}

test('a bar is a ratio of medians, met up to its limit, and told by how much it is missed', () => {
  const before = row('before-lung1-2w', 6, {});
  const what = 'processor time a case over the build before, lung1';
  const met = barIn([row('lung1-2w', 6, { cpuS: 10 }, { cpuS: 30 }, { cpuS: 9 }), before], what);
  expect(met).toMatchObject({ what, bar: 'at most 0.5', measured: 0.5, met: true, missedBy: 0 });
  const missed = barIn([row('lung1-2w', 6, { cpuS: 11 }), before], what);
  expect(missed).toMatchObject({ measured: 0.55, met: false });
  expect(missed.missedBy).toBeCloseTo(0.1);
});

test('of a peer with fewer cases the start-up counts once and the rest by the case', () => {
  const rows = [row('simpleitk', 2, { wallS: 14, startupS: 2 }), row('reference-2w', 6, {})];
  const bar = barIn(rows, 'times as fast as the SimpleITK program, reference');
  expect(bar).toMatchObject({ bar: 'at least 3.8', measured: 3.8, met: true });
  const missed = barIn([rows[0], row('reference-2w', 6, { wallS: 20 })], bar.what);
  expect(missed).toMatchObject({ measured: 1.9, met: false, missedBy: 0.5 });
});

test('memory is that of all processes, however many cases, and bytes are by the case', () => {
  const before = row('before-reference-2w', 3, {});
  const now = row('reference-2w', 6, { outputBytes: 206e6, peakRssBytes: 0.9e9 });
  const bytes = barIn([before, now], 'bytes of outputs over the build before, reference');
  expect(bytes).toMatchObject({ bar: 'at most 1.03', measured: 1.03, met: true });
  const memory = barIn([before, now], 'peak RSS of all processes over the build before, reference');
  expect(memory).toMatchObject({ bar: 'at most 1', measured: 0.9, met: true });
});

test('a bar whose rows are not all there is not judged', () => {
  const bars = barsOf([row('lung1-2w', 6, {})]);
  const judged = bars.filter(({ measured }) => measured !== undefined).map(({ what }) => what);
  expect(judged).toEqual(['peak RSS of lung1-2w']);
});

test('the rows that the bars need are rows', () => {
  const options = { cohort: 'generated', cases: 1, fewCases: 1, rounds: 1, long: true } as const;
  const names = listRows({ ...options, say: () => {} }).map(({ name }) => name);
  expect(ROWS_OF_BARS.filter((name) => !names.includes(name))).toEqual([]);
  expect(ROWS_OF_BARS).toContain('before-lung1-2w');
});

test('the report tells of each bar whether it is met, and of each build its commit', () => {
  const rows = [
    row('lung1-2w', 6, { wallS: 6, cpuS: 10 }),
    row('before-lung1-2w', 6, {}),
    row('reference-2w', 6, { wallS: 5 }),
    row('before-reference-2w', 6, {}),
  ];
  const result: BenchResult = {
    machine: {
      cpu: 'C',
      cores: 2,
      memoryGiB: 8,
      kernel: '6',
      loadAverage: [0, 0, 0],
      date: '',
      versions: {},
    },
    now: { commit: 'a'.repeat(40), changed: true },
    before: 'b'.repeat(40),
    cohort: 'two',
    cases: 6,
    rounds: 1,
    minutes: 1,
    rows,
    leftOut: [{ name: 'floor-lung1-igzip', title: 'a floor', why: 'there is no igzip' }],
    failed: [],
    bars: barsOf(rows),
    stages: [],
  };
  const report = reportOf(result);
  expect(report).toMatch(/^wall time over the build before, lung1 +at most 0\.55 +0\.60 +MISSED by 9\.1 %$/m);
  expect(report).toMatch(/^wall time over the build before, reference +at most 0\.55 +0\.50 +met$/m);
  expect(report).toMatch(
    /^wall time over the floor by igzip, lung1 .* - +not measured without floor-lung1-igzip$/m,
  );
  expect(report).not.toContain('Azurite');
  expect(report).toContain('this build aaaaaaaaaa with changes, the build before bbbbbbbbbb');
});
