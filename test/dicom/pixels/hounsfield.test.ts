import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HuRules, type SliceHu, writeHounsfield } from '../../../src/dicom/pixels/hounsfield.ts';
import type { StoredPixels } from '../../../src/dicom/pixels/pixels.ts';
import { dicomObject, type Element } from '../../support/dicom/dicom-object.ts';

const AIR: HuRules = { huRounding: 'nearest', huPadding: 'air', airHu: -1000 };

interface Made {
  readonly slope?: string;
  readonly intercept?: string;
  readonly padding?: number;
  readonly limit?: number;
}

function converted(
  stored: StoredPixels,
  { slope = '1', intercept = '-1024', padding, limit }: Made = {},
  rules = AIR,
): SliceHu & { hu: number[] } {
  const word = (value: number): Uint8Array => new Uint8Array(Uint16Array.of(value & 0xffff).buffer);
  const more: Element[] = [];
  if (padding !== undefined) more.push([0x00280120, 'US', word(padding)]);
  if (limit !== undefined) more.push([0x00280121, 'US', word(limit)]);
  const file = dicomObject('slice.dcm', [
    [0x00080060, 'CS', 'CT'],
    ...more,
    [0x00281052, 'DS', intercept],
    [0x00281053, 'DS', slope],
  ]);
  const target = new Int16Array(stored.length);
  const found = writeHounsfield({ file, frame: 0 }, stored, target, 0, rules);
  return { ...found, hu: [...target] };
}

describe('padding', () => {
  test('Pixel Padding Value becomes air, signed as the pixels are', () => {
    const stored = Int16Array.of(-2000, 24, 1064, -2000);
    expect(converted(stored, { padding: -2000 })).toEqual({
      hu: [-1000, -1000, 40, -1000],
      padded: 2,
      paddingIgnored: false,
    });
  });

  test('up to Pixel Padding Range Limit, whichever is the larger', () => {
    const stored = Uint16Array.of(63000, 63536, 64000, 1064);
    for (const [padding, limit] of [
      [63000, 64000],
      [64000, 63000],
    ])
      expect(converted(stored, { padding, limit }).hu).toEqual([-1000, -1000, -1000, 40]);
  });

  test('a value among the HU of tissue is not believed', () => {
    const found = converted(Int16Array.of(0, 40, -1000), { intercept: '0', padding: 0 });
    expect(found).toEqual({ hu: [0, 40, -1000], padded: 0, paddingIgnored: true });
  });

  test('stays as stored where the rules keep it', () => {
    const found = converted(Int16Array.of(-2000, 1064), { padding: -2000 }, { ...AIR, huPadding: 'keep' });
    expect(found).toEqual({ hu: [-3024, 40], padded: 0, paddingIgnored: false });
  });

  test('padding beyond int16 is no fault, other pixels there are', () => {
    expect(converted(Uint16Array.of(65535, 1064), { padding: 65535 }).hu).toEqual([-1000, 40]);
    expect(() => converted(Uint16Array.of(65535, 65534), { padding: 65535 })).toThrow('outside int16');
  });
});

describe('fill outside the circle of reconstruction, which nothing declares', () => {
  const slice = (corners: number, inside: (i: number) => number): Int16Array =>
    Int16Array.from({ length: 400 }, (_, i) => (i < corners ? -2000 : inside(i)));

  test('a constant below air becomes air', () => {
    const { hu, padded } = converted(slice(80, () => 1064));
    expect(padded).toBe(80);
    expect(new Set(hu)).toEqual(new Set([-1000, 40]));
  });

  test('a few voxels below air, as of noise and streaks, stay what they are', () => {
    const { hu, padded } = converted(slice(3, () => 1064));
    expect(padded).toBe(0);
    expect(hu.slice(0, 4)).toEqual([-3024, -3024, -3024, 40]);
  });

  test('-1024, the lowest value of a 12-bit scanner, stays what it is', () => {
    expect(converted(new Uint16Array(400)).hu).toEqual(new Array(400).fill(-1024));
  });
});

test('fractional HU go to the nearest, or are truncated by the reference', () => {
  const stored = Int16Array.of(1, 3, -1, -3);
  const made = { slope: '0.25', intercept: '0.1' };
  expect(converted(stored, made).hu).toEqual([0, 1, -0, -1].map((v) => v + 0));
  expect(converted(stored, { slope: '0.9', intercept: '0' }).hu).toEqual([1, 3, -1, -3]);
  const truncated = converted(stored, { slope: '0.9', intercept: '0' }, { ...AIR, huRounding: 'truncate' });
  expect(truncated.hu).toEqual([0, 2, 0, -2]);
});

test('without padding HU are slope * stored + intercept, and nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4095 }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: -2048, max: 0 }),
      (values, intercept) => {
        const stored = Uint16Array.from(values);
        const keep: HuRules = { ...AIR, huPadding: 'keep' };
        expect(converted(stored, { intercept: String(intercept) }, keep).hu).toEqual(
          values.map((v) => v + intercept),
        );
      },
    ),
  );
});
