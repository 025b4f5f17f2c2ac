import { expect, test } from 'vitest';
import type { BenchResult } from './result.ts';
import { stagePlot } from './stage-plot.ts';
import { medianStages, type StageTimes, stageSeconds } from './stage-times.ts';

const row = (stage: string, seconds: number) => ({ stage, seconds, bytes: 0, calls: 1 });

test('seconds of a run are those of workers and main thread over all steps, without waiting for the workers', () => {
  const pool = { workers: 2, wall_s: 5, num_patients: 2 };
  const profiles = [
    {
      main: { wall_s: 6, stages: [row('list', 0.5), row('patients', 5), row('other', 0.5)] },
      pool: { ...pool, stages: [row('gzip', 6), row('other', 1), row('idle', 3)] },
    },
    { main: { wall_s: 1, stages: [row('other', 1)] }, pool: null },
    { main: { wall_s: 5, stages: [row('patients', 5)] }, pool: { ...pool, stages: [row('gzip', 10)] } },
  ];
  expect(Object.fromEntries(stageSeconds(profiles))).toEqual({ gzip: 16, other: 2.5, idle: 3, list: 0.5 });
});

test('stages are medians a case in the order of the profile, those of another build behind them', () => {
  const runs = [
    new Map(Object.entries({ idle: 1, gzip: 9, other: 3, fetch: 3 })),
    new Map(Object.entries({ idle: 4, gzip: 3, other: 3, fetch: 6, weaving: 3 })),
    new Map(Object.entries({ idle: 2, gzip: 6, other: 3, fetch: 9, weaving: 9 })),
  ];
  expect(medianStages(runs, 3)).toEqual([
    { stage: 'fetch', seconds: 2 },
    { stage: 'gzip', seconds: 2 },
    { stage: 'weaving', seconds: 1 },
    { stage: 'other', seconds: 1 },
    { stage: 'idle', seconds: 2 / 3 },
  ]);
});

function times(preset: StageTimes['preset'], build: StageTimes['build'], stages: object): StageTimes {
  const seconds = Object.entries(stages).map(([stage, value]) => ({ stage, seconds: value }));
  return { preset, build, cases: 6, workers: 2, runs: 3, stages: seconds };
}

const STAGES = [
  times('lung1', 'before', { fetch: 0.001, gzip: 2, resample: 1, other: 0.5, idle: 0.5 }),
  times('lung1', 'now', { fetch: 0.001, gzip: 0.5, resample: 0.5, other: 0.5, idle: 0.25 }),
  times('reference', 'before', { fetch: 0.001, gzip: 4, resample: 2, other: 1, idle: 1 }),
  times('reference', 'now', { fetch: 0.001, gzip: 1, resample: 1, other: 0.5, idle: 0.25 }),
];

const RESULT = {
  machine: { cpu: 'A <fast> & "quiet" CPU', cores: 2, date: '2026-01-02T03:04:05.678Z' },
  cases: 6,
  before: '0123456789',
  now: { commit: 'abcdef0123', changed: false },
  stages: STAGES,
} as unknown as BenchResult;

/** Names of the elements of an XML text in order. Throws an Error where one is not closed by its own end. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, end, name, empty] of xml.matchAll(
    /<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<&]*(?:&\w+;[^"<&]*)*")*\s*(\/?)>/g,
  )) {
    if (end) expect(open.pop()).toBe(name);
    else names.push(name);
    if (!end && !empty) open.push(name);
  }
  expect(open).toEqual([]);
  // Every sign of markup was part of an element or is escaped.
  const rest = xml.replaceAll(/<\/?[a-z][^>]*>/g, '');
  expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
  return names;
}

test('the plot is well-formed SVG that says in words what it shows', () => {
  const svg = stagePlot(RESULT);
  const names = elementsOf(svg);
  expect(names.slice(0, 4)).toEqual(['svg', 'title', 'desc', 'style']);
  expect(svg).toMatch(
    /<desc id="description">Stacked bars: lung1, before 4\.00 s, lung1, now 1\.75 s, reference/,
  );
  expect(svg).toContain('before: 0123456; now: abcdef0');
  expect(svg).toContain('A &lt;fast&gt; &amp; &quot;quiet&quot; CPU');
  expect(svg).toContain('prefers-color-scheme: dark');
});

test('bars are as long as what they tell, part by part, and no second is lost', () => {
  const parts = [
    ...stagePlot(RESULT).matchAll(
      /<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"[^>]*><title>(\w+, \w+): ([\w ]+) ([\d.]+) s</g,
    ),
  ].map(([, x, y, width, bar, stage, seconds]) => ({
    ...{ x: Number(x), y: Number(y), width: Number(width) },
    ...{ bar, stage, seconds: Number(seconds) },
  }));
  const scale = parts.find(({ bar, stage }) => bar === 'reference, before' && stage === 'gzip')!.width / 4;
  expect(scale).toBeGreaterThan(50);
  for (const { width, seconds } of parts) expect(Math.abs(width - scale * seconds)).toBeLessThan(0.1);
  const byBar = Map.groupBy(parts, ({ bar }) => bar);
  expect([...byBar.keys()]).toEqual(['lung1, before', 'lung1, now', 'reference, before', 'reference, now']);
  for (const [i, own] of [...byBar.values()].entries()) {
    const sum = STAGES[i].stages.reduce((total, { seconds }) => total + seconds, 0);
    expect(own.map(({ stage }) => stage)).toEqual(['gzip', 'resample', 'all else', 'idle']);
    expect(own.reduce((total, { seconds }) => total + seconds, 0)).toBeCloseTo(sum, 2);
    expect(new Set(own.map(({ y }) => y)).size).toBe(1);
    for (const [k, part] of own.slice(1).entries()) expect(part.x).toBeCloseTo(own[k].x + own[k].width, 1);
  }
});

test('a result without stages has no plot', () => {
  expect(() => stagePlot({ ...RESULT, stages: [] })).toThrow(/no stages.*--before/);
});
