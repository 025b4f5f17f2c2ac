import { describe, expect, test } from 'vitest';
import { SPLIT_FILE, type Split } from '../../src/records/split.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { readJson } from '../support/cli.ts';
import { type CohortPlan, generateCohort, runPasses } from '../support/volumes/generated-cohort.ts';
import { compareWithReference, expectEqual, printDifferences } from './equality.ts';
import { runPython } from './python.ts';
import { writeJob } from './run-reference.ts';
import { scratchFolder } from './scratch.ts';

const PLANS: CohortPlan[] = [
  { name: 'as the reference is configured', volumes: 60, most: 60, config: {} },
  {
    name: 'boxes sized by each tumour',
    volumes: 100,
    most: 40,
    config: {
      pad_mm: [10, 7, 12],
      bbox_percentile: 50,
      hard_min_box_mm: [16, 16, 30],
      hard_max_box_mm: [128, 96, 290],
      preferred_sizes_xy: [32, 64, 96],
      preferred_sizes_z: [32, 64],
    },
  },
  {
    name: 'target spacings that float32 cannot hold, sizes that no preferred one fits',
    volumes: 80,
    most: 40,
    config: {
      target_spacing: [0.8, 1.1, 2.3],
      pad_mm: [0, 3.3, 10],
      window_hu: [-1000, 400],
      norm_threshold_hu: -700.5,
      bbox_percentile: 0,
      hard_min_box_mm: [5, 5, 5],
      hard_max_box_mm: [60, 85, 100],
      preferred_sizes_xy: [50],
      preferred_sizes_z: [20],
      snap_multiple_of: 8,
    },
  },
  {
    name: 'a coarse target that loses small tumours, a least box above the largest',
    volumes: 80,
    most: 30,
    config: {
      target_spacing: [3, 3, 3],
      pad_mm: [6, 6, 6],
      hard_min_box_mm: [48, 48, 48],
      hard_max_box_mm: [50, 100, 50],
      preferred_sizes_xy: [16, 32],
      preferred_sizes_z: [16],
      snap_multiple_of: 16,
    },
  },
];

describe.each(PLANS)('$volumes generated volumes, $name', (plan) => {
  test('every volume, box and statistic is that of the reference', async () => {
    const folder = scratchFolder();
    const cohort = await generateCohort(plan, folder);
    const found = await compareWithReference(await runPasses(cohort, folder), folder, plan.config);
    printDifferences(`generated, ${plan.name}`, found);
    expectEqual(found);
  });
});

test('constants of preset lung1 are those of all voxels of the train patients, in 60 generated volumes', async () => {
  const folder = scratchFolder();
  const plan = { name: 'train constants', volumes: 60, most: 40, config: {}, trainConstants: true };
  const cohort = await generateCohort(plan, folder);
  const { stats } = await runPasses(cohort, folder);
  const { pass1_summary: summary } = readJson<DatasetStats>(stats, 'dataset_pass1_stats.json');
  const patientIds = readJson<Split>(cohort.split, SPLIT_FILE)
    .patients.filter((member) => member.split === 'train')
    .map((member) => member.patient_id);
  const job = writeJob({ interim: cohort.interim, patientIds }, folder, {});
  const pooled = JSON.parse(await runPython('pooled_constants.py', [job]));
  expect(summary.num_samples_in_scope).toBe(pooled.patients);
  expect(pooled.patients).toBeLessThan(summary.num_samples_in);
  const difference = (key: 'global_mu' | 'global_sigma') => Math.abs(summary[key] / pooled[key] - 1);
  process.stdout.write(
    `\ngenerated, constants of ${pooled.patients} train patients against all their voxels: ` +
      `mu ${difference('global_mu').toExponential(2)}, sigma ${difference('global_sigma').toExponential(2)} relative\n`,
  );
  expect(difference('global_mu')).toBeLessThanOrEqual(1e-9);
  expect(difference('global_sigma')).toBeLessThanOrEqual(1e-9);
});
