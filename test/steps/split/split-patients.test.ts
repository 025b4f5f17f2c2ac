import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { stageNames } from '../../../src/config/stage-name.ts';
import { splitSchema, UNLABELED } from '../../../src/records/split.ts';
import { testQuota } from '../../../src/steps/split/assignment.ts';
import { casesOf, sidesOf, splitOf, splitTable } from '../../support/cohort-table.ts';

const stages = stageNames(PRESETS.lung1.split.stages);

const patient = fc.record({
  patientId: fc.stringMatching(/^P[0-9]{1,4}$/),
  stage: fc.constantFrom('I', 'II', 'IIIa', 'IIIb', 'NA'),
});
const table = fc.uniqueArray(patient, { selector: (p) => p.patientId, minLength: 1, maxLength: 60 });
const unknownStage = fc.constantFrom('exclude' as const, 'unlabeled' as const);

/** n patients of a stage. */
function many(stage: string, n: number) {
  return Array.from({ length: n }, (_, i) => ({ patientId: `${stage}-${i}`, stage }));
}

test('every patient lands in exactly one of train, test, excluded', () => {
  fc.assert(
    fc.property(table, fc.nat(5), unknownStage, (rows, without, choice) => {
      const ids = rows.slice(without).map((p) => p.patientId);
      const split = splitOf(casesOf(ids, [], { unknownStage: choice }), rows);
      const listed = [...split.patients, ...split.excluded].map((p) => p.patient_id);
      expect([...listed].sort()).toEqual(rows.map((p) => p.patientId).sort());
      expect(splitSchema.parse(split)).toEqual(split);
    }),
  );
});

test('the counts add up: by stage, over all, and in the class weights', () => {
  fc.assert(
    fc.property(table, fc.nat(5), unknownStage, (rows, without, choice) => {
      const ids = rows.slice(without).map((p) => p.patientId);
      const { summary, class_weights, patients } = splitOf(casesOf(ids, [], { unknownStage: choice }), rows);
      const parts = [...summary.per_stage, summary.no_stage];
      const sum = (key: 'train' | 'test' | 'excluded') => parts.reduce((total, part) => total + part[key], 0);
      expect([sum('train'), sum('test'), sum('excluded')]).toEqual([
        summary.num_train,
        summary.num_test,
        summary.num_excluded,
      ]);
      expect(class_weights.num_train).toEqual(
        stages.map((s) => patients.filter((p) => p.stage === s && p.split === 'train').length),
      );
      // Both kinds of weight weigh the classes that are there by 1 on average over classes or patients.
      const n = class_weights.num_train.reduce((a, b) => a + b, 0);
      const present = class_weights.num_train.filter((count) => count > 0).length;
      const weighted = class_weights.inverse_frequency.map((w, i) => (w ?? 0) * class_weights.num_train[i]);
      expect(weighted.reduce((a, b) => a + b, 0)).toBeCloseTo(n, 9);
      expect(class_weights.effective_number.reduce<number>((a, b) => a + (b ?? 0), 0)).toBeCloseTo(
        present,
        9,
      );
    }),
  );
});

test('the order of the tables does not matter', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const ids = rows.map((p) => p.patientId);
      const one = splitOf(casesOf(ids), rows);
      expect(splitOf(casesOf([...ids].reverse()), [...rows].reverse())).toEqual(one);
    }),
  );
});

test('each stage is split 80/20 for itself, with its minimum', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const split = splitTable(rows);
      for (const stage of stages) {
        const members = split.patients.filter((p) => p.stage === stage);
        const quota = testQuota(members.length, { trainFraction: 0.8, minTest: 6 });
        expect(members.filter((p) => p.split === 'test')).toHaveLength(quota);
      }
    }),
  );
});

describe('the minimum per stage in test', () => {
  test('is 6 of 12 patients, without a warning', () => {
    const { summary, warnings } = splitTable(stages.flatMap((stage) => many(stage, 12)));
    expect(summary.per_stage.map((s) => s.test)).toEqual([6, 6, 6, 6]);
    expect(warnings).toEqual([]);
  });

  test('is relaxed to half of a small stage, with a warning', () => {
    const rows = [...many('I', 7), ...many('II', 1), ...many('IIIb', 40)];
    const { summary, warnings, class_weights } = splitTable(rows);
    expect(summary.per_stage.map((s) => [s.train, s.test])).toEqual([
      [4, 3],
      [1, 0],
      [0, 0],
      [32, 8],
    ]);
    expect(warnings).toEqual([
      {
        code: 'few-in-test',
        message: 'stage I: 3 of 7 patients in test, not 6: the minimum takes no more than half of a stage',
      },
      {
        code: 'few-in-test',
        message: 'stage II: 0 of 1 patient in test, not 6: the minimum takes no more than half of a stage',
      },
      { code: 'stage-without-training', message: 'stage IIIa: no train patient, so it has no class weight' },
    ]);
    expect(class_weights.inverse_frequency).toEqual([37 / 3 / 4, 37 / 3, null, 37 / 3 / 32]);
  });

  test('can be another, or none', () => {
    expect(splitTable(many('I', 30), { minTestPerStage: 10 }).summary.per_stage[0].test).toBe(10);
    expect(splitTable(many('I', 10), { minTestPerStage: 0 }).summary.per_stage[0].test).toBe(2);
  });
});

