import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HuTally } from '../../../src/kernels/intensity/hu-tally.ts';
import { percentile } from '../../../src/kernels/intensity/percentile.ts';
import { readGolden } from '../../support/goldens.ts';
import { tallyOf } from '../../support/volumes/pass1-case.ts';

const PS = [0, 0.5, 1, 5, 50, 95, 99, 99.5, 100];
const voxels = fc.array(fc.float({ min: -1024, max: 3071, noNaN: true }), { minLength: 1, maxLength: 200 });

/** As the tally rounds. */
const rounded = (hu: readonly number[]): number[] => hu.map((v) => Math.floor(v + 0.5));

describe('a tally of HU', () => {
  test('rounds halves up and keeps the ends of int16', () => {
    const tally = tallyOf([-32768, -0.5, 0.49, 0.5, 32767.4]);
    expect(tally.percentiles([0, 25, 50, 75, 100])).toEqual([-32768, 0, 0, 1, 32767]);
    expect(tally.voxels).toBe(5);
  });

  test('mean and population sd, by hand', () => {
    expect(tallyOf([2, 4, 4, 4, 5, 5, 7, 9]).moments()).toEqual({ min: 2, max: 9, mean: 5, sd: 2 });
  });

  test('has no moments and no percentile without voxels', () => {
    expect(new HuTally().moments()).toBeUndefined();
    expect(() => new HuTally().percentiles([50])).toThrow(RangeError);
    expect(new HuTally().encode()).toEqual({ first_hu: 0, counts: '' });
  });

  test('encodes the counts between its least and largest HU', () => {
    expect(tallyOf([-3, -1, -1]).encode()).toEqual({ first_hu: -3, counts: '1 0 2' });
  });

  test('gives the percentiles of the rounded HU, to the last bit', () => {
    fc.assert(
      fc.property(voxels, (hu) => {
        expect(tallyOf(hu).percentiles(PS)).toEqual(PS.map((p) => percentile(rounded(hu), p)));
      }),
    );
  });

  test('gives the percentiles, mean and sd of numpy for whole HU', () => {
    for (const { hu, ps, expected, mean, sd } of readGolden<HuGolden>('numpy-hu.json').rows) {
      const tally = tallyOf(hu);
      tally.percentiles(ps).forEach((v, i) => {
        expect(v).toBeCloseTo(expected[i], 9);
      });
      expect(tally.moments()!.mean).toBeCloseTo(mean, 9);
      expect(tally.moments()!.sd).toBeCloseTo(sd, 9);
    }
  });

  test('is the same whatever parts it is merged from, and in whatever order', () => {
    fc.assert(
      fc.property(voxels, fc.infiniteStream(fc.nat(3)), (hu, stream) => {
        const parts = [0, 1, 2, 3].map(() => new HuTally());
        for (const v of hu) parts[stream.next().value!].add(v);
        const merged = new HuTally();
        for (const part of parts.reverse()) merged.merge(part.encode());
        const whole = tallyOf(hu);
        expect(merged.encode()).toEqual(whole.encode());
        expect(merged.moments()).toEqual(whole.moments());
      }),
    );
  });
});

interface HuGolden {
  rows: { hu: number[]; ps: number[]; expected: number[]; mean: number; sd: number }[];
}
