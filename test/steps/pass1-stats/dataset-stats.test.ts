import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { encodeJson } from '../../../src/records/json.ts';
import { statsSchema } from '../../../src/records/stats.ts';
import { datasetStats, poolConstants } from '../../../src/steps/pass1-stats/dataset-stats.ts';
import { caseOf } from '../../support/volumes/pass1-case.ts';

const recordOf = (...of: Parameters<typeof caseOf>) => caseOf(...of).record;

describe('poolConstants', () => {
  test('equals mean and sd of the pooled voxels when the variance between cases counts', () => {
    // Two cases of known voxels: {0, 2} and {10, 14, 12, 12}.
    const { mu, sigmaTotal, sigmaWithin } = poolConstants([
      recordOf('A', 'train', 1, 1, 2),
      recordOf('B', 'train', 12, Math.sqrt(2), 4),
    ]);
    const voxels = [0, 2, 10, 14, 12, 12];
    const mean = voxels.reduce((a, b) => a + b) / 6;
    expect(mu).toBeCloseTo(mean, 12);
    expect(sigmaTotal).toBeCloseTo(Math.sqrt(voxels.reduce((s, v) => s + (v - mean) ** 2, 0) / 6), 12);
    expect(sigmaWithin).toBeCloseTo(Math.sqrt((2 * 1 + 4 * 2) / 6), 12);
  });

  test('a case without voxels above the threshold still weighs one', () => {
    expect(poolConstants([recordOf('A', 'train', 0, 1, 0), recordOf('B', 'train', 10, 1, 1)]).mu).toBe(5);
  });
});

describe('datasetStats', () => {
  const cases = [
    caseOf('A', 'train', -100, 300, 1000),
    caseOf('B', 'train', -150, 280, 3000),
    caseOf('C', 'test', 500, 10, 9000, 190),
  ];

  test('no test patient influences a constant', () => {
    const other = [...cases.slice(0, 2), caseOf('C', 'test', -999, 999, 1, 999)];
    const { config_after_pass1: a } = datasetStats('0', PRESETS.lung1, cases, []);
    expect(datasetStats('0', PRESETS.lung1, other, []).config_after_pass1).toEqual(a);
    expect(a.global_mu).toBeCloseTo(-137.5, 12);
  });

  test('the reference preset takes all patients and the variance within', () => {
    const { config_after_pass1: c, pass1_summary: s } = datasetStats('0', PRESETS.reference, cases, []);
    expect(s.num_samples_in_scope).toBe(3);
    expect(c.global_sigma).toBe(s.global_sigma_within);
    expect(c.min_box_mm[0]).toBeCloseTo(189.2, 9);
  });

  test('the order of the cases does not change a byte', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(cases, { minLength: 3 }), (shuffled) => {
        expect(encodeJson(datasetStats('0', PRESETS.lung1, shuffled, []))).toEqual(
          encodeJson(datasetStats('0', PRESETS.lung1, cases, [])),
        );
      }),
    );
  });

  test('is valid by its schema', () => {
    const excluded = [
      {
        patient_id: 'E',
        step: 'pass1-stats' as const,
        code: 'tumor-empty-after-resampling',
        message: 'none left',
      },
    ];
    const stats = datasetStats('0', PRESETS.lung1, cases, excluded);
    expect(statsSchema.parse(stats)).toEqual(stats);
    expect(stats.pass1_summary).toMatchObject({ num_samples_in: 4, num_empty_masks: 1, empty_masks: ['E'] });
  });
});