test('patients whose files have one Patient ID may be one person: a warning says whether both sides have them', () => {
  const rows = many('I', 20);
  const cases = casesOf(rows.map((row) => row.patientId));
  const sides = sidesOf(splitOf(cases, rows));
  const of = (side: string): string => [...sides].find(([, own]) => own === side)![0];
  const [test, train] = [of('test'), of('train')];
  const called = cases.cases.map((record) =>
    [test, train].includes(record.patient_id) ? { ...record, clinical_id: 'ANON' } : record,
  );
  const { warnings } = splitOf({ ...cases, cases: called }, rows);
  expect(warnings).toContainEqual({
    code: 'one-patient-id',
    message: expect.stringMatching(
      /^2 patients share a Patient ID in their files, such as .*, and are in train and in test: .*raw\.patients: header/,
    ),
  });
});

describe('patients without a stage', () => {
  const rows = [...many('I', 20), ...many('NA', 10)];
  const ids = [...rows.map((row) => row.patientId), 'NOT-IN-TABLE'];

  test('are excluded by default', () => {
    const { summary, excluded } = splitOf(casesOf(ids), rows);
    expect(summary.no_stage).toEqual({ train: 0, test: 0, excluded: 11 });
    expect(new Set(excluded.map((e) => e.code))).toEqual(new Set(['stage-unknown', 'not-in-clinical-table']));
  });

  test('unlabeled: are a stratum of their own, with a class that cross entropy ignores', () => {
    const cases = casesOf(ids, [], { unknownStage: 'unlabeled' });
    const { summary, patients, excluded, class_weights, warnings } = splitOf(cases, rows);
    expect(excluded).toEqual([]);
    expect(summary.no_stage).toEqual({ train: 9, test: 2, excluded: 0 });
    expect(patients.filter((p) => p.stage_index === UNLABELED).map((p) => p.stage)).toEqual(
      Array(11).fill(''),
    );
    expect(class_weights.num_train).toEqual([14, 0, 0, 0]);
    expect(warnings).toContainEqual({
      code: 'unlabeled-without-row',
      message: '1 patient without a row in the clinical table: unlabeled',
    });
  });

  test('unlabeled: what contradicts itself is excluded all the same', () => {
    const clinical = [
      { patientId: 'A', stage: 'I' },
      { patientId: 'A', stage: 'NA' },
    ];
    const { excluded } = splitOf(casesOf(['A'], [], { unknownStage: 'unlabeled' }), clinical);
    expect(excluded).toMatchObject([{ code: 'conflicting-stages' }]);
  });
});

test('stage spellings are matched without regard to case, spaces and a leading "Stage", and listed', () => {
  const rows = ['iii A ', 'Stage IIIa', 'IIIa', 'na'].map((stage, i) => ({ patientId: `P${i}`, stage }));
  const split = splitTable([...rows, ...rows.map((row) => ({ ...row, patientId: `${row.patientId}b` }))]);
  expect(new Set(split.patients.map((p) => `${p.stage} ${p.stage_index}`))).toEqual(new Set(['IIIa 2']));
  expect(split.spellings).toEqual([
    { spelling: 'IIIa', stage: 'IIIa', rows: 2 },
    { spelling: 'Stage IIIa', stage: 'IIIa', rows: 2 },
    { spelling: 'iii A', stage: 'IIIa', rows: 2 },
    { spelling: 'na', stage: '', rows: 2 },
  ]);
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
  expect(splitOf(cases, rows).excluded).toMatchObject([{ patient_id: 'A', code }]);
});

test('excluded by a review: with its code and its reason', () => {
  const cases = casesOf([], ['A']);
  const [record] = cases.cases;
  const exclusion = { patient_id: 'A', step: 'convert', code: 'review', message: 'why' } as const;
  const reviewed = { ...cases, cases: [{ ...record, exclusion } as (typeof cases.cases)[number]] };
  const { excluded } = splitOf(reviewed, [{ patientId: 'A', stage: 'I' }]);
  expect(excluded).toEqual([
    { patient_id: 'A', step: 'split', code: 'review', message: 'excluded by convert: why', stage: 'I' },
  ]);
});

test('several rows of one stage, however spelt, are no conflict', () => {
  const rows = [
    { patientId: 'A', stage: 'IIIa' },
    { patientId: 'A', stage: 'stage iiiA' },
  ];
  expect(splitOf(casesOf(['A']), rows).patients).toMatchObject([{ patient_id: 'A', stage: 'IIIa' }]);
});

test('what a stage cell holds beside stages does not leave', () => {
  const rows = [
    { patientId: 'A', stage: 'Jane Doe' },
    { patientId: 'B', stage: 'I' },
    { patientId: 'B', stage: 'Jane Doe' },
  ];
  for (const choice of ['exclude', 'unlabeled'] as const) {
    const split = splitOf(casesOf(['A', 'B'], [], { unknownStage: choice }), rows);
    expect(JSON.stringify(split)).not.toContain('Doe');
    expect(split.spellings).toContainEqual({ spelling: '(withheld)', stage: '', rows: 2 });
  }
});
