import { describe, test } from 'vitest';
import { type CohortPlan, generateCohort, runPasses } from '../support/generated-cohort.ts';
import { compareWithReference, expectEqual, printDifferences } from './equality.ts';
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
