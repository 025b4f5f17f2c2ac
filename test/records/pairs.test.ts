import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parsePairs } from '../../src/records/pairs.ts';

const rowsOf = (text: string) => parsePairs('pairs.csv', new TextEncoder().encode(text));

test('a row a patient, other columns passed over', () => {
  expect(rowsOf('\ufeffmask,patient_id,note,ct\r\nm/a.nii.gz,A,x,c/a.nii\r\n,B,y,dicom/B\r\n')).toEqual([
    { patientId: 'A', ct: 'c/a.nii', mask: 'm/a.nii.gz' },
    { patientId: 'B', ct: 'dicom/B', mask: '' },
  ]);
});

describe('what is wrong is told with its row', () => {
  test.each([
    ['patient_id,ct\nA,a.nii', 'has no column "mask"'],
    [
      'patient_id,ct,mask\nA,a.nii,m.nii\nA,b.nii,m.nii',
      'row 2 names a patient that an earlier row has named',
    ],
    ['patient_id,ct,mask\n../A,a.nii,m.nii', 'row 1 has no patient_id that can name a folder'],
    ['patient_id,ct,mask\n,a.nii,m.nii', 'row 1 has no patient_id'],
    ['patient_id,ct,mask\nA,,m.nii', 'row 1 names no ct'],
    ['patient_id,ct,mask\nA,a.nii,', 'row 1 has a NIfTI ct and no mask'],
    ['patient_id,ct,mask\nA,a.nii,m.nrrd', 'row 1 has a mask that is no .nii or .nii.gz file'],
    ['patient_id,ct,mask\n"A,a.nii,m.nii', 'is no valid CSV'],
  ])('%j', (text, message) => {
    expect(() => rowsOf(text)).toThrow(UsageError);
    expect(() => rowsOf(text)).toThrow(`pairs.csv: ${message}`);
  });
});
