import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DicomFile, decimals, Tag, text } from '../../../src/dicom/file/part10.ts';
import type { CtSeries } from '../../../src/dicom/series/series.ts';
import { ctSeries } from '../../../src/dicom/series/series-grouping.ts';
import { type StackRules, stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import type { Element } from '../../support/dicom/dicom-object.ts';
import { stackRules } from '../../support/dicom/real-stack.ts';
import { rules } from '../../support/dicom/rules.ts';
import {
  acquisitionNumber,
  acquisitionTime,
  imageType,
  kernel,
  madeImage,
  temporalPosition,
  triggerTime,
} from '../../support/dicom/scan-series.ts';

const heights = (count: number, spacingMm = 3, first = 0): number[] =>
  Array.from({ length: count }, (_, k) => Number((first + k * spacingMm).toFixed(6)));

/** Images of one scan at some heights; the HU tell whose they are. */
function scan(
  number: number,
  heightsMm: readonly number[],
  more: (slice: number) => readonly Element[] = () => [],
): DicomFile[] {
  return heightsMm.map((heightMm, k) =>
    madeImage(`${number}-${k}.dcm`, { heightMm, hu: 100 * number + k, more: more(k) }),
  );
}

/** Which scans the images of a candidate are of. */
function numbersIn({ planes }: Pick<CtSeries, 'planes'>): number[] {
  return [...new Set(planes.map(({ file }) => Number(file.name.split('-')[0])))];
}

function found(files: readonly DicomFile[]): { scans: [number[], number][]; by: (string | undefined)[] } {
  const { candidates } = ctSeries(files, rules);
  return {
    scans: candidates.map((one) => [numbersIn(one), one.planes.length]),
    by: [...new Set(candidates.map((one) => one.scan?.attribute))],
  };
}

const place = heights(12);

describe('scans at the same places are told apart by', () => {
  /** Images are acquired half a second after each other, scan after scan, with a pause of 20 s. */
  const clock = (number: number, slice: number): Element => acquisitionTime(26 * number + slice / 2);
  test.each<[string, (number: number, slice: number) => readonly Element[]]>([
    ['Acquisition Number', (n) => [acquisitionNumber(n), kernel(`B${n}0f`)]],
    ['Temporal Position', (n) => [acquisitionNumber(1), temporalPosition(n)]],
    ['Trigger Time', (n, k) => [triggerTime(80 * n + (k % 5)), kernel(`B${n}0f`)]],
    ['Acquisition Time', (n, k) => [clock(n, n === 2 ? 11 - k : k)]],
    ['Image Type', (n, k) => [imageType(`P${n}`), acquisitionTime(k)]],
    ['Convolution Kernel', (n) => [kernel(`B${n}0f`)]],
  ])('%s', (name, more) => {
    const files = [3, 1, 2].flatMap((n) => scan(n, place, (k) => more(n, k)));
    expect(found(files)).toEqual({
      scans: [
        [[1], 12],
        [[2], 12],
        [[3], 12],
      ],
      by: [name],
    });
  });

  test('two attributes together where none does alone', () => {
    const four = [1, 2, 3, 4].flatMap((n) =>
      scan(n, place, () => [acquisitionNumber(n % 2), kernel(n < 3 ? 'B30f' : 'B70f')]),
    );
    const { scans, by } = found(four);
    expect(scans.map(([numbers]) => numbers).sort()).toEqual([[1], [2], [3], [4]]);
    expect(by).toEqual(['Acquisition Number and Convolution Kernel']);
  });

  test('what makes whole scans rather than pieces of them', () => {
    const numbered = [1, 2].flatMap((n) =>
      scan(n, place, (k) => [acquisitionNumber(10 * n + Math.floor(k / 4)), temporalPosition(n)]),
    );
    expect(found(numbered)).toMatchObject({
      scans: [
        [[1], 12],
        [[2], 12],
      ],
      by: ['Temporal Position'],
    });
  });

  test('pieces, where nothing makes whole scans of them', () => {
    const numbered = [1, 2].flatMap((n) =>
      scan(n, place, (k) => [acquisitionNumber(10 * n + Math.floor(k / 4))]),
    );
    expect(found(numbered).scans.map(([, slices]) => slices)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test('a repeated scan of a few places leaves the other as it is', () => {
    const again = scan(2, place.slice(4, 6), () => [acquisitionNumber(2)]);
    const { candidates, rejected } = ctSeries(
      [...scan(1, place, () => [acquisitionNumber(1)]), ...again],
      rules,
    );
    expect(candidates.map(numbersIn)).toEqual([[1]]);
    expect(rejected).toEqual([
      { modality: 'CT', images: 2, reason: 'fewer than 3 slices (series.minSlices)' },
    ]);
  });
});

describe('nothing tells apart', () => {
  test.each<[string, (number: number, slice: number) => readonly Element[]]>([
    ['images that say the same', () => [acquisitionNumber(1), kernel('B30f')]],
    ['numbers of single images', (n, k) => [acquisitionNumber(20 * n + k)]],
    ['times that go on without a pause', (n, k) => [acquisitionTime((12 * n + k) / 2)]],
    ['phases that were acquired place after place', (n, k) => [acquisitionTime(10 * k + n)]],
    ['numbers that change along the scan', (_, k) => [acquisitionNumber(Math.floor(k / 4))]],
  ])('%s', (_, more) => {
    const files = [1, 2].flatMap((n) => scan(n, place, (k) => more(n, k)));
    const { candidates, rejected } = ctSeries(files, rules);
    expect(candidates).toEqual([]);
    expect(rejected).toEqual([{ modality: 'CT', images: 24, reason: '4-D: 2 images at each position' }]);
  });
});

describe('one scan stays one', () => {
  const asOne = (files: readonly DicomFile[]): void => {
    const { candidates } = ctSeries(files, rules);
    expect(candidates).toHaveLength(1);
    expect(candidates[0].scan).toBeUndefined();
    expect(candidates[0].planes).toHaveLength(files.length);
  };

  test('whatever numbers, times, types and kernels its slices have', () => {
    const anyOf = fc.record({
      numbers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 25, maxLength: 25 }),
      seconds: fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 25, maxLength: 25 }),
      missing: fc.integer({ min: 1, max: 23 }),
    });
    fc.assert(
      fc.property(anyOf, ({ numbers, seconds, missing }) => {
        const all = scan(1, heights(25), (k) => [
          acquisitionNumber(numbers[k]),
          acquisitionTime(seconds[k]),
          imageType(`T${numbers[24 - k]}`),
        ]);
        asOne(all);
        asOne(all.filter((_, k) => k !== missing));
      }),
      { numRuns: 60 },
    );
  });

  test('with numbers that count its rotations, unevenly spaced too', () => {
    const uneven = [0, 3, 6, 9, 12, 14, 16, 18, 20, 22, 27, 32, 37];
    for (const along of [heights(25), uneven])
      asOne(scan(1, along, (k) => [acquisitionNumber(Math.floor(k / 4)), acquisitionTime(k / 2)]));
  });

  test('with slices that are there twice', () => {
    const all = scan(1, place, () => [acquisitionNumber(1)]);
    const copies = [3, 4, 5].map((k) =>
      madeImage(`copy-${k}`, { heightMm: place[k], hu: 100 + k, more: [acquisitionNumber(2)] }),
    );
    asOne([...all, ...copies]);
  });
});

