import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { stageNames } from '../../../src/config/stage-name.ts';
import { UsageError } from '../../../src/errors.ts';
import { encodeJson } from '../../../src/records/json.ts';
import { type Split, splitSchema } from '../../../src/records/split.ts';
import { testQuota } from '../../../src/steps/split/assignment.ts';
import { type ClinicalRow, readClinical } from '../../../src/steps/split/clinical.ts';
import { decodePrevious } from '../../../src/steps/split/pinned-sides.ts';
import { asPrevious, casesOf, sidesOf, splitOf, splitTable } from '../../support/cohort-table.ts';
import { hasSharedData, shared } from '../../support/shared-data.ts';

const stages = stageNames(PRESETS.lung1.split.stages);

/** The cohort of one run: who is there, with which stage, who of them has a usable image, and the rule. */
const run = fc.record({
  rows: fc.uniqueArray(
    fc.record({
      patientId: fc.stringMatching(/^P[0-9]{1,2}$/),
      stage: fc.constantFrom(...stages, 'NA'),
    }),
    { selector: (row) => row.patientId, maxLength: 50 },
  ),
  withoutImage: fc.nat(6),
  excluded: fc.nat(6),
  config: fc.record({
    seed: fc.nat(3),
    trainFraction: fc.constantFrom(0.5, 0.7, 0.8, 0.9),
    minTestPerStage: fc.nat(8),
    unknownStage: fc.constantFrom('exclude' as const, 'unlabeled' as const),
  }),
});

test('for life: over any runs, each pinned by the one before, nobody is ever seen on both sides', () => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 2, maxLength: 6 }), (runs) => {
      const everOn = new Map<string, 'train' | 'test'>();
      let previous: Split | undefined;
      for (const { rows, withoutImage, excluded, config } of runs) {
        const ids = rows.map((row) => row.patientId).slice(withoutImage);
        const cases = casesOf(ids.slice(excluded), ids.slice(0, excluded), config);
        const split = splitOf(cases, rows, previous && asPrevious(previous));
        expect(splitSchema.parse(split)).toEqual(split);
        for (const [id, side] of sidesOf(split)) {
          expect([id, everOn.get(id) ?? side]).toEqual([id, side]);
          everOn.set(id, side);
        }
        const remembered = [...split.patients, ...split.retired].map((p) => [p.patient_id, p.split] as const);
        expect(new Map(remembered)).toEqual(everOn);
        previous = split;
      }
    }),
    { numRuns: 200 },
  );
});

test('pinned by itself, a split is the same split', () => {
  fc.assert(
    fc.property(run, ({ rows, config }) => {
      const once = splitTable(rows, config);
      const twice = splitTable(rows, config, once);
      expect(twice.patients).toEqual(once.patients.map((p) => ({ ...p, pinned: true })));
      const { patients: _p, previous: _q, ...rest } = once;
      expect(twice).toMatchObject(rest);
      expect(splitTable(rows, config, twice)).toEqual(twice);
    }),
  );
});

/** 421 patients by the stages of Lung1, without any real one. */
function generatedTable(): ClinicalRow[] {
  const sizes = { I: 93, II: 40, IIIa: 112, IIIb: 176, NA: 1 };
  return Object.entries(sizes).flatMap(([stage, n]) =>
    Array.from({ length: n }, (_, i) => ({ patientId: `GENERATED-${stage}-${i}`, stage })),
  );
}

/** Without 40 patients, spread over the table, and with 30 new ones. */
function changed(rows: readonly ClinicalRow[]): ClinicalRow[] {
  const left = rows.filter((_, i) => i % 10 !== 3 || i >= 400);
  const joined = Array.from({ length: 30 }, (_, i) => ({
    patientId: `NEW-${i}`,
    stage: stages[i % stages.length],
  }));
  return [...left, ...joined];
}

const clinicalFile = 'tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv';
async function realTable(): Promise<readonly ClinicalRow[]> {
  const { rows, told } = await readClinical(
    clinicalFile,
    readFileSync(shared(clinicalFile)),
    PRESETS.lung1.split,
  );
  expect(told).toEqual([]);
  return rows;
}

