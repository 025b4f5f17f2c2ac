import { describe, expect, test } from 'vitest';
import { patientAndStudy } from '../../../src/dicom/derived/patient-and-study.ts';
import type { DataSet } from '../../../src/dicom/encode/dictionary.ts';
import { encodeDataSet } from '../../../src/dicom/encode/part10-writer.ts';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { encodedFile, imagesOf, studySlice } from '../../support/dicom/source-images.ts';
import { filesInZip, hasSharedData, shared } from '../../support/shared-data.ts';

/** Values as text, one character a byte, without padding; items in their order. */
function readable(dataSet: DataSet): Record<string, unknown> {
  const value = (v: unknown): unknown => {
    if (v instanceof Uint8Array)
      return Buffer.from(v)
        .toString('latin1')
        .replace(/[ \0]$/, '');
    return Array.isArray(v) ? v.map((item) => (typeof item === 'object' ? readable(item) : item)) : v;
  };
  return Object.fromEntries(Object.entries(dataSet).map(([keyword, v]) => [keyword, value(v)]));
}

const copied = (...files: Parameters<typeof imagesOf>[0]) => readable(patientAndStudy(imagesOf(files)));

function refusal(draw: () => unknown): CaseExclusion {
  try {
    draw();
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown;
    throw thrown;
  }
  throw new Error('was not refused');
}

describe.skipIf(!hasSharedData)('of real headers', () => {
  test('in explicit, implicit and big endian the same is copied, as pydicom reads it', () => {
    const encodings = ['explicit_little_endian', 'implicit_little_endian', 'explicit_big_endian'];
    const [explicit, implicit, big] = encodings.map((name) =>
      copied(encodedFile(`dicomparser/CT1_UNC.${name}.dcm`)),
    );
    expect(explicit).toEqual({
      SpecificCharacterSet: 'ISO_IR 100',
      TimezoneOffsetFromUTC: '-0400',
      StudyDate: '20040826',
      StudyTime: '185059',
      AccessionNumber: '',
      ReferringPhysicianName: '',
      StudyDescription: 'e+1',
      PatientName: 'CompressedSamples^CT1',
      PatientID: '1CT1',
      PatientBirthDate: '',
      PatientSex: 'O',
      PatientAge: '000Y',
      PatientWeight: '0.000000',
      StudyInstanceUID: '1.3.6.1.4.1.5962.1.2.1.20040826185059.5457',
      StudyID: '1CT1',
    });
    expect(implicit).toEqual(explicit);
    expect(big).toEqual(explicit);
  });

  test('sequences are copied item by item', () => {
    expect(copied(encodedFile('pydicom/CT_small.dcm')).OtherPatientIDsSequence).toEqual([
      { PatientID: 'ABCD1234', TypeOfPatientID: 'TEXT' },
      { PatientID: '1234ABCD', TypeOfPatientID: 'TEXT' },
    ]);
  });

  test('what the CT lacks is empty where it has to be there, and absent elsewhere', () => {
    expect(copied(encodedFile('fo-dicom/GH355.dcm'))).toEqual({
      StudyDate: '1993.04.30',
      StudyTime: '11:27:24',
      AccessionNumber: '',
      ReferringPhysicianName: 'Anonymized',
      StudyDescription: 'RT ANKLE',
      PatientName: 'Anonymized',
      PatientID: '',
      PatientBirthDate: '',
      PatientSex: '',
      StudyInstanceUID: '1.2.840.113619.2.1.1.322987881.621.736170080.681',
      StudyID: '',
    });
  });

  test('of LUNG1-001, which does not say how it was de-identified, though the standard asks for it', () => {
    const files = filesInZip(shared('lung1', 'LUNG1-001.zip'))
      .map(({ name, bytes }) => parsePart10(name, bytes)!)
      .filter(({ dataset }) => text(dataset, Tag.Modality) === 'CT');
    expect(copied(...files)).toMatchObject({
      PatientID: 'LUNG1-001',
      PatientIdentityRemoved: 'YES',
      LongitudinalTemporalInformationModified: 'MODIFIED',
      DeidentificationMethod: 'Not stated by the source images',
    });
  });
});

