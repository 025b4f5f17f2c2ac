import { expect, test } from 'vitest';
import { parsePart10 } from '../../../src/dicom/file/part10.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import { part10Bytes } from '../../support/dicom/encoded-dicom.ts';
import { rules } from '../../support/dicom/rules.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const open = Buffer.from('0800151153510000ffffffff', 'hex');
const item = Buffer.from('feff00e000000000', 'hex');

test('a file is refused by name of millions of items', () => {
  const bytes = part10Bytes(EXPLICIT, Buffer.concat([open, Buffer.alloc(8 * 2_100_000, item)]));
  const message = expect.stringContaining('more than 2097152 elements');
  const refusal = { code: 'unreadable-dicom', file: 'slice.dcm', message };
  expect(() => parsePart10('slice.dcm', bytes)).toThrow(expect.objectContaining(refusal));
});

test('files of too many elements, all in all, are refused', async () => {
  const items = Buffer.alloc(8 * 500_000, item);
  const close = Buffer.from('feffdde000000000', 'hex');
  const bytes = part10Bytes(EXPLICIT, Buffer.concat([open, items, close]));
  const files = Array.from({ length: 5 }, (_, i) => ({ name: `file ${i}`, bytes }));
  await expect(readStudy(files, rules)).rejects.toMatchObject({ code: 'patient-too-large' });
  await expect(readStudy(files.slice(1), rules)).rejects.toMatchObject({ code: 'no-ct-series' });
});
