import { expect, test } from 'vitest';
import type { DerivedRules } from '../../../src/dicom/derived/derived-object.ts';
import { commonModules, derivedFile } from '../../../src/dicom/derived/object-modules.ts';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '../../../src/dicom/file/transfer-syntax.ts';
import { UsageError } from '../../../src/errors.ts';
import { imagesOf, studySlice } from '../../support/dicom/source-images.ts';

const rules: DerivedRules = { seriesDescription: 'Prediction', seriesNumber: 300, creator: '' };
const source = imagesOf([studySlice('a.dcm', { PositionReferenceIndicator: 'SN' })]);
const modules = (changed: Partial<DerivedRules> = {}) =>
  commonModules(source, { ...rules, ...changed }, 'SEG', { date: '20200102', time: '030405' });

const made = (changed: object = {}, uidRoot?: string, syntax = EXPLICIT_LITTLE_ENDIAN) => {
  const dataSet = {
    ...modules(),
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.66.4',
    PixelData: new Uint8Array(4),
    ...changed,
  };
  return derivedFile(dataSet, uidRoot, syntax);
};
const uidsOf = (bytes: Uint8Array) => {
  const { dataset } = parsePart10('made.dcm', bytes)!;
  return [Tag.SOPInstanceUID, Tag.SeriesInstanceUID].map((tag) => text(dataset, tag));
};

test('an object is of the patient, study and frame of reference of its CT, in a series of its own', () => {
  const { dataset } = parsePart10('made.dcm', made())!;
  expect(text(dataset, 'x00100020')).toBe('P1');
  expect(text(dataset, Tag.StudyInstanceUID)).toBe('2.25.3000');
  expect(text(dataset, Tag.FrameOfReferenceUID)).toBe('2.25.2000');
  expect(text(dataset, 'x00201040')).toBe('SN');
  expect(text(dataset, Tag.SeriesInstanceUID)).not.toBe('2.25.1000');
  expect(
    [Tag.SeriesDate, Tag.SeriesTime, Tag.SeriesNumber, Tag.SeriesDescription].map((t) => text(dataset, t)),
  ).toEqual(['20200102', '030405', '300', 'Prediction']);
  expect(text(dataset, Tag.Manufacturer)).toBe('swinprep');
});

test('the same content is the same object, byte for byte, and any other another one', () => {
  expect(made()).toEqual(made());
  const others = [
    made(),
    made({ PixelData: Uint8Array.of(0, 0, 0, 1) }),
    made({ PixelData: [new Uint8Array(2), new Uint8Array(2)] }),
    made({ PixelData: [new Uint8Array(4)] }),
    made({ ContentLabel: 'OTHER' }),
    made({}, '1.2.3'),
    made({}, undefined, IMPLICIT_LITTLE_ENDIAN),
  ];
  const uids = others.flatMap(uidsOf);
  expect(new Set(uids).size).toBe(2 * others.length);
  for (const uid of uidsOf(others[5])) expect(uid).toMatch(/^1\.2\.3\./);
});

test('a CT without frame of reference has one of its series alone', () => {
  const of = (series: string) =>
    commonModules(
      imagesOf([studySlice('a.dcm', { FrameOfReferenceUID: '', SeriesInstanceUID: series })]),
      rules,
      'SEG',
      undefined,
    ).FrameOfReferenceUID;
  expect(of('2.25.1')).toMatch(/^2\.25\.\d{20,}$/);
  expect(of('2.25.1')).toBe(of('2.25.1'));
  expect(of('2.25.2')).not.toBe(of('2.25.1'));
});

test('a root of UIDs that is none, and a description that does not fit, are faults of the call', () => {
  expect(() => modules({ uidRoot: '1.02' })).toThrow(UsageError);
  expect(() => modules({ seriesDescription: 'x'.repeat(65) })).toThrow(UsageError);
});

test.each([
  ['SOPInstanceUID', 'repeated-uid', /^b\.dcm: has the SOP Instance UID of a\.dcm/],
  [
    'FrameOfReferenceUID',
    'several-frames-of-reference',
    /^b\.dcm: Frame of Reference UID differs from that of a\.dcm/,
  ],
] as const)(
  'images that cannot be told apart, or lie in several spaces, are no source: %s',
  (keyword, code, message) => {
    const [a, b] = keyword === 'SOPInstanceUID' ? ['2.25.1', '2.25.1'] : ['2.25.1', '2.25.2'];
    const files = [studySlice('a.dcm', { [keyword]: a }), studySlice('b.dcm', { [keyword]: b })];
    expect(() => commonModules(imagesOf(files), rules, 'SEG', undefined)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  },
);
