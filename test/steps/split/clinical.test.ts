import { expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { UsageError } from '../../../src/errors.ts';
import { parseClinical } from '../../../src/steps/split/clinical.ts';

const parse = (text: string) =>
  parseClinical('clinical.csv', new TextEncoder().encode(text), PRESETS.lung1.split);

test('reads CRLF, a byte order mark and quoted fields', () => {
  expect(parse('\ufeffPatientID,age,Overall.Stage\r\n"P-1","61,5",IIIa\r\nP-2,,NA\r\n')).toEqual([
    { patientId: 'P-1', stage: 'IIIa' },
    { patientId: 'P-2', stage: 'NA' },
  ]);
});

test('a missing column is named with those that are there', () => {
  expect(() => parse('id,Overall.Stage\n1,I\n')).toThrow(UsageError);
  expect(() => parse('id,Overall.Stage\n1,I\n')).toThrow(
    'clinical.csv: has no column "PatientID" (set split.idColumn); its columns are id, Overall.Stage',
  );
});

test.each([
  'PatientID,Overall.Stage\n"P',
  'PatientID,Overall.Stage\nP"Doe"x,I\n',
  'PatientID,Overall.Stage\nDoe\n',
])('what is no CSV is refused by name and line, and no cell is quoted: %j', (text) => {
  expect(() => parse(text)).toThrow(/^clinical\.csv: is no valid CSV \([A-Z_]+, line \d+\)$/);
});
