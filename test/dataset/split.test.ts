import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import type { Cases } from '../../src/dataset/cases.ts';
import { parseClinical } from '../../src/dataset/clinical.ts';
import { splitCsv, splitPatients, splitSchema, testCount } from '../../src/dataset/split.ts';
import { UsageError } from '../../src/errors.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';

const config = PRESETS.lung1;

/** Cases as convert leaves them; the split reads no more of them than this. */
function casesOf(ok: readonly string[], excluded: readonly string[] = []): Cases {
  return {
    swinprep_version: '0',
    config,
    summary: { num_patients: 0, num_ok: 0, num_excluded: 0 },
    cases: [
      ...ok.map((patient_id) => ({ patient_id, state: 'ok' }) as Cases['cases'][number]),
      ...excluded.map((patient_id): Cases['cases'][number] => ({
        patient_id,
        state: 'excluded',
        exclusion: { patient_id, step: 'convert', code: 'no-ct-series', message: 'none' },
        swinprep_version: '0',
        fingerprint: '',
      })),
    ],
  };
}

const patient = fc.record({
  patientId: fc.stringMatching(/^P[0-9]{1,4}$/),
  stage: fc.constantFrom('I', 'II', 'IIIa', 'IIIb', 'NA'),
});
const table = fc.uniqueArray(patient, { selector: (p) => p.patientId, minLength: 1, maxLength: 60 });

test('every patient lands in exactly one of train, test, excluded', () => {
  fc.assert(
    fc.property(table, fc.nat(5), (rows, without) => {
      const split = splitPatients('0', casesOf(rows.slice(without).map((p) => p.patientId)), rows);
      const ids = [...split.patients, ...split.excluded].map((p) => p.patient_id);
      expect([...ids].sort()).toEqual(rows.map((p) => p.patientId).sort());
      expect(splitSchema.parse(split)).toEqual(split);
    }),
  );
});

test('the order of the tables does not matter', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const ids = rows.map((p) => p.patientId);
      const one = splitPatients('0', casesOf(ids), rows);
      expect(splitPatients('0', casesOf([...ids].reverse()), [...rows].reverse())).toEqual(one);
    }),
  );
});

test('each stage is split 80/20 for itself', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const split = splitPatients('0', casesOf(rows.map((p) => p.patientId)), rows);
      for (const stage of config.split.stages) {
        const members = split.patients.filter((p) => p.stage === stage);
        expect(members.filter((p) => p.split === 'test')).toHaveLength(testCount(members.length, 0.8));
      }
    }),
  );
});

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [5, 1],
  [10, 2],
  [93, 19],
])('of %i patients %i test', (n, expected) => {
  expect(testCount(n, 0.8)).toBe(expected);
});

describe.runIf(hasSharedData)('the real clinical table', () => {
  const file = 'tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv';
  const rows = hasSharedData ? parseClinical(file, readFileSync(shared(file)), config.split) : [];
  const split = splitPatients('0', casesOf(rows.map((r) => r.patientId)), rows);

  test('421 staged patients, the one without a stage excluded', () => {
    expect(rows).toHaveLength(422);
    expect(split.excluded).toMatchObject([{ patient_id: 'LUNG1-272', code: 'stage-unknown' }]);
    expect(split.summary.per_stage.map((s) => [s.stage, s.train, s.test])).toEqual([
      ['I', 74, 19],
      ['II', 32, 8],
      ['IIIa', 90, 22],
      ['IIIb', 141, 35],
    ]);
  });
});

test('stage spellings are matched without regard to case and spaces', () => {
  const split = splitPatients('0', casesOf(['A']), [{ patientId: 'A', stage: ' iii A ' }]);
  expect(split.patients).toMatchObject([{ patient_id: 'A', stage: 'IIIa', stage_index: 2 }]);
});

test.each([
  ['no-image', casesOf([]), [{ patientId: 'A', stage: 'I' }]],
  ['image-excluded', casesOf([], ['A']), [{ patientId: 'A', stage: 'I' }]],
  ['not-in-clinical-table', casesOf(['A']), []],
  [
    'conflicting-stages',
    casesOf(['A']),
    [
      { patientId: 'A', stage: 'I' },
      { patientId: 'A', stage: 'II' },
    ],
  ],
  ['stage-unknown', casesOf(['A']), [{ patientId: 'A', stage: 'NA' }]],
] as const)('excluded: %s', (code, cases, rows) => {
  expect(splitPatients('0', cases, rows).excluded).toMatchObject([{ patient_id: 'A', code }]);
});

test('split.csv quotes what needs it', () => {
  const split = splitPatients('0', casesOf(['A', 'B,"C"']), [
    { patientId: 'A', stage: 'I' },
    { patientId: 'B,"C"', stage: 'X' },
  ]);
  expect(splitCsv(split)).toBe(
    'patient_id,split,stage,code,reason\nA,train,I,,\n"B,""C""",excluded,X,stage-unknown,"stage ""X"" is none of I, II, IIIa, IIIb"\n',
  );
});

describe('parseClinical', () => {
  const parse = (text: string) => parseClinical('clinical.csv', new TextEncoder().encode(text), config.split);

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

  test('what is no CSV is refused by name', () => {
    expect(() => parse('PatientID,Overall.Stage\n"P')).toThrow(/^clinical\.csv: is no valid CSV/);
  });
});
