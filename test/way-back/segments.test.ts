import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../src/dicom/derived/segment.ts';
import { anatomicRegions, BODY_PARTS } from '../../src/way-back/anatomic-region.ts';
import { segmentColour } from '../../src/way-back/segment-colour.ts';
import { DEFAULT_CODES, type SegmentDefaults, segmentsOf } from '../../src/way-back/segments.ts';
import { readGolden } from '../support/goldens.ts';

type Code = [value: string, meaning: string];

/** PS3.16 as pydicom has it; recorded by test/reference/record_segment_codes.py. */
const codes = readGolden<Record<'regions' | 'categories' | 'types', Code[]>>('segment-codes.json');

const defaults: SegmentDefaults = {
  tumourName: 'GTV-2',
  regions: anatomicRegions('CHEST'),
  algorithm: { type: 'AUTOMATIC', name: 'net', version: '3' },
};

const labelled = (...labels: number[]) => ({ file: 'map.nii.gz', kind: 'labels', labels }) as const;
const probabilities = { file: 'p.nii.gz', kind: 'probabilities', labels: [1] } as const;

function described(...labels: number[]) {
  const segments = segmentsOf(labelled(...labels), undefined, defaults).map(
    (segment): Segment => ({ ...segment, name: `described ${segment.label}` }),
  );
  return { file: 'meta.json', segments };
}

describe('by default', () => {
  test('label 1 is the tumour, of others nothing is known', () => {
    const [tumour, other] = segmentsOf(labelled(1, 7), undefined, defaults);
    expect(tumour).toMatchObject({
      label: 1,
      name: 'GTV-2',
      category: { value: '49755003', scheme: 'SCT' },
      type: { value: '108369006', scheme: 'SCT' },
      regions: [{ value: '816094009', scheme: 'SCT', meaning: 'Chest' }],
      algorithm: defaults.algorithm,
    });
    expect(other).toMatchObject({
      label: 7,
      name: 'Label 7',
      category: { value: '85756007' },
      type: { value: '85756007' },
    });
  });

  test('a map without a voxel is the tumour, empty; a probability map one segment', () => {
    expect(segmentsOf(labelled(), undefined, defaults).map(({ label }) => label)).toEqual([1]);
    expect(segmentsOf(probabilities, undefined, defaults).map(({ label }) => label)).toEqual([1]);
  });

  test('labels are not made up: without label 1 there is no tumour', () => {
    expect(segmentsOf(labelled(2, 3), undefined, defaults).map(({ name }) => name)).toEqual([
      'Label 2',
      'Label 3',
    ]);
  });

  test('codes and meanings are those of PS3.16', () => {
    const pairs = (concepts: readonly { value: string; meaning: string }[]): Code[] =>
      concepts.map(({ value, meaning }) => [value, meaning]);
    for (const code of pairs(DEFAULT_CODES.categories)) expect(codes.categories).toContainEqual(code);
    for (const code of pairs(DEFAULT_CODES.types)) expect(codes.types).toContainEqual(code);
  });
});

describe('as a file describes them', () => {
  test('all that it describes, empty ones too', () => {
    const all = segmentsOf(labelled(2), described(1, 2, 9), defaults);
    expect(all.map(({ name }) => name)).toEqual(['described 1', 'described 2', 'described 9']);
  });

  test('labels that it does not describe exclude the patient, and are named', () => {
    expect(() => segmentsOf(labelled(1, 2, 3), described(1), defaults)).toThrow(
      expect.objectContaining({
        code: 'label-not-described',
        message:
          'map.nii.gz: holds the labels 2, 3, which meta.json does not describe: add them to its segmentAttributes',
      }),
    );
    const many = labelled(...Array.from({ length: 14 }, (_, i) => i + 1));
    expect(() => segmentsOf(many, described(1), defaults)).toThrow(/ 2, 3, .*, 11 and 3 more, which/);
  });

  test('a probability map is the one segment, or label 1 of several', () => {
    expect(segmentsOf(probabilities, described(4), defaults).map(({ label }) => label)).toEqual([4]);
    expect(segmentsOf(probabilities, described(1, 2), defaults).map(({ label }) => label)).toEqual([1]);
    expect(() => segmentsOf(probabilities, described(2, 3), defaults)).toThrow(
      /p\.nii\.gz: is a probability map, which is label 1, and meta\.json describes 2 labels/,
    );
  });
});

describe('anatomic regions', () => {
  test.each(BODY_PARTS)('%s is a code of PS3.16, with its meaning', (part) => {
    const [{ value, scheme, meaning }] = anatomicRegions(part);
    expect(scheme).toBe('SCT');
    expect(codes.regions).toContainEqual([value, meaning]);
  });

  test('are those of the CT alone: of no term, or none that is known, there is none', () => {
    expect(anatomicRegions(' lung ')).toEqual([{ value: '39607008', scheme: 'SCT', meaning: 'Lung' }]);
    for (const part of ['', 'TXXT', 'constructor', 'CHEST\\HEAD']) expect(anatomicRegions(part)).toEqual([]);
  });
});

test('every label has a colour of its own', () => {
  const colours = Array.from({ length: 65535 }, (_, i) => segmentColour(i + 1).join(','));
  expect(new Set(colours).size).toBe(65535);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65535 }), (label) => {
      for (const channel of segmentColour(label)) {
        expect(Number.isInteger(channel)).toBe(true);
        expect(channel).toBeGreaterThanOrEqual(0);
        expect(channel).toBeLessThanOrEqual(255);
      }
    }),
  );
});