/** Any way to stack that the configuration has. */
const stackings: fc.Arbitrary<StackRules> = fc
  .record({
    stacking: fc.constantFrom('images' as const, 'average' as const),
    variableSpacing: fc.constantFrom('exclude' as const, 'resample' as const),
    spacingToleranceMm: fc.constantFrom(0.01, 0.1, 1, 5),
    maxMissingRun: fc.constantFrom(0, 1, 5, 100),
  })
  .map((chosen) => ({ ...stackRules, ...chosen }));

/** Two passes of one spacing that overlap: how many slices each has, how many lie in the other, and how far off the places. */
const passes = fc
  .record({
    spacingMm: fc.constantFrom(1, 2.5, 3, 5),
    slices: fc.tuple(fc.integer({ min: 6, max: 20 }), fc.integer({ min: 6, max: 20 })),
    overlap: fc.integer({ min: 2, max: 5 }),
    // In hundredths of the spacing: places that are the same, nearly the same, or between.
    offset: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ spacingMm, slices: [a, b], overlap, offset }) => ({
    spacingMm,
    offset,
    first: heights(a, spacingMm),
    second: heights(b, spacingMm, (a - overlap + offset / 100) * spacingMm),
  }));

describe('overlapping passes are never mixed, however slices are stacked', () => {
  test('told apart by Acquisition Number', () => {
    fc.assert(
      fc.property(passes, stackings, ({ first, second }, stacking) => {
        const files = [
          ...scan(1, first, () => [acquisitionNumber(1)]),
          ...scan(2, second, () => [acquisitionNumber(2)]),
        ];
        const { candidates } = ctSeries(files, rules);
        expect(candidates.flatMap(numbersIn).sort()).toEqual([1, 2]);
        for (const one of candidates) {
          expect(numbersIn(one)).toHaveLength(1);
          expect(stackSlices(one.planes, stacking).missingPlanes).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of different spacing too, told apart by any attribute', () => {
    const attributes: ((number: number, slice: number) => Element)[] = [
      (n) => acquisitionNumber(n),
      (n) => temporalPosition(n),
      (n, k) => triggerTime(500 * n + (k % 7)),
      (n, k) => acquisitionTime(100 * n + (n === 2 ? -k : k) / 2),
      (n) => imageType(`P${n}`),
      (n) => kernel(`B${n}0f`),
    ];
    const ratio = fc.constantFrom(0.4, 0.5, 0.8, 1, 2);
    fc.assert(
      fc.property(
        passes,
        ratio,
        fc.constantFrom(...attributes),
        ({ spacingMm, first, second }, times, by) => {
          const wider = heights(second.length, spacingMm * times, second[0]);
          const files = [1, 2].flatMap((n) => scan(n, n === 1 ? first : wider, (k) => [by(n, k)]));
          const { candidates } = ctSeries(files, rules);
          expect(candidates.map(numbersIn).sort()).toEqual([[1], [2]]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('told apart by nothing: excluded, and no message says how to mix them', () => {
    // Halfway between each other they lie as one scan of half the spacing does.
    const apart = passes.filter(({ offset, spacingMm }) => Math.abs(offset / 50 - 1) * spacingMm > 0.25);
    fc.assert(
      fc.property(apart, stackings, ({ first, second }, stacking) => {
        const { candidates } = ctSeries([...scan(1, first), ...scan(2, second)], rules);
        for (const { planes } of candidates) {
          let thrown: unknown;
          try {
            stackSlices(planes, stacking);
          } catch (reason) {
            thrown = reason;
          }
          expect(thrown).toBeInstanceOf(CaseExclusion);
          expect(['duplicate-slices', 'overlapping-scans']).toContain((thrown as CaseExclusion).code);
          expect((thrown as CaseExclusion).message).not.toMatch(/geometry\.|resample|keep one/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('order and names of the files decide nothing', () => {
  const files = [1, 2].flatMap((n) =>
    scan(n, place, (k) => [acquisitionTime(100 * n + k), kernel(`B${(k % 3) + 3}0f`)]),
  );
  const told = (given: readonly DicomFile[]): unknown =>
    ctSeries(given, rules).candidates.map(({ planes, scan: of, ...facts }) => ({
      ...facts,
      attribute: of?.attribute,
      uids: planes.map(({ file }) => text(file.dataset, Tag.SOPInstanceUID)),
      order: stackSlices(planes, stackRules).slices.map(({ file }) =>
        decimals(file.dataset, Tag.ImagePositionPatient),
      ),
    }));
  const expected = told(files);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(files, { minLength: files.length }),
      fc.array(fc.string(), { minLength: files.length, maxLength: files.length }),
      (shuffled, names) => {
        expect(told(shuffled.map((file, i) => ({ ...file, name: names[i] })))).toEqual(expected);
      },
    ),
    { numRuns: 50 },
  );
});
