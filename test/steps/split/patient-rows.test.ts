import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { caseIdOf } from '../../../src/privacy/case-id.ts';
import type { CaseRecord } from '../../../src/records/case.ts';
import { patientRows } from '../../../src/steps/split/patient-rows.ts';
import { casesOf, splitOf } from '../../support/cohort-table.ts';

const asIs = (id: string): string => id;
const hmac = caseIdOf(
  { ...PRESETS.lung1, privacy: { ...PRESETS.lung1.privacy, caseId: 'hmac' } },
  { SWINPREP_SALT: 'a secret of some length' },
);

/** A case, with how its files or `raw.idPattern` call it. */
function one(name: string, clinicalId?: string, state: 'ok' | 'excluded' = 'ok'): CaseRecord {
  return {
    patient_id: name,
    ...(clinicalId === undefined ? {} : { clinical_id: clinicalId }),
    state,
  } as CaseRecord;
}

const rowsOf = (...ids: string[]) => ids.map((patientId) => ({ patientId, stage: 'I' }));

/** Who the rows of a table are, in its order. */
function joined(cases: readonly CaseRecord[], ...ids: string[]): string[] {
  return patientRows(cases, rowsOf(...ids), asIs, false).clinical.map((row) => row.patientId);
}

describe('a name is joined', () => {
  test.each<[string, CaseRecord, string]>([
    ['as it is', one('LUNG1-901'), 'LUNG1-901'],
    ['in another case', one('LUNG1-901'), 'lung1-901'],
    ['in another composition of Unicode', one('M\u00dcLLER'), 'mu\u0308ller'],
    ['without leading zeros', one('001'), '1'],
    ['with leading zeros', one('1'), '0001'],
    ['by the id that its files or raw.idPattern give', one('PA000000', 'LUNG1-901'), 'LUNG1-901'],
    ['by that id in another case', one('LUNG1-901_MR1', 'LUNG1-901'), 'lung1-901'],
    ['by that id without leading zeros', one('PA000000', '017'), '17'],
  ])('%s', (_, record, id) => {
    expect(joined([record, one('other')], 'another', id)).toEqual(['another', record.patient_id]);
  });

  test('and how many were not joined as they are is told once for each way', () => {
    const cases = [one('A'), one('b'), one('C'), one('1'), one('PA0', 'X'), one('PA1', 'y')];
    expect(patientRows(cases, rowsOf('A', 'B', 'c', '01', 'X', 'Y'), asIs, false).told).toEqual([
      'joined with the clinical table without regard to case: 2 patients',
      'joined with the clinical table without regard to leading zeros: 1 patient',
      'joined with the clinical table by raw.idPattern or the Patient ID of their files: 2 patients',
    ]);
    expect(patientRows(cases.slice(0, 1), rowsOf('A'), asIs, false).told).toEqual([]);
  });
});

describe('what could be several is not joined', () => {
  test.each<[string, CaseRecord[], string[]]>([
    ['rows that differ in case alone', [one('Ab')], ['ab', 'AB']],
    ['rows that differ in zeros alone', [one('1')], ['01', '001']],
    ['zeros that are not those of a number', [one('P1')], ['P01']],
    ['patients that differ in case alone', [one('ab'), one('AB')], ['Ab']],
  ])('%s', (_, cases, ids) => {
    expect(joined(cases, ...ids)).toEqual(ids);
  });

  test('a row that is named exactly is nobody else', () => {
    expect(joined([one('ab'), one('AB')], 'AB', 'other')).toEqual(['AB', 'other']);
    expect(joined([one('ab')], 'ab', 'AB')).toEqual(['ab', 'AB']);
    expect(patientRows([one('ab'), one('AB')], rowsOf('AB'), asIs, false).without).toEqual(
      new Map([['ab', 'its row is that of AB']]),
    );
  });
});

describe('two that may be one person', () => {
  test('are excluded, with a stage and without, so that nobody is in train and in test', () => {
    const cases = [one('P1_MR1', 'P1'), one('P1_MR2', 'P1'), one('P2_MR1', 'P2')];
    for (const unknownStage of ['exclude', 'unlabeled'] as const) {
      const split = splitOf({ ...casesOf([], [], { unknownStage }), cases }, rowsOf('P1', 'P2'));
      expect(split.patients.map((p) => p.patient_id)).toEqual(['P2_MR1']);
      expect(split.excluded.filter((e) => e.code === 'ambiguous-id').map((e) => e.message)).toEqual([
        'is the same row of the clinical table as P1_MR2: keep one of them, or give each a row and a name of its own',
        'is the same row of the clinical table as P1_MR1: keep one of them, or give each a row and a name of its own',
      ]);
    }
  });

  test('but not where one of them is named so, or was excluded before', () => {
    const named = patientRows([one('P1'), one('PA0', 'P1')], rowsOf('P1'), asIs, false);
    expect([...named.doubts.keys()]).toEqual(['PA0']);
    const left = patientRows([one('PA1', 'P1', 'excluded'), one('PA0', 'P1')], rowsOf('P1'), asIs, false);
    expect(left.clinical[0].patientId).toBe('PA0');
    expect([...left.doubts.keys()]).toEqual(['PA1']);
  });
});