/** A cohort whose cases differ in all that the statistics are made from. */
const cohort = fc.array(
  fc.record({
    split: fc.constantFrom('train' as const, 'test' as const),
    stage: fc.constantFrom('I', 'II', 'IIIb', ''),
    mu: fc.double({ min: -300, max: 100, noNaN: true }),
    sigma: fc.double({ min: 1, max: 400, noNaN: true }),
    count: fc.integer({ min: 0, max: 1e6 }),
    boxMm: fc.integer({ min: 130, max: 300 }),
    volumeMl: fc.double({ min: 0.1, max: 600, noNaN: true }),
    hu: fc.array(fc.integer({ min: -1024, max: 3071 }), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 7 },
);

test('any partition of the cases into shards, in any order, gives the same bytes', () => {
  fc.assert(
    fc.property(cohort, fc.infiniteStream(fc.nat(2)), (patients, stream) => {
      const cases = patients.map((p, i) =>
        caseOf(`P${i}`, i === 0 ? 'train' : p.split, p.mu, p.sigma, p.count, p.boxMm, p),
      );
      const shards: string[][] = [[], [], []];
      for (const one of cases) shards[stream.next().value!].unshift(JSON.stringify(one));
      const merged = shards.reverse().flatMap((shard) => shard.map((text) => JSON.parse(text)));
      expect(encodeJson(datasetStats('0', PRESETS.lung1, merged, []))).toEqual(
        encodeJson(datasetStats('0', PRESETS.lung1, cases, [])),
      );
    }),
    { numRuns: 40 },
  );
});

describe('statistics by split and stage', () => {
  const members = [
    caseOf('A', 'train', 0, 1, 10, 150, { stage: 'I', hu: [0, 10], volumeMl: 1 }),
    caseOf('B', 'train', 0, 1, 10, 200, { stage: 'II', hu: [20, 30, 40], volumeMl: 3 }),
    caseOf('C', 'test', 0, 1, 10, 330, { stage: 'II', hu: [100], volumeMl: 8 }),
    caseOf('D', 'train', 0, 1, 10, 180, { stage: '', hu: [-5], volumeMl: 2 }),
  ];
  const { statistics } = datasetStats('0', PRESETS.lung1, members, []);
  const group = (split: string, stage: string) =>
    statistics.find((g) => g.split === split && g.stage === stage)!;

  test('groups in order: all, train, test, each with all stages, the known and the others', () => {
    expect(statistics.map((g) => `${g.split} ${g.stage} ${g.cases}`)).toEqual([
      'all all 4',
      'all I 1',
      'all II 2',
      'all unlabeled 1',
      'train all 3',
      'train I 1',
      'train II 1',
      'train unlabeled 1',
      'test all 1',
      'test II 1',
    ]);
  });

  test('voxels are pooled over the cases, by hand', () => {
    expect(group('all', 'II').hu).toMatchObject({ voxels: 4, min_hu: 20, max_hu: 100, mean_hu: 47.5 });
    expect(group('train', 'all').hu.percentiles_hu.p50).toBe(15);
    expect(group('train', 'all').hu).toMatchObject({ voxels: 6, mean_hu: 95 / 6 });
  });

  test('tumour volumes and boxes spread over the cases, by hand', () => {
    expect(group('all', 'all').tumor_volume_ml).toMatchObject({ min: 1, max: 8, mean: 3.5 });
    expect(group('all', 'all').tumor_volume_ml.percentiles.p50).toBe(2.5);
    expect(group('all', 'II').bbox_padded_size_mm.percentiles.p50).toEqual([265, 265, 265]);
    expect(group('all', 'II').bbox_size_mm.mean).toEqual([145, 145, 145]);
  });

  test('what each patch would cut off: context, and tumour', () => {
    // In-plane boxes of 150, 200, 330 and 180 voxels round tumours of 30, 80, 210 and 60.
    const cut = (patch: string) => group('all', 'all').patches.find((p) => p.patch === patch)!;
    expect(cut('192x192x64').padded_box.cases_by_axis).toEqual([2, 2, 4]);
    expect(cut('192x192x64').tumor).toEqual({ cases: 2, share: 0.5, cases_by_axis: [1, 1, 2] });
    expect(cut('160x160x64').padded_box.cases_by_axis).toEqual([3, 3, 4]);
    expect(cut('adaptive').padded_box.cases_by_axis).toEqual([1, 1, 4]);
    expect(group('test', 'all').patches[0]).toMatchObject({ patch: '192x192x64', tumor: { share: 1 } });
  });
});
