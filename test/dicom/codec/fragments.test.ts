import { describe, expect, test } from 'vitest';
import { encodedFrame } from '../../../src/dicom/codec/fragments.ts';
import { parsePart10, Tag } from '../../../src/dicom/file/part10.ts';
import {
  elementBytes,
  encapsulated,
  imageElements,
  type MadeElement,
  part10Bytes,
} from '../../support/dicom/encoded-dicom.ts';

function framesOf(pixelData: Uint8Array, frames: number, more: readonly MadeElement[] = []): number[][] {
  const dataset = elementBytes(imageElements({ columns: 2, rows: 1, frames, more, pixelData }));
  return framesIn(part10Bytes('1.2.840.10008.1.2.4.70', dataset), frames);
}

function framesIn(bytes: Uint8Array, frames: number): number[][] {
  const { dataset } = parsePart10('slice.dcm', bytes)!;
  return Array.from({ length: frames }, (_, f) => [
    ...encodedFrame(dataset, dataset.elements[Tag.PixelData], frames, f),
  ]);
}

function uint64s(...numbers: number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(numbers, BigInt).buffer);
}

const fragments = [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5, 6, 7, 8)];
/** Offsets of the first and the third fragment, each after an item header of 8 bytes. */
const offsets = [0, 20];
const dealt = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
];

describe('fragments are dealt to frames', () => {
  test('all to the only one', () => {
    expect(framesOf(encapsulated(fragments), 1)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]]);
  });

  test('one each, whatever the offset table says', () => {
    expect(framesOf(encapsulated(fragments, [0, 999, 4]), 3)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test('by the basic offset table', () => {
    expect(framesOf(encapsulated(fragments, offsets), 2)).toEqual(dealt);
  });

  test('by the extended offset table', () => {
    const more: MadeElement[] = [[0x7fe00001, 'OV', uint64s(...offsets)]];
    expect(framesOf(encapsulated(fragments), 2, more)).toEqual(dealt);
  });

  test.each([
    ['JPEG', [0xff, 0xd8, 0xff, 0xc3]],
    ['JPEG 2000', [0xff, 0x4f, 0xff, 0x51]],
  ])('by the beginnings of %s codestreams', (_, start) => {
    const [a, b] = [Uint8Array.from([...start, 1, 2]), Uint8Array.from([...start, 3, 4])];
    const frames = framesOf(encapsulated([a, Uint8Array.of(9, 9), b]), 2);
    expect(frames).toEqual([[...a, 9, 9], [...b]]);
  });
});

describe('fragments are refused', () => {
  test('that cannot be dealt', () => {
    expect(() => framesOf(encapsulated(fragments), 2)).toThrow('3 fragments cannot be dealt to 2 frames');
    expect(() => framesOf(encapsulated([]), 1)).toThrow('0 fragments');
    expect(() => framesOf(encapsulated(fragments, [20, 0]), 2)).toThrow('cannot be dealt');
  });

  test('that leave the file', () => {
    const dataset = elementBytes(imageElements({ columns: 2, rows: 1, pixelData: encapsulated(fragments) }));
    const whole = part10Bytes('1.2.840.10008.1.2.4.70', dataset);
    // Without the delimiter and the last two bytes.
    expect(() => framesIn(whole.subarray(0, -10), 1)).toThrow('a fragment is cut off');
  });
});