describe('a patient who is named like one row, and whose files name another', () => {
  const cases = [one('P1', 'P2'), one('P3', 'P4'), one('P5', 'not there')];

  test('is excluded, and both are told; one whose files name nobody of the table is not', () => {
    const split = splitOf({ ...casesOf([]), cases }, rowsOf('P1', 'P2', 'P3', 'P5'));
    expect(split.patients.map((p) => p.patient_id)).toEqual(['P3', 'P5']);
    expect(split.excluded.find((e) => e.patient_id === 'P1')).toMatchObject({
      code: 'wrong-patient',
      step: 'split',
      message:
        'is named like P1 of the clinical table, but its files or raw.idPattern name P2: find out whose images these are, and name the folder after them',
    });
  });

  test('and the other one keeps its row', () => {
    const split = splitOf({ ...casesOf([]), cases: [...cases, one('P2')] }, rowsOf('P1', 'P2', 'P3', 'P5'));
    expect(split.patients.map((p) => p.patient_id)).toEqual(['P2', 'P3', 'P5']);
  });

  test('under another name both are told by their HMACs alone', () => {
    const rows = patientRows([one(hmac('P1'), hmac('P2'))], rowsOf('P1', 'P2'), hmac, true);
    const { message } = rows.doubts.get(hmac('P1'))!;
    expect(message).toContain(`${hmac('P1')} of the clinical table`);
    expect(message).toContain(`name ${hmac('P2')}:`);
    expect(message).not.toMatch(/\bP[12]\b/);
  });
});

describe('under privacy.caseId hmac', () => {
  test.each([
    ['LUNG1-901', 'lung1-901'],
    ['lung1-901', 'LUNG1-901'],
    ['1', '001'],
    ['00000001', '1'],
  ])('%s is found by the row %s', (name, id) => {
    const rows = patientRows([one(hmac(name))], rowsOf(id), hmac, true);
    expect(rows.clinical[0].patientId).toBe(hmac(name));
  });

  test('mixed case is found where the row has it alone as it is', () => {
    const rows = patientRows([one(hmac('Lung1'))], rowsOf('LUNG1'), hmac, true);
    expect(rows.clinical[0].patientId).toBe(hmac('LUNG1'));
    expect(rows.without.get(hmac('Lung1'))).toBe('');
  });

  test('nothing of a row that is told has its id', () => {
    const { clinical, free, without, told } = patientRows(
      [one(hmac('ab')), one(hmac('X'), hmac('Y'))],
      rowsOf('Ab', 'aB', 'Zoe'),
      hmac,
      true,
    );
    expect(JSON.stringify([clinical, free, [...without], told])).not.toMatch(/Ab|aB|Zoe/);
  });
});

test('whatever the names: each row is one patient at most, each patient one row, and the order does not matter', () => {
  const id = fc.stringMatching(/^[aA0]{0,2}[bB1]$/);
  const record = fc.tuple(id, fc.option(id, { nil: undefined }));
  fc.assert(
    fc.property(
      fc.uniqueArray(record, { selector: ([name]) => name, maxLength: 8 }),
      fc.uniqueArray(id, { maxLength: 8 }),
      (records, ids) => {
        const cases = records.map(([name, clinicalId]) => one(name, clinicalId));
        const rows = patientRows(cases, rowsOf(...ids), asIs, false);
        const names = new Set(records.map(([name]) => name));
        const found = rows.clinical.map((row) => row.patientId);
        expect(new Set(found).size).toBe(found.length);
        // Who is named exactly like a row is that row.
        for (const [i, row] of ids.entries()) if (names.has(row)) expect(found[i]).toBe(row);
        for (const name of names)
          expect(
            Number(found.includes(name)) + Number(rows.without.has(name) || rows.doubts.has(name)),
          ).toBeGreaterThan(0);
        const turned = patientRows(cases.toReversed(), rowsOf(...ids).toReversed(), asIs, false);
        expect(turned.clinical.toReversed()).toEqual(rows.clinical);
        expect(new Map([...turned.doubts].sort())).toEqual(new Map([...rows.doubts].sort()));
      },
    ),
    { numRuns: 500 },
  );
});