test('how it was de-identified is copied, as text or as codes', () => {
  const codes = [{ CodeValue: '113100', CodingSchemeDesignator: 'DCM', CodeMeaning: 'Basic Profile' }];
  const byText = copied(
    studySlice('a.dcm', { PatientIdentityRemoved: 'YES', DeidentificationMethod: ['A', 'B'] }),
  );
  expect(byText.DeidentificationMethod).toBe('A\\B');
  const byCodes = copied(
    studySlice('a.dcm', { PatientIdentityRemoved: 'YES', DeidentificationMethodCodeSequence: codes }),
  );
  expect(byCodes.DeidentificationMethodCodeSequence).toEqual(codes);
  expect(byCodes).not.toHaveProperty('DeidentificationMethod');
  expect(copied(studySlice('a.dcm'))).not.toHaveProperty('DeidentificationMethod');
});

test('text keeps its bytes in any character set (names of DICOM PS3.5 annexes H, I and J)', () => {
  const names = [
    [
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
    ],
    [
      '\\ISO 2022 IR 149',
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
    ],
    ['GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab='],
    ['ISO_IR 100', 'Buc^J\xe9r\xf4me'],
  ];
  for (const [charset, name] of names) {
    const file = studySlice('a.dcm', {
      SpecificCharacterSet: charset,
      PatientName: Buffer.from(name, 'latin1'),
    });
    const written = patientAndStudy(imagesOf([file]));
    expect(readable(written)).toMatchObject({ SpecificCharacterSet: charset, PatientName: name });
    // Read again, they are what they were.
    const bytes = Buffer.from(encodeDataSet(written)).toString('latin1');
    expect(bytes).toContain(name);
  }
});

test('what tells of the patient without being needed is left with the CT, and so are private elements', () => {
  const { dataset } = talkative();
  const written = readable(patientAndStudy(imagesOf([{ ...studySlice('a.dcm'), dataset }])));
  expect(Object.keys(written)).not.toContain('PatientComments');
  expect(JSON.stringify(written)).not.toContain('SECRET');
});

function talkative() {
  const bytes = encodeDataSet({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    StudyInstanceUID: '2.25.1',
    OperatorsName: 'SECRET',
    OtherPatientIDsSequence: [{ PatientID: 'Q', OperatorsName: 'SECRET' }],
  });
  const comments = Buffer.concat([
    Buffer.from([0x10, 0x00, 0x00, 0x40]),
    Buffer.from('LT\x06\0SECRET', 'latin1'),
    Buffer.from([0x11, 0x00, 0x01, 0x10]),
    Buffer.from('LO\x06\0SECRET', 'latin1'),
  ]);
  return parsePart10('made.dcm', Buffer.concat([bytes, comments]))!;
}

describe('slices of several patients or studies are refused, and nobody is named', () => {
  const plain = studySlice('a.dcm', { PatientName: 'Doe^Jane', PatientID: 'ID-1' });
  test.each([
    ['several-patients', { PatientName: 'Doe^Jane', PatientID: 'ID-2' }],
    ['several-patients', { PatientName: 'Roe^Jane', PatientID: 'ID-1' }],
    ['several-studies', { PatientName: 'Doe^Jane', PatientID: 'ID-1', StudyInstanceUID: '2.25.77' }],
  ])('%s', (code, elements) => {
    const error = refusal(() => patientAndStudy(imagesOf([plain, plain, studySlice('b.dcm', elements)])));
    expect(error.code).toBe(code);
    expect(error.file).toBe('b.dcm');
    expect(error.message).not.toMatch(/Doe|Roe|ID-|2\.25/);
  });

  test('but padding and empty components of a name make no other patient', () => {
    const same = studySlice('b.dcm', { PatientName: 'Doe^Jane^^', PatientID: ' ID-1 ' });
    expect(copied(plain, same)).toMatchObject({ PatientName: 'Doe^Jane', PatientID: 'ID-1' });
  });

  test('and a CT without a study is refused', () => {
    const error = refusal(() => patientAndStudy(imagesOf([studySlice('a.dcm', { StudyInstanceUID: '' })])));
    expect(error.code).toBe('missing-uid');
  });
});
