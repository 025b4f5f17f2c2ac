import dicomParser from 'dicom-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalString, encodeDataSet, encodePart10 } from '../../../src/dicom/encode/part10-writer.ts';

const minimal = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', SOPInstanceUID: '2.25.1' };

test('decimal strings have at most 16 characters and lose nothing that fits', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
      const text = decimalString(value);
      expect(text.length).toBeLessThanOrEqual(16);
      expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value));
    }),
  );
  expect(decimalString(-249.51171875)).toBe('-249.51171875');
  expect(decimalString(-0)).toBe('0');
});

test('the meta group announces its own length', () => {
  const file = dicomParser.parseDicom(encodePart10(minimal));
  const meta = Object.values(file.elements).filter(({ tag }) => tag.startsWith('x0002'));
  const end = Math.max(...meta.map(({ dataOffset, length }) => dataOffset + length));
  const { dataOffset } = file.elements.x00020000;
  expect(file.uint32('x00020000')).toBe(end - dataOffset - 4);
  expect(file.string('x00020010')).toBe('1.2.840.10008.1.2.1');
  expect(file.string('x00020003')).toBe('2.25.1');
});

test('elements are written in ascending tag order whatever the order of the keywords', () => {
  const bytes = encodePart10({ Rows: 3, PatientID: 'A', ...minimal, Modality: 'CT', Columns: 2 });
  const elements = Object.values(dicomParser.parseDicom(bytes).elements);
  const tags = elements.toSorted((a, b) => a.dataOffset - b.dataOffset).map(({ tag }) => tag);
  expect(tags).toEqual(tags.toSorted());
});

test('values are padded to even length: UIDs with a null, text with a space', () => {
  expect(Buffer.from(encodeDataSet({ SOPInstanceUID: '2.25.12' })).toString('latin1')).toBe(
    '\x08\0\x18\0UI\x08\x002.25.12\0',
  );
  expect(Buffer.from(encodeDataSet({ PatientID: 'ABC' })).toString('latin1')).toBe(
    '\x10\0\x20\0LO\x04\0ABC ',
  );
});

test('sequences and items have defined lengths and may nest', () => {
  const dataSet = { PlanePositionSequence: [{ ImagePositionPatient: [1, -2.5, 3] }, {}] };
  const file = dicomParser.parseDicom(
    encodePart10({ ...minimal, PerFrameFunctionalGroupsSequence: [dataSet] }),
  );
  const frames = file.elements.x52009230;
  expect(frames.hadUndefinedLength).not.toBe(true);
  const positions = frames.items![0].dataSet!.elements.x00209113.items!;
  expect(positions).toHaveLength(2);
  expect(positions[0].dataSet!.string('x00200032')).toBe('1\\-2.5\\3');
});

test('an attribute tag is its group, then its element', () => {
  const file = dicomParser.parseDicom(encodePart10({ ...minimal, DimensionIndexPointer: 0x0062000b }));
  expect(file.attributeTag('x00209165')).toBe('x0062000b');
});
