import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type DicomFile,
  items,
  parseHeader,
  parsePart10,
  Tag,
  text,
} from '../../../src/dicom/file/part10.ts';
import { PixelsNotReadError, storedPixels } from '../../../src/dicom/pixels/pixels.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { elementBytes, encapsulated, imageElements, part10Bytes } from '../../support/dicom/encoded-dicom.ts';

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';

const elements = imageElements({ columns: 2, rows: 1, pixelData: Uint8Array.of(1, 2, 3, 4) });
const explicit = elementBytes(elements);
const implicit = elementBytes(elements, { explicitVr: false });
const bigEndian = elementBytes(elements, { bigEndian: true });
const explicitFile = part10Bytes(EXPLICIT, explicit);

function refusal(bytes: Uint8Array): unknown {
  try {
    return parsePart10('slice.dcm', bytes);
  } catch (thrown) {
    return thrown;
  }
}

describe('a data set is read', () => {
  test.each([
    ['of a Part 10 file', explicitFile, EXPLICIT],
    ['of implicit VR', part10Bytes(IMPLICIT, implicit), IMPLICIT],
    ['of explicit big endian', part10Bytes(BIG_ENDIAN, bigEndian), BIG_ENDIAN],
    ['that is deflated', part10Bytes(DEFLATED, deflateRawSync(explicit)), DEFLATED],
    ['without a preamble', explicitFile.subarray(128), EXPLICIT],
    ['without preamble and prefix', explicitFile.subarray(132), EXPLICIT],
    ['without meta information, explicit', explicit, EXPLICIT],
    ['without meta information, implicit', implicit, IMPLICIT],
    ['without meta information, big endian', bigEndian, BIG_ENDIAN],
    ['without a Transfer Syntax UID, explicit', part10Bytes('', explicit), EXPLICIT],
    ['without a Transfer Syntax UID, implicit', part10Bytes('', implicit), IMPLICIT],
    ['that is implicit and said to be explicit', part10Bytes(EXPLICIT, implicit), IMPLICIT],
    ['that is explicit and said to be implicit', part10Bytes(IMPLICIT, explicit), EXPLICIT],
    ['that is little endian and said to be big', part10Bytes(BIG_ENDIAN, explicit), EXPLICIT],
    ['with a trailing odd byte', Buffer.concat([explicitFile, Buffer.alloc(1)]), EXPLICIT],
  ])('%s', (_, bytes, transferSyntaxUid) => {
    const file = parsePart10('slice.dcm', bytes);
    expect(file?.transferSyntaxUid).toBe(transferSyntaxUid);
    expect(text(file!.dataset, Tag.Modality)).toBe('CT');
    expect(file!.dataset.uint16(Tag.Columns)).toBe(2);
    expect(file!.dataset.elements[Tag.PixelData].length).toBe(4);
  });

  test('past an element of a 64-bit VR', () => {
    const offsets = Buffer.alloc(8);
    const bytes = elementBytes(
      imageElements({
        columns: 2,
        rows: 1,
        more: [[0x7fe00001, 'OV', offsets]],
        pixelData: encapsulated([Uint8Array.of(1, 2)]),
      }),
    );
    const file = parsePart10('slice.dcm', part10Bytes('1.2.840.10008.1.2.5', bytes));
    expect(file?.dataset.elements[Tag.ExtendedOffsetTable].length).toBe(8);
    expect(file?.dataset.elements[Tag.PixelData].fragments).toHaveLength(1);
  });

  test.each([
    ['little', {}],
    ['big', { bigEndian: true }],
  ])('with a sequence under UN, %s endian around it', (_, layout) => {
    const inside = elementBytes([[0x00080060, 'CS', 'MR']], { explicitVr: false });
    const item = Buffer.concat([Buffer.from([0xfe, 0xff, 0, 0xe0, inside.length, 0, 0, 0]), inside]);
    const bytes = elementBytes(
      [
        [0x00080005, 'CS', ''],
        [0x00081115, 'UN', item],
      ],
      layout,
    );
    const file = parsePart10('struct.dcm', bytes);
    const [first] = items(file!.dataset, Tag.ReferencedSeriesSequence);
    expect(text(first, Tag.Modality)).toBe('MR');
  });
});

describe('no DICOM', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('LUNG1-001 is a patient of the first cohort, and this is a note on it.')],
    ['zeros', Buffer.alloc(4096)],
    ['an archive', Buffer.from('504b0304140000000800', 'hex')],
  ])('is %s', (_, bytes) => {
    expect(parsePart10('note.txt', bytes)).toBeUndefined();
  });
});

