/**
 * Records what reference_program.py makes of a few generated volumes, for the tests that run without Python:
 *
 *     npm run build && npx node test/reference/record-reference-program.ts
 */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../support/cli.ts';
import { type CohortPlan, generateCohort } from '../support/volumes/generated-cohort.ts';
import { compactReference } from './run-reference.ts';

const PLANS: CohortPlan[] = [
  { name: 'golden, as the reference is configured', volumes: 3, most: 40, config: {} },
  {
    name: 'golden, boxes sized by each tumour',
    volumes: 18,
    most: 24,
    config: {
      target_spacing: [1.1, 1, 3],
      pad_mm: [10, 7, 12],
      window_hu: [-950, 120],
      norm_threshold_hu: -800,
      bbox_percentile: 50,
      hard_min_box_mm: [16, 16, 30],
      hard_max_box_mm: [128, 96, 290],
      preferred_sizes_xy: [32, 64, 96],
      preferred_sizes_z: [32, 64],
    },
  },
];

const cohorts = [];
for (const plan of PLANS) {
  const folder = temporaryFolder();
  const { volumes, patientIds, interim } = await generateCohort(plan, folder);
  const input_sha256 = Object.fromEntries(
    patientIds.map((id) => {
      const { ct, tumor } = volumes.get(id)!;
      return [id, createHash('sha256').update(ct.data).update(tumor.data).digest('hex')];
    }),
  );
  cohorts.push({
    plan,
    input_sha256,
    ...(await compactReference({ interim, patientIds }, folder, plan.config)),
  });
  rmSync(folder, { recursive: true });
}
writeFileSync(
  new URL('../goldens/reference-program.json', import.meta.url),
  `${JSON.stringify({ cohorts })}\n`,
);
