import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HuHistogram } from '../../../src/kernels/intensity/histogram.ts';
import { noiseHu } from '../../../src/kernels/intensity/noise.ts';
import { maskedMean } from '../../../src/kernels/mask/masked-mean.ts';

const volumes = fc.int16Array({ minLength: 1, maxLength: 50, min: -1100, max: 1100 });

test('counts, range and median are those of the sorted values', () => {
  fc.assert(
    fc.property(volumes, (hu) => {
      const histogram = new HuHistogram(hu);
      const inside = [...hu].filter((v) => v >= -200 && v <= 300).sort((a, b) => a - b);
      expect(histogram.count(-200, 300)).toBe(inside.length);
      expect(histogram.median(-200, 300)).toBe(inside[Math.ceil(inside.length / 2) - 1]);
      const { min, max, mean } = histogram.range();
      expect([min, max]).toEqual([Math.min(...hu), Math.max(...hu)]);
      expect(mean).toBeCloseTo(hu.reduce((sum, v) => sum + v, 0) / hu.length, 9);
    }),
  );
});

test('maskedMean is over the mask alone', () => {
  expect(maskedMean(Int16Array.of(10, 20, 90), Uint8Array.of(1, 1, 0))).toBe(15);
});

test.each([5, 20, 50])('noiseHu finds a standard deviation of %i HU under an edge and a slope', (sd) => {
  // Box-Muller over a fixed sequence.
  let state = 1;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const hu = Int16Array.from(
    { length: 200 * 200 },
    (_, i) => (i % 200 < 100 ? 0 : 60) + (i % 200) / 20 + sd * normal(),
  );
  const found = noiseHu(hu, 200, -400, 400)!;
  expect(Math.abs(found - sd) / sd).toBeLessThan(0.05);
});

test('noiseHu is undefined where no neighbours lie in range', () => {
  expect(noiseHu(Int16Array.of(-1000, 0, -1000, 0), 4, -100, 100)).toBeUndefined();
});
