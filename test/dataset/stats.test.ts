import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import { encodeJson } from '../../src/dataset/json.ts';
import { datasetStats, type Pass1Record, poolConstants, statsSchema } from '../../src/dataset/stats.ts';

function recordOf(
  id: string,
  split: 'train' | 'test',
  mu: number,
  sigma: number,
  count: number,
  boxMm = 170,
): Pass1Record {
  return {
    patient_id: id,
    split,
    stage: 'I',
    pad_mm: [60, 60, 45],
    pad_vox: [60, 60, 15],
    resampled_size_ijk: [1, 1, 1],
    resampled_tumor_voxels: 1,
    bbox_start_ijk: [0, 0, 0],
    bbox_size_ijk: [1, 1, 1],
    bbox_padded_start_ijk: [0, 0, 0],
    bbox_padded_size_ijk: [1, 1, 1],
    bbox_padded_size_mm: [boxMm, boxMm, boxMm],
    case_mu: mu,
    case_sigma: sigma,
    case_norm_info: { mask_rule: 'ct_win > -850', mask_count: count },
  };
}

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
  const records = [
    recordOf('A', 'train', -100, 300, 1000),
    recordOf('B', 'train', -150, 280, 3000),
    recordOf('C', 'test', 500, 10, 9000, 190),
  ];

  test('no test patient influences a constant', () => {
    const other = [...records.slice(0, 2), recordOf('C', 'test', -999, 999, 1, 999)];
    const { config_after_pass1: a } = datasetStats('0', PRESETS.lung1, records, []);
    expect(datasetStats('0', PRESETS.lung1, other, []).config_after_pass1).toEqual(a);
    expect(a.global_mu).toBeCloseTo(-137.5, 12);
  });

  test('the reference preset takes all patients and the variance within', () => {
    const { config_after_pass1: c, pass1_summary: s } = datasetStats('0', PRESETS.reference, records, []);
    expect(s.num_samples_in_scope).toBe(3);
    expect(c.global_sigma).toBe(s.global_sigma_within);
    expect(c.min_box_mm[0]).toBeCloseTo(189.2, 9);
  });

  test('the order of the cases does not change a byte', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: 3 }), (shuffled) => {
        expect(encodeJson(datasetStats('0', PRESETS.lung1, shuffled, []))).toEqual(
          encodeJson(datasetStats('0', PRESETS.lung1, records, [])),
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
    const stats = datasetStats('0', PRESETS.lung1, records, excluded);
    expect(statsSchema.parse(stats)).toEqual(stats);
    expect(stats.pass1_summary).toMatchObject({ num_samples_in: 4, num_empty_masks: 1, empty_masks: ['E'] });
  });
});
