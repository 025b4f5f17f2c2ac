import { describe, expect, test } from 'vitest';
import { parsePart10, text } from '../../../src/dicom/file/part10.ts';
import { elementBytes, part10Bytes } from '../../support/dicom/encoded-dicom.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const ROWS = 'x00280010';
const COLUMNS = 'x00280011';
const NAME = 'x30060026';

function datasetOf(...elements: Parameters<typeof elementBytes>[0]) {
  return parsePart10('file', part10Bytes(EXPLICIT, elementBytes([[0x00080060, 'CS', 'CT'], ...elements])))!
    .dataset;
}

describe('a value that its element does not hold is absent', () => {
  test('a number of two bytes in one, at the end of the file and before another element', () => {
    const dataset = datasetOf([0x00280010, 'OB', Uint8Array.of(7)], [0x00280011, 'OB', Uint8Array.of(7)]);
    expect(dataset.uint16(ROWS)).toBeUndefined();
    expect(dataset.uint16(COLUMNS)).toBeUndefined();
  });

  test('a second number where there is one', () => {
    const dataset = datasetOf([0x00280010, 'US', 512], [0x00280011, 'US', 256]);
    expect([dataset.uint16(ROWS, 0), dataset.uint16(ROWS, 1), dataset.uint32(ROWS)]).toEqual([
      512,
      undefined,
      undefined,
    ]);
  });

  test('a second text where there is one', () => {
    const dataset = datasetOf([0x00280010, 'IS', '12']);
    expect([dataset.intString(ROWS), dataset.intString(ROWS, 1)]).toEqual([12, undefined]);
  });

  test('anything of an element that is not there', () => {
    const dataset = datasetOf();
    expect([dataset.uint16(ROWS), dataset.string(ROWS), dataset.double(ROWS)]).toEqual(
      Array(3).fill(undefined),
    );
  });
});

test('a text ends with its first NUL and loses the spaces around it', () => {
  const dataset = datasetOf([0x30060026, 'LO', ' GTV-1 \0rest']);
  expect(dataset.string(NAME)).toBe('GTV-1');
});

test('a text of many megabytes is read in one piece', () => {
  const long = '1.5\\'.repeat(5_000_000);
  const dataset = datasetOf([0x30060026, 'UT', long]);
  expect(text(dataset, NAME)).toBe(long);
});
