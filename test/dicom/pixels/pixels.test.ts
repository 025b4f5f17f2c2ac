import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';
import { frameBytes, nativePixelBytes, storedPixels } from '../../../src/dicom/pixels/pixels.ts';
import {
  elementBytes,
  encapsulated,
  imageElements,
  type MadeElement,
  type MadeImage,
  type MadeLayout,
  part10Bytes,
} from '../../support/dicom/encoded-dicom.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';

function made(image: MadeImage, layout: MadeLayout = {}): DicomFile {
  return parsePart10('slice.dcm', elementBytes(imageElements(image), layout))!;
}

function words(values: readonly number[], bigEndian = false): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => {
    if (bigEndian) bytes.writeUInt16BE(value & 0xffff, 2 * i);
    else bytes.writeUInt16LE(value & 0xffff, 2 * i);
  });
  return bytes;
}

/** Values that fit in some stored bits, with other bits around them. */
const packedValues = fc
  .record({
    bitsStored: fc.integer({ min: 8, max: 16 }),
    shift: fc.nat(8),
    signed: fc.boolean(),
    raw: fc.array(fc.tuple(fc.nat(0xffff), fc.nat(0xffff)), { minLength: 1, maxLength: 40 }),
  })
  .map(({ bitsStored, shift, signed, raw }) => {
    const low = Math.min(shift, 16 - bitsStored);
    const mask = (1 << bitsStored) - 1;
    const values = raw.map(([value]) => {
      const kept = value & mask;
      return signed && kept > mask >> 1 ? kept - mask - 1 : kept;
    });
    const stored = raw.map(([value, around]) => (around & ~(mask << low) & 0xffff) | ((value & mask) << low));
    return { bitsStored, highBit: low + bitsStored - 1, signed, values, stored };
  });

describe('stored values', () => {
  test.each([
    ['little', false],
    ['big', true],
  ])('are the stored bits, whatever lies around them, %s endian', (_, bigEndian) => {
    fc.assert(
      fc.property(packedValues, ({ bitsStored, highBit, signed, values, stored }) => {
        const file = made(
          {
            columns: values.length,
            rows: 1,
            bitsStored,
            highBit,
            signed,
            pixelData: words(stored, bigEndian),
          },
          { bigEndian },
        );
        expect([...storedPixels(file)]).toEqual(values);
      }),
    );
  });

  test('of MONOCHROME1 are not inverted', () => {
    const image = { columns: 2, rows: 1, pixelData: words([7, 9]) };
    const elements = imageElements(image).map(
      (element): MadeElement => (element[0] === 0x00280004 ? [0x00280004, 'CS', 'MONOCHROME1'] : element),
    );
    expect([...storedPixels(parsePart10('slice.dcm', elementBytes(elements))!)]).toEqual([7, 9]);
  });

  test('of one byte in big endian words are turned round, in byte strings not', () => {
    const image = { columns: 4, rows: 1, bitsAllocated: 8, pixelData: Uint8Array.of(1, 2, 3, 4) };
    expect([...storedPixels(made({ ...image, pixelVr: 'OW' }, { bigEndian: true }))]).toEqual([2, 1, 4, 3]);
    expect([...storedPixels(made({ ...image, pixelVr: 'OB' }, { bigEndian: true }))]).toEqual([1, 2, 3, 4]);
  });

  test('of the second frame follow those of the first', () => {
    const file = made({ columns: 2, rows: 1, frames: 2, pixelData: words([1, 2, 3, 4]) });
    expect([...storedPixels(file, 1)]).toEqual([3, 4]);
    expect([...frameBytes(file, 1)]).toEqual([3, 0, 4, 0]);
    expect([...nativePixelBytes(file, 8)]).toEqual([1, 0, 2, 0, 3, 0, 4, 0]);
  });
});

describe('pixels are refused', () => {
  const pixelData = words([1, 2]);
  const square = { columns: 2, rows: 1 };
  const fragment = encapsulated([Uint8Array.of(1, 2)]);
  test.each<[string, DicomFile, string]>([
    ['that are cut off', made({ ...square, pixelData: words([1]) }), 'truncated-pixel-data'],
    ['that are absent', made(square), 'no-pixel-data'],
    [
      'of 65535 x 65535 x 4096 values',
      made({ columns: 65535, rows: 65535, frames: 4096, pixelData }),
      'unsupported-pixels',
    ],
    ['of no columns', made({ columns: 0, rows: 1, pixelData }), 'unsupported-pixels'],
    ['of a negative number of frames', made({ ...square, frames: -1, pixelData }), 'unsupported-pixels'],
    ['of 12 bits allocated', made({ ...square, bitsAllocated: 12, pixelData }), 'unsupported-pixels'],
    [
      'of more bits stored than allocated',
      made({ ...square, bitsStored: 17, pixelData }),
      'unsupported-pixels',
    ],
    [
      'whose high bit is below the stored ones',
      made({ ...square, bitsStored: 12, highBit: 5, pixelData }),
      'unsupported-pixels',
    ],
    [
      'that are encapsulated and said not to be',
      made({ ...square, pixelData: fragment }),
      'malformed-pixel-data',
    ],
    [
      'of a transfer syntax that is none',
      parsePart10(
        'slice.dcm',
        part10Bytes('1.2.3.4', elementBytes(imageElements({ ...square, pixelData }))),
      )!,
      'unsupported-transfer-syntax',
    ],
  ])('%s', (_, file, code) => {
    expect(() => storedPixels(file)).toThrow(expect.objectContaining({ code, file: 'slice.dcm' }));
  });

  test('of a frame that is not there', () => {
    const file = made({ ...square, pixelData });
    expect(() => storedPixels(file, 1)).toThrow(expect.objectContaining({ code: 'incomplete-image' }));
    expect(() => frameBytes(file, -1)).toThrow(expect.objectContaining({ code: 'incomplete-image' }));
  });

  test('where more bytes are needed than there are', () => {
    const file = parsePart10(
      'seg.dcm',
      part10Bytes(
        EXPLICIT,
        elementBytes(imageElements({ columns: 5, rows: 3, bitsAllocated: 1, pixelData })),
      ),
    )!;
    expect([...nativePixelBytes(file, 2)]).toEqual([1, 0]);
    expect(() => nativePixelBytes(file, 5)).toThrow(
      expect.objectContaining({ code: 'truncated-pixel-data' }),
    );
  });
});
