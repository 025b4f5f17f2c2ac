import { expect, test } from 'vitest';
import { OwnTexts } from '../../../../src/dicom/derived/own-text.ts';
import type { Segment } from '../../../../src/dicom/derived/segment.ts';
import { segmentItems } from '../../../../src/dicom/derived/segmentation/segment-items.ts';
import { axial } from '../../../support/dicom/made-planes.ts';
import { tumour } from '../../../support/dicom/made-segments.ts';
import { scannedImages } from '../../../support/dicom/scanned-images.ts';

const own = new OwnTexts(scannedImages(axial));
const itemOf = (segment: Segment) => segmentItems([segment], { type: 'BINARY' }, own)[0];
const item = (value: string, meaning: string) => ({
  CodeValue: value,
  CodingSchemeDesignator: 'SCT',
  CodeMeaning: meaning,
});
const code = (value: string, meaning: string) => ({ value, scheme: 'SCT', meaning });

test('a segment of a program names it, its version, and what it is', () => {
  expect(itemOf(tumour(9, { name: 'GTV-1', description: 'Primary' }))).toEqual({
    SegmentNumber: 1,
    SegmentLabel: 'GTV-1',
    SegmentDescription: 'Primary',
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: 'SwinUNETR',
    SegmentationAlgorithmIdentificationSequence: [
      {
        AlgorithmFamilyCodeSequence: [
          { CodeValue: '123110', CodingSchemeDesignator: 'DCM', CodeMeaning: 'Artificial Intelligence' },
        ],
        AlgorithmName: 'SwinUNETR',
        AlgorithmVersion: '1.0',
      },
    ],
    SegmentedPropertyCategoryCodeSequence: [item('49755003', 'Morphologically Abnormal Structure')],
    SegmentedPropertyTypeCodeSequence: [item('108369006', 'Neoplasm')],
    AnatomicRegionSequence: [item('39607008', 'Lung')],
    RecommendedDisplayCIELabValue: [34886, 53484, 50172],
  });
});

test('what a person led a program to is not said to be of artificial intelligence', () => {
  const led = itemOf(tumour(1, { algorithm: { type: 'SEMIAUTOMATIC', name: 'brush', version: '2' } }));
  expect(led.SegmentationAlgorithmIdentificationSequence).toMatchObject([
    { AlgorithmFamilyCodeSequence: [{ CodeValue: '123109' }], AlgorithmVersion: '2' },
  ]);
});

test('type and region are told more closely by their modifiers', () => {
  const { SegmentedPropertyTypeCodeSequence: type, AnatomicRegionSequence: region } = itemOf(
    tumour(1, {
      typeModifiers: [code('86049000', 'Primary')],
      regionModifiers: [code('7771000', 'Left')],
    }),
  );
  expect(type).toEqual([
    {
      ...item('108369006', 'Neoplasm'),
      SegmentedPropertyTypeModifierCodeSequence: [item('86049000', 'Primary')],
    },
  ]);
  expect(region).toEqual([
    { ...item('39607008', 'Lung'), AnatomicRegionModifierSequence: [item('7771000', 'Left')] },
  ]);
});

test('what was drawn by hand has no algorithm, and no region where none is known', () => {
  const drawn = itemOf(tumour(1, { algorithm: { type: 'MANUAL', name: '', version: '' }, regions: [] }));
  expect(drawn.SegmentAlgorithmType).toBe('MANUAL');
  for (const absent of [
    'SegmentAlgorithmName',
    'SegmentationAlgorithmIdentificationSequence',
    'AnatomicRegionSequence',
    'SegmentDescription',
  ] as const)
    expect(drawn[absent]).toBeUndefined();
});

test('what has to have a name gets one', () => {
  const unnamed = itemOf(
    tumour(5, { name: '', algorithm: { type: 'SEMIAUTOMATIC', name: '', version: '' } }),
  );
  expect(unnamed.SegmentLabel).toBe('Segment 1');
  expect(unnamed.SegmentAlgorithmName).toBe('unnamed');
  // Algorithm Version is of type 1: without one there is nothing to identify.
  expect(unnamed.SegmentationAlgorithmIdentificationSequence).toBeUndefined();
});

test('a code of more than sixteen characters is a Long Code Value', () => {
  const [type] = itemOf(tumour(1, { type: code('12345678901234567', 'Something') }))
    .SegmentedPropertyTypeCodeSequence!;
  expect(type).toMatchObject({ LongCodeValue: '12345678901234567', CodeMeaning: 'Something' });
  expect(type.CodeValue).toBeUndefined();
});

test('a text that DICOM has no room for is refused by the name of its segment', () => {
  expect(() => itemOf(tumour(1, { name: 'N'.repeat(65) }))).toThrow(
    /the label of segment "N+" has 65 characters/,
  );
});
