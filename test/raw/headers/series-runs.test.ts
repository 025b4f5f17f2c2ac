import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Look } from '../../../src/raw/headers/look.ts';
import { isOneSeries, isShort, sampleOf, seriesRuns } from '../../../src/raw/headers/series-runs.ts';
import type { Entry } from '../../../src/storage/store.ts';

const entry = (key: string, bytes = 1000): Entry => ({ key, bytes, version: '' });

const keys = (names: readonly string[], bytes?: number): Entry[] => names.map((name) => entry(name, bytes));

const look = (series: string, instance: number, more: Partial<Look> = {}): Look => ({
  patientId: `of ${series}`,
  issuer: '',
  identityRemoved: true,
  kind: 'ct',
  study: '',
  series,
  instance,
  folderNames: '',
  ...more,
});

const FIVE = ['f/1-1.dcm', 'f/1-10.dcm', 'f/1-2.dcm', 'f/1-3.dcm', 'f/1-4.dcm'];

describe('runs of a folder', () => {
  test('are told apart by pattern and by size, in the order of their counter', () => {
    const files = [
      ...keys(FIVE),
      ...keys(
        FIVE.map((name) => name.replace('dcm', 'ima')),
        9_000_000,
      ),
    ];
    const runs = seriesRuns([...files, entry('f/1-5.dcm', 50_000)]);
    expect(runs.map((run) => run.files.map(({ key }) => key))).toEqual([
      ['f/1-1.dcm', 'f/1-2.dcm', 'f/1-3.dcm', 'f/1-4.dcm', 'f/1-10.dcm'],
      ['f/1-5.dcm'],
      ['f/1-1.ima', 'f/1-2.ima', 'f/1-3.ima', 'f/1-4.ima', 'f/1-10.ima'],
    ]);
  });

  test.each([
    ['numbers that count', FIVE, true],
    ['numbers from anywhere', ['a017', 'a018', 'a019', 'a020'], true],
    ['fewer than four', FIVE.slice(2), false],
    ['two numbers that differ', ['1-1', '1-2', '2-1', '2-2'], false],
    ['a number with wide gaps', ['1', '2', '3', '90'], false],
    ['UIDs', ['1.2.3111', '1.2.9834', '1.2.5531', '1.2.7120'], false],
    ['one number written twice', ['1', '01', '2', '3'], false],
    [
      'numbers beyond all counting',
      ['9007199254740993', '9007199254740994', '9007199254740995', '9007199254740996'],
      false,
    ],
    [
      'names of the Imaging Data Commons',
      ['0', '1', '2', '3'].map((n) => `0000000${n}-1111-4222-8333-444444444444.dcm`),
      false,
    ],
  ])('%s', (_, names, counted) => {
    const runs = seriesRuns(keys(names));
    expect(runs).toHaveLength(1);
    expect(runs[0].counted).toBe(counted);
    expect(isShort(runs[0])).toBe(names.length < 4);
  });
});

describe('a run is one series', () => {
  const [counted] = seriesRuns(keys(['1', '2', '3', '4', '5']));
  const [named] = seriesRuns(keys(['1.2.3111', '1.2.9834', '1.2.5531', '1.2.7120']));

  test.each<[string, typeof counted, Look, Look, boolean]>([
    ['whose files count as the images do', counted, look('a', 7), look('a', 11), true],
    ['and in the other direction', counted, look('a', 11), look('a', 7), true],
    ['not where images are missing between', counted, look('a', 1), look('a', 9), false],
    ['not where others lie between', counted, look('a', 1), look('a', 3), false],
    ['not of two series', counted, look('a', 1), look('b', 5), false],
    ['not of two patients', counted, look('a', 1), look('a', 5, { patientId: 'x' }), false],
    ['not of two issuers', counted, look('a', 1), look('a', 5, { issuer: 'x' }), false],
    [
      'not where one end says that identity was removed',
      counted,
      look('a', 1),
      look('a', 5, { identityRemoved: false }),
      false,
    ],
    ['not without a series', counted, look('', 1), look('', 5), false],
    ['not without numbers of images', counted, look('a', Number.NaN), look('a', Number.NaN), false],
    [
      'in the folder of its UID',
      named,
      look('a', 3, { folderNames: 'uid' }),
      look('a', 9, { folderNames: 'uid' }),
      true,
    ],
    ['not where one end is elsewhere', named, look('a', 3, { folderNames: 'uid' }), look('a', 9), false],
    [
      'counted in a folder of the NBIA',
      counted,
      look('a', 3, { folderNames: 'digits' }),
      look('a', 99, { folderNames: 'digits' }),
      true,
    ],
    [
      'not uncounted there',
      named,
      look('a', 3, { folderNames: 'digits' }),
      look('a', 99, { folderNames: 'digits' }),
      false,
    ],
  ])('%s', (_, run, first, last, one) => {
    const ends = [
      [0, first],
      [run.files.length - 1, last],
    ] as const;
    expect(isOneSeries(run, ends)).toBe(one);
  });
});

const part = fc.constantFrom('IM', '1', '02', '-', '.', 'a', '9007199254740993', '.dcm');
const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

test('every file is in one run', () => {
  const files = fc.uniqueArray(fc.tuple(name, fc.integer({ min: 0, max: 5000 })), {
    selector: ([key]) => key,
  });
  fc.assert(
    fc.property(files, (given) => {
      const listed = given.map(([key, bytes]) => entry(`f/${key}`, bytes));
      const found = seriesRuns(listed).flatMap((run) => run.files);
      expect(found).toHaveLength(listed.length);
      expect(new Set(found)).toEqual(new Set(listed));
    }),
  );
});

test('a heap of several series, each numbered through, is never taken for one', () => {
  const series = fc.array(
    fc.record({ images: fc.integer({ min: 1, max: 12 }), first: fc.integer({ min: 0, max: 5 }) }),
    {
      minLength: 2,
      maxLength: 4,
    },
  );
  const heap = series.chain((all) => {
    const looks = all.flatMap(({ images, first }, s) =>
      Array.from({ length: images }, (_, i) => look(`series ${s}`, first + i)),
    );
    const order = fc.shuffledSubarray(looks, { minLength: looks.length, maxLength: looks.length });
    return fc.oneof(fc.constant(looks), order);
  });
  fc.assert(
    fc.property(heap, (looks) => {
      const lookOf = new Map(
        looks.map((seen, i) => [entry(`IMG${String(i).padStart(4, '0')}`), seen] as const),
      );
      for (const run of seriesRuns([...lookOf.keys()])) {
        if (isShort(run)) continue;
        const seen = run.files.map((file) => lookOf.get(file)!);
        const one = new Set(seen.map((each) => each.series)).size === 1;
        const sample = sampleOf(run).map((i) => [i, seen[i]] as const);
        if (isOneSeries(run, sample)) expect(one).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('two patients whose images alternate in one count are never taken for one', () => {
  const [run] = seriesRuns(keys(Array.from({ length: 119 }, (_, i) => `1-${i + 1}.dcm`)));
  const sample = sampleOf(run).map((i) => [i, look(i % 2 === 0 ? 'a' : 'b', i + 1)] as const);
  expect(isOneSeries(run, sample)).toBe(false);
});

test('nor is one series in whose middle another image stands', () => {
  const [run] = seriesRuns(keys(Array.from({ length: 9 }, (_, i) => `1-${i + 1}.dcm`)));
  const sample = sampleOf(run).map((i) => [i, look('a', i === 4 ? 40 : i + 1)] as const);
  expect(isOneSeries(run, sample)).toBe(false);
});