describe('a file is refused by name', () => {
  const sequenceOfUndefinedLength = Buffer.from('0800151153510000ffffffff', 'hex');
  test.each([
    ['that ends after its prefix', explicitFile.subarray(0, 132)],
    ['that ends after its meta information', part10Bytes(EXPLICIT, Buffer.alloc(0))],
    ['that ends inside an element', part10Bytes(EXPLICIT, explicit.subarray(0, 30))],
    ['that ends inside a sequence', part10Bytes(EXPLICIT, sequenceOfUndefinedLength)],
    ['whose deflated data set is damaged', part10Bytes(DEFLATED, Buffer.from('not deflated'))],
  ])('%s', (_, bytes) => {
    const thrown = refusal(bytes);
    expect(thrown).toBeInstanceOf(CaseExclusion);
    expect(thrown).toMatchObject({ code: 'unreadable-dicom', file: 'slice.dcm' });
  });

  const opening = Buffer.from('0800151153510000fffffffffeff00e0ffffffff', 'hex');
  const openPixelData = Buffer.from('e07f10004f420000ffffffff', 'hex');
  const emptyItem = Buffer.from('feff00e000000000', 'hex');
  const longTable = Buffer.from('feff00e000000001', 'hex');
  const emptyElement = Buffer.from('0800050043530000', 'hex');
  test.each([
    ['that nests sequences without end', [Buffer.alloc(20 * 100_000, opening)], 'nested more than 64 deep'],
    [
      'of a great many elements',
      [Buffer.alloc(8 * 70_000, emptyElement)],
      'more than 65536 elements side by side',
    ],
    [
      'of millions of fragments',
      [openPixelData, Buffer.alloc(8 * 1_100_000, emptyItem)],
      'more than 1048576 fragments',
    ],
    ['of an endless offset table', [openPixelData, longTable], 'basic offset table holds 16777216 bytes'],
  ])('%s', (_, parts, why) => {
    const thrown = refusal(part10Bytes(EXPLICIT, Buffer.concat(parts)));
    expect(thrown).toMatchObject({ code: 'unreadable-dicom', file: 'slice.dcm' });
    expect((thrown as Error).message).toContain(why);
  });

  test('whose item is overrun by an element, in implicit VR too', () => {
    const item = Buffer.from('feff00e009000000080060000a0000004354', 'hex');
    const sequence = Buffer.from('0800151112000000', 'hex');
    const thrown = refusal(part10Bytes(IMPLICIT, Buffer.concat([sequence, item, Buffer.alloc(40)])));
    expect((thrown as Error).message).toContain('an element leaves its item');
  });
});

test('Pixel Data may be cut off: reading pixels refuses it', () => {
  const file = parsePart10('slice.dcm', explicitFile.subarray(0, -2));
  expect(file?.dataset.elements[Tag.PixelData].length).toBe(4);
});

describe('the header of a file', () => {
  const pixels = Buffer.alloc(400);
  const native = elementBytes(imageElements({ columns: 20, rows: 10, pixelData: pixels }));
  const fragments = elementBytes(
    imageElements({ columns: 20, rows: 10, pixelData: encapsulated([pixels, pixels]) }),
  );
  const inImplicit = elementBytes(imageElements({ columns: 20, rows: 10, pixelData: pixels }), {
    explicitVr: false,
  });
  const inBigEndian = elementBytes(imageElements({ columns: 20, rows: 10, pixelData: pixels }), {
    bigEndian: true,
  });

  test.each([
    ['explicit', part10Bytes(EXPLICIT, native)],
    ['implicit', part10Bytes(IMPLICIT, inImplicit)],
    ['big endian', part10Bytes(BIG_ENDIAN, inBigEndian)],
    ['encapsulated', part10Bytes('1.2.840.10008.1.2.5', fragments)],
    ['without preamble and prefix', native],
  ])('is read from as much as holds it, %s, and from no less', (_, bytes) => {
    const whole = parsePart10('slice.dcm', bytes)!;
    const { dataOffset } = whole.dataset.elements[Tag.PixelData];
    for (let length = dataOffset; length <= bytes.length; length++) {
      const header = parseHeader('slice.dcm', bytes.subarray(0, length), bytes.length);
      if (header === undefined || header === 'incomplete') throw new Error(`${length} bytes: ${header}`);
      expect(header.transferSyntaxUid).toBe(whole.transferSyntaxUid);
      expect(header.headerOfBytes).toBe(bytes.length);
      expect(Object.keys(header.dataset.elements)).toEqual(Object.keys(whole.dataset.elements));
      for (const [tag, { dataOffset, length: value, hadUndefinedLength }] of Object.entries(
        whole.dataset.elements,
      )) {
        // How long fragments are shows at their end.
        const same = hadUndefinedLength ? { dataOffset, hadUndefinedLength } : { dataOffset, length: value };
        expect([tag, header.dataset.elements[tag]]).toMatchObject([tag, same]);
      }
    }
    for (let length = 0; length < dataOffset; length++)
      expect([undefined, 'incomplete']).toContain(
        parseHeader('slice.dcm', bytes.subarray(0, length), bytes.length),
      );
  });

  test('is not told from a deflated data set, nor where there are no pixels to end it', () => {
    const deflated = part10Bytes(DEFLATED, deflateRawSync(native));
    expect(parseHeader('slice.dcm', deflated, deflated.length + 9)).toBe('incomplete');
    const without = part10Bytes(EXPLICIT, elementBytes([[0x00080060, 'CS', 'RTSTRUCT']]));
    expect(parseHeader('struct.dcm', without, without.length + 9)).toBe('incomplete');
  });

  test('keeps its pixels from being asked for, once nothing else speaks against them', () => {
    const of = (bytes: Uint8Array, fileBytes = bytes.length) =>
      parseHeader('slice.dcm', bytes.subarray(0, bytes.length - 300), fileBytes) as DicomFile;
    const file = part10Bytes(EXPLICIT, native);
    expect(() => storedPixels(of(file))).toThrow(PixelsNotReadError);
    expect(() => storedPixels(of(part10Bytes('1.2.840.10008.1.2.5', fragments)))).toThrow(PixelsNotReadError);
    const cut = () => storedPixels(of(file, file.length - 1));
    expect(cut).toThrow('slice.dcm: holds 399 bytes of Pixel Data, 400 are needed');
    const unknown = () => storedPixels(of(part10Bytes('1.2.3', native)));
    expect(unknown).toThrow('transfer syntax 1.2.3 cannot be read');
  });
});
