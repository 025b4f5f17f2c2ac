import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { namedSegments, readSegmentsFile } from '../../src/way-back/segments-file.ts';
import { codeBlocks, readDocument } from '../support/documents.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';

const code = (value: string, meaning: string) => ({
  CodeValue: value,
  CodingSchemeDesignator: 'SCT',
  CodeMeaning: meaning,
});

const TISSUE = code('85756007', 'Tissue');
const LIVER = code('10200004', 'Liver');

const SEGMENT = {
  labelID: 1,
  SegmentAlgorithmType: 'MANUAL',
  SegmentedPropertyCategoryCodeSequence: TISSUE,
  SegmentedPropertyTypeCodeSequence: LIVER,
};

const read = (json: object) => readSegmentsFile('meta.json', new TextEncoder().encode(JSON.stringify(json)));
const withSegments = (...segments: object[]) => ({ segmentAttributes: [segments] });
const options = (algorithmName?: string, algorithmVersion?: string) => ({ algorithmName, algorithmVersion });

const concept = (value: string, meaning: string) => ({ value, scheme: 'SCT', meaning });

test('a segment with all that can be told of it', () => {
  const file = read({
    ContentCreatorName: 'Doe^John',
    SeriesDescription: 'Liver and more',
    SeriesNumber: '301',
    ...withSegments({
      ...SEGMENT,
      labelID: 3,
      SegmentLabel: 'Lesion',
      SegmentDescription: 'In the liver',
      SegmentAlgorithmType: 'AUTOMATIC',
      SegmentAlgorithmName: 'net',
      SegmentedPropertyTypeModifierCodeSequence: code('7771000', 'Left'),
      AnatomicRegionSequence: LIVER,
      AnatomicRegionModifierSequence: code('24028007', 'Right'),
      recommendedDisplayRGBValue: [221, 130, 101],
    }),
  });
  expect(file).toEqual({
    name: 'meta.json',
    creator: 'Doe^John',
    seriesDescription: 'Liver and more',
    seriesNumber: 301,
    unused: [],
    segments: [
      {
        label: 3,
        name: 'Lesion',
        description: 'In the liver',
        category: concept('85756007', 'Tissue'),
        type: concept('10200004', 'Liver'),
        typeModifiers: [concept('7771000', 'Left')],
        regions: [concept('10200004', 'Liver')],
        regionModifiers: [concept('24028007', 'Right')],
        algorithm: { type: 'AUTOMATIC', name: 'net', version: '' },
        colour: [221, 130, 101],
      },
    ],
  });
});

test('without a label it has the meaning of its type, as itkimage2segimage writes it, and a colour of ours', () => {
  const [segment] = read(withSegments(SEGMENT)).segments;
  expect(segment).toMatchObject({ name: 'Liver', description: '', regions: [], colour: [230, 25, 75] });
});

test('segments come by label, wherever in the file they stand', () => {
  const file = read({
    segmentAttributes: [[{ ...SEGMENT, labelID: 5 }, SEGMENT], [{ ...SEGMENT, labelID: 3 }]],
  });
  expect(file.segments.map(({ label }) => label)).toEqual([1, 3, 5]);
});

test('what is of no use here is told', () => {
  const file = read({
    '@schema': 'https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/seg-schema.json#',
    ClinicalTrialSeriesID: 'Session1',
    InstanceNumber: '1',
    BodyPartExamined: '',
    ...withSegments({ ...SEGMENT, TrackingIdentifier: 'a', SegmentAlgorithmName: 'by hand' }),
  });
  expect(file.unused).toEqual([
    'ClinicalTrialSeriesID',
    'InstanceNumber',
    'TrackingIdentifier',
    'SegmentAlgorithmName of MANUAL segments',
  ]);
});

