import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Split } from '../../../src/records/split.ts';
import { splitCsv } from '../../../src/steps/split/split-table.ts';
import { asPrevious, casesOf, splitOf } from '../../support/cohort-table.ts';

const HEADER = 'patient_id,split,stage,pinned_to,code,reason\r\n';

/** A split of one patient of stage I, who has this name. */
function splitNamed(patientId: string): Split {
  return splitOf(casesOf([patientId]), [{ patientId, stage: 'I' }]);
}

test('a row a patient: train, test, unlabeled, excluded and retired, in order of their names', () => {
  const first = splitOf(casesOf(['A', 'B', 'Z']), [
    { patientId: 'A', stage: 'I' },
    { patientId: 'B', stage: 'I' },
    { patientId: 'Z', stage: 'II' },
  ]);
  const split = splitOf(
    casesOf(['A', 'C'], ['B'], { unknownStage: 'unlabeled' }),
    [
      { patientId: 'A', stage: 'I' },
      { patientId: 'B', stage: 'I' },
      { patientId: 'C', stage: 'X,"Y"' },
    ],
    asPrevious(first),
  );
  expect(splitCsv(split)).toBe(
    [
      HEADER,
      'A,train,I,train,,\r\n',
      'B,excluded,I,test,image-excluded,excluded by convert: none\r\n',
      'C,train,unlabeled,,,\r\n',
      'Z,retired,II,train,not-here,"in an earlier split, not in these data"\r\n',
    ].join(''),
  );
});

test('any name comes back from a reader of CSV as it was, or with the apostrophe that keeps it from being a formula', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      const [row] = parse(splitCsv(splitNamed(name)), {
        columns: true,
        bom: true,
        record_delimiter: '\r\n',
      }) as {
        patient_id: string;
      }[];
      expect([name, `'${name}`]).toContain(row.patient_id);
    }),
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uff1d1'])('%j is no formula', (name) => {
  const csv = splitCsv(splitNamed(name));
  expect(csv.split('\r\n')[1].replace('"', '')).toMatch(/^'/);
});

test('a byte order mark tells Excel the encoding where there is more than ASCII, and only there', () => {
  expect(splitCsv(splitNamed('MÜLLER'))).toMatch(/^\ufeffpatient_id,/);
  expect(splitCsv(splitNamed('MILLER'))).toMatch(/^patient_id,/);
});
