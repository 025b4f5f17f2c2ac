import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CaseExclusion } from '../../../src/errors.ts';
import { wayOut, withWayOut } from '../../../src/raw/patient/way-out.ts';
import { commandHere } from '../../support/in-process.ts';
import {
  convertFolder,
  folderOf,
  refusedFolder,
  smallCt,
  smallLabels,
} from '../../support/volumes/small-collection.ts';

test('a patient whose files are no DICOM is excluded with the way out', async () => {
  const raw = folderOf({
    'A/ct.nii.gz': smallCt(1),
    'A/mask.nii.gz': smallLabels(1),
    'LUNG1-001/LUNG1-001.nii.gz': smallCt(1),
    'LUNG1-001/LUNG1-001_mask.nii.gz': smallLabels(1),
    'N/scan.nrrd': 'NRRD0004',
    'Z/study.7z': '7z',
    'T/readme.txt': 'nothing',
  });
  const { cases } = await convertFolder(raw);
  const messages = new Map(
    cases.cases.map((c) => [c.patient_id, c.state === 'excluded' ? c.exclusion.message : 'ok']),
  );
  expect(messages.get('A')).toBe(
    'no usable CT series (no CT image found); it holds NIfTI files (2): list CT and mask in a table and give it as --raw pairs.csv, with the columns patient_id,ct,mask and a row like PATIENT,PATIENT/ct.nii.gz,PATIENT/mask.nii.gz',
  );
  expect(messages.get('LUNG1-001')).toContain('PATIENT,PATIENT/CT.nii.gz,PATIENT/MASK.nii.gz');
  expect(messages.get('LUNG1-001')).not.toContain('LUNG1-001');
  expect(messages.get('N')).toContain('convert CT and mask to .nii.gz');
  expect(messages.get('Z')).toContain('unpack them');
  expect(messages.get('T')).toBe('no usable CT series (no CT image found)');

  const inspected = JSON.parse((await commandHere(['inspect', raw, '--json'])).stdout);
  for (const { patient_id, exclusion } of inspected.patients)
    expect(exclusion.message).toBe(messages.get(patient_id));
});

test('files that lie in the place itself are told too', async () => {
  const raw = folderOf({ 'ct.nii.gz': smallCt(1), 'mask.nii.gz': smallLabels(1) });
  expect(await refusedFolder(raw)).toContain('holds no patient');
  expect(await refusedFolder(raw)).toContain('--raw pairs.csv');
});

test('names that may name somebody never show, and hidden files count for nothing', () => {
  expect(wayOut(['Doe_Jane.nii.gz', 'Doe_Jane_mask.nii.gz'])).not.toMatch(/doe|jane/i);
  expect(wayOut(['1/._ct.nii.gz', 'x.dcm'])).toBe('');
});

test('a data set of NIfTI files in an archive is to be unpacked, and a file that is no place says what to do', async () => {
  expect(wayOut(['Task06_Lung/imagesTr/lung_001.nii.gz', 'Task06_Lung/labelsTr/lung_001.nii.gz'])).toContain(
    'unpack it, and give the folder of its imagesTr as --raw',
  );
  const raw = folderOf({ 'P.7z': '7z', 'places.txt': 'pairs.csv', 'pairs.csv': 'patient_id,ct,mask' });
  expect(await refusedFolder(join(raw, 'P.7z'))).toContain('no archive that is read: unpack it');
  expect(await refusedFolder(join(raw, 'places.txt'))).toContain('give it as --raw itself');
});

test('a CT without a mask among DICOM files tells of NIfTI beside it', () => {
  const without = new CaseExclusion('no-mask-object', 'no mask of mask.sources (SEG, RTSTRUCT)');
  expect(withWayOut(without, ['1.dcm', 'a_mask.nii.gz'])).toMatchObject({
    code: 'no-mask-object',
    message: expect.stringContaining('sources: [NIFTI, SEG, RTSTRUCT]'),
  });
  expect(withWayOut(without, ['1.dcm'])).toBe(without);
});