describe('what is wrong is told by file and key', () => {
  test.each<[string, object, RegExp]>([
    ['a key that is not known', { ...withSegments(SEGMENT), Author: 'x' }, /\n {2}Author: unknown key/],
    [
      'a key of a segment that is not known',
      withSegments({ ...SEGMENT, SegmentLable: 'x' }),
      /segmentAttributes\[0\]\[0\]\.SegmentLable: unknown key/,
    ],
    [
      'a code without meaning',
      withSegments({
        ...SEGMENT,
        SegmentedPropertyTypeCodeSequence: { CodeValue: '1', CodingSchemeDesignator: 'SCT' },
      }),
      /segmentAttributes\[0\]\[0\]\.SegmentedPropertyTypeCodeSequence\.CodeMeaning: /,
    ],
    [
      'no type',
      withSegments({ labelID: 1, SegmentAlgorithmType: 'MANUAL' }),
      /\[0\]\[0\]\.SegmentedPropertyCategoryCodeSequence: [\s\S]*\[0\]\[0\]\.SegmentedPropertyTypeCodeSequence: /,
    ],
    ['the background', withSegments({ ...SEGMENT, labelID: 0 }), /labelID: is below 1: 0 is the background/],
    ['a label beyond 16 bits', withSegments({ ...SEGMENT, labelID: 65536 }), /labelID: is above 65535/],
    [
      'an algorithm type that is none',
      withSegments({ ...SEGMENT, SegmentAlgorithmType: 'AI' }),
      /SegmentAlgorithmType: /,
    ],
    [
      'a colour beyond 255',
      withSegments({ ...SEGMENT, recommendedDisplayRGBValue: [1, 2, 256] }),
      /recommendedDisplayRGBValue\[2\]: is above 255/,
    ],
    [
      'a label too long',
      withSegments({ ...SEGMENT, SegmentLabel: 'x'.repeat(65) }),
      /SegmentLabel: is longer than the 64 characters/,
    ],
    [
      'a backslash',
      withSegments({ ...SEGMENT, SegmentLabel: 'a\\b' }),
      /SegmentLabel: holds a backslash or a control character/,
    ],
    [
      'a series number that is none',
      { ...withSegments(SEGMENT), SeriesNumber: 'x' },
      /SeriesNumber: is no whole number/,
    ],
    ['no segment', { segmentAttributes: [[]] }, /segmentAttributes: describes no segment/],
    [
      'a label told twice',
      { segmentAttributes: [[SEGMENT], [SEGMENT]] },
      /segmentAttributes\[1\]\[0\]\.labelID: 1 is that of segmentAttributes\[0\]\[0\] too/,
    ],
  ])('%s', (_, json, message) => {
    expect(() => read(json)).toThrow(UsageError);
    expect(() => read(json)).toThrow(/^meta\.json: /);
    expect(() => read(json)).toThrow(message);
  });

  test('another encoding than UTF-8, whose letters would become others', () => {
    const json = JSON.stringify(withSegments({ ...SEGMENT, SegmentLabel: 'Größe' }));
    expect(() => readSegmentsFile('meta.json', Buffer.from(json, 'latin1'))).toThrow('which is UTF-8');
    expect(readSegmentsFile('meta.json', Buffer.from(json)).segments[0].name).toBe('Größe');
  });

  test.each(['a=b=c=d', 'a^b^c^d^e^f', 'a=b^c^d^e^f^g'])("no person's name: %s", (ContentCreatorName) => {
    expect(() => read({ ...withSegments(SEGMENT), ContentCreatorName })).toThrow(
      "ContentCreatorName: is no person's name",
    );
  });

  test('half a character', () => {
    expect(() => read(withSegments({ ...SEGMENT, SegmentLabel: 'a\ud800' }))).toThrow(
      'SegmentLabel: holds half a character',
    );
  });

  test('no JSON', () => {
    expect(() => readSegmentsFile('meta.json', Buffer.from('{'))).toThrow('meta.json: is no valid JSON');
  });
});

describe('the algorithm', () => {
  const automatic = { ...SEGMENT, SegmentAlgorithmType: 'AUTOMATIC' };
  const named = { ...automatic, labelID: 2, SegmentAlgorithmName: 'net' };

  test('is named by the file, or by the option where that does not', () => {
    const file = read(withSegments({ ...SEGMENT, labelID: 3 }, automatic, named));
    expect(namedSegments(file, options('other', '2')).map(({ algorithm }) => algorithm)).toEqual([
      { type: 'AUTOMATIC', name: 'other', version: '2' },
      { type: 'AUTOMATIC', name: 'net', version: '2' },
      { type: 'MANUAL', name: '', version: '' },
    ]);
    const [, { algorithm }] = namedSegments(read(withSegments(SEGMENT, named)), options());
    expect(algorithm).toEqual({ type: 'AUTOMATIC', name: 'net', version: '' });
  });

  test('has to have a name', () => {
    expect(() => namedSegments(read(withSegments(automatic)), options())).toThrow(
      'meta.json: SegmentAlgorithmName of labelID 1: is missing, and its SegmentAlgorithmType is AUTOMATIC',
    );
  });

  test('options that would say nothing are refused', () => {
    expect(() => namedSegments(read(withSegments(named)), options('other'))).toThrow(/^--algorithm-name: /);
    expect(() => namedSegments(read(withSegments(SEGMENT)), options(undefined, '1'))).toThrow(
      /^--algorithm-version: /,
    );
  });
});

/** Of one map each; the others describe several files, whose labels may be told twice. */
const EXAMPLES = [
  ['bmmr-example', [1]],
  ['seg-example', [1]],
  ['seg-example_liver_spine', [1, 2]],
  ['seg-example_liver_spine_gapped', [1, 5]],
  ['seg-example_liver_spine_gapped_merged', [1, 5]],
  ['seg-example_multiple_segments', [1, 2, 3]],
  ['seg-example_multiple_segments_merged', [1, 2, 3]],
  ['seg-example_multiple_segments_reordered', [1, 2, 3]],
  ['seg-example_multiple_segments_single_input_file', [1, 2, 3]],
  ['seg-example_partial_overlaps', [1, 2, 3, 4, 5]],
] as const;

describe.runIf(hasSharedData)("the examples of dcmqi's own documentation are read", () => {
  test.each(EXAMPLES)('%s', (name, labels) => {
    const bytes = readFileSync(shared('seg/dcmqi/doc-examples-json', `${name}.json`));
    const file = readSegmentsFile(name, bytes);
    expect(file.segments.map(({ label }) => label)).toEqual(labels);
    expect(file.unused).toContain('ClinicalTrialSeriesID');
    expect(() => namedSegments(file, options())).not.toThrow();
  });
});

test('the file that docs/way-back.md shows is read, and all of it written', () => {
  const [block] = codeBlocks(readDocument('docs/way-back.md'), 'json');
  const file = readSegmentsFile('docs/way-back.md', new TextEncoder().encode(block));
  expect(file.unused).toEqual([]);
  expect(namedSegments(file, options())).toMatchObject([{ label: 1, algorithm: { name: 'SwinUNETR' } }]);
});