describe.each([
  ['a generated table', true, generatedTable],
  ['the real clinical table', hasSharedData, realTable],
])('%s', async (_, present, table) => {
  describe.runIf(present)('of 421 staged patients', async () => {
    const rows = present ? await table() : [];
    const first = splitTable(rows);

    test('is split 80/20 in each stage, with class weights and without a warning', () => {
      expect(first.summary.per_stage).toEqual([
        { stage: 'I', train: 74, test: 19, excluded: 0 },
        { stage: 'II', train: 32, test: 8, excluded: 0 },
        { stage: 'IIIa', train: 90, test: 22, excluded: 0 },
        { stage: 'IIIb', train: 141, test: 35, excluded: 0 },
      ]);
      expect(first.summary.no_stage).toEqual({ train: 0, test: 0, excluded: 1 });
      expect(first.class_weights.inverse_frequency).toEqual(
        [74, 32, 90, 141].map((n) => expect.closeTo(337 / (4 * n), 12)),
      );
      expect(first.spellings.map(({ spelling, rows }) => [spelling, rows])).toEqual([
        ['I', 93],
        ['II', 40],
        ['IIIa', 112],
        ['IIIb', 176],
        ['NA', 1],
      ]);
      expect(first.warnings).toEqual([]);
    });

    test('40 patients leave and 30 come: with the previous split nobody changes side, and the share holds', () => {
      const nextRows = changed(rows);
      expect(rows.length - nextRows.length).toBe(10);
      const next = splitTable(nextRows, {}, first);
      const before = sidesOf(first);
      const stayed = next.patients.filter((p) => before.has(p.patient_id));
      expect(stayed).toHaveLength(first.patients.length - 40);
      expect(stayed.filter((p) => p.split !== before.get(p.patient_id))).toEqual([]);
      expect(next.retired).toHaveLength(40);
      for (const { train, test } of next.summary.per_stage) {
        const quota = testQuota(train + test, { trainFraction: 0.8, minTest: 6 });
        expect(Math.abs(test - quota)).toBeLessThanOrEqual(2);
      }
      expect(splitTable(rows, {}, next).patients.map((p) => [p.patient_id, p.split])).toEqual(
        first.patients.map((p) => [p.patient_id, p.split]),
      );
    });

    test('without the previous split those who move are no more than came or left', () => {
      const before = sidesOf(first);
      const next = splitTable(changed(rows));
      const moved = next.patients.filter((p) => (before.get(p.patient_id) ?? p.split) !== p.split);
      expect(moved.length).toBeLessThanOrEqual(70);
    });
  });
});

test.runIf(hasSharedData)(
  'the split of the real table is what it was before sub-stages were read',
  async () => {
    const bytes = encodeJson(splitTable(await realTable()));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '791892761a5041e5a273a11d2fbbfd16a3a2276d193b4b930781d4bf67d5b266',
    );
  },
);

describe('what a previous split keeps', () => {
  const many = (stage: string, n: number, from = 0) =>
    Array.from({ length: n }, (_, i) => ({ patientId: `${stage}-${from + i}`, stage }));

  test('the share converges to 80/20 as patients join', () => {
    const few = splitTable(many('I', 12));
    expect(few.summary.per_stage[0]).toMatchObject({ train: 6, test: 6 });
    const more = splitTable(many('I', 40), {}, few);
    expect(more.summary.per_stage[0]).toMatchObject({ train: 32, test: 8 });
  });

  test('a patient whose stage has changed keeps the side and is listed', () => {
    const first = splitTable([...many('I', 20), { patientId: 'A', stage: 'II' }]);
    const next = splitTable([...many('I', 20), { patientId: 'A', stage: 'IIIb' }], {}, first);
    expect(sidesOf(next).get('A')).toBe(sidesOf(first).get('A'));
    expect(next.previous).toMatchObject({ changed_stage: [{ patient_id: 'A', from: 'II', to: 'IIIb' }] });
    expect(next.warnings.map((w) => w.code)).toContain('stage-changed');
  });

  test('another seed and fraction change nothing for those who are pinned, and are recorded', () => {
    const first = splitTable(many('I', 50), { seed: 1, trainFraction: 0.6 });
    const next = splitTable(many('I', 50), { seed: 2 }, first);
    expect(sidesOf(next)).toEqual(sidesOf(first));
    expect(next).toMatchObject({
      seed: 2,
      train_fraction: 0.8,
      previous: { seed: 1, train_fraction: 0.6, num_pinned: 50, num_retired: 0 },
    });
  });

  test('a stage short of test patients because they are pinned to train is warned of', () => {
    const previous = decodePrevious(
      'mine.json',
      Buffer.from(
        JSON.stringify({
          patients: many('I', 20).map((row) => ({ patient_id: row.patientId, split: 'train' })),
        }),
      ),
    );
    const rows = many('I', 22);
    const { warnings, summary } = splitOf(casesOf(rows.map((row) => row.patientId)), rows, previous);
    expect(summary.per_stage[0].test).toBe(2);
    expect(warnings[0].message).toBe(
      'stage I: 2 of 22 patients in test, not 6: the others are pinned to train by the previous split',
    );
  });

  test('that of another cohort is warned of', () => {
    const next = splitTable(many('I', 20), {}, splitTable(many('II', 20)));
    expect(next.warnings.map((w) => w.code)).toContain('previous-of-others');
  });
});

describe('decodePrevious', () => {
  const decode = (text: string) => decodePrevious('old.json', Buffer.from(text));

  test('reads files of other versions: more keys, or no more than patients and sides', () => {
    const { pins, seed } = decode(
      '{"new_key": 1, "patients": [{"patient_id": "A", "split": "test", "site": 3}]}',
    );
    expect([...pins]).toEqual([['A', { split: 'test', stage: '' }]]);
    expect(seed).toBeNull();
  });

  test.each([
    ['{', 'is no valid JSON'],
    ['[]', 'is no split.json ((top level): '],
    ['{"patients": [{"patient_id": "A", "split": "val"}]}', 'is no split.json (patients[0].split: '],
    [
      '{"patients": [{"patient_id": "A", "split": "test"}], "retired": [{"patient_id": "A", "split": "train"}]}',
      'patient A is in train and in test',
    ],
  ])('%s is refused by name', (text, expected) => {
    expect(() => decode(text)).toThrow(UsageError);
    expect(() => decode(text)).toThrow(`old.json: ${expected}`);
  });
});
