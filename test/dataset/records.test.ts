import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { caseSchema } from '../../src/dataset/case.ts';
import { casesSchema } from '../../src/dataset/cases.ts';
import { failuresSchema, manifestSchema } from '../../src/dataset/manifest.ts';
import { roiSchema, transformsSchema } from '../../src/dataset/roi.ts';
import { splitSchema } from '../../src/dataset/split.ts';
import { measuresFileSchema, statsSchema } from '../../src/dataset/stats.ts';
import { cli, hashesOf, readJson, temporaryFolder } from '../support/cli.ts';

/** Every JSON file of a run, by the end of its path. */
const SCHEMAS = {
  'artifacts/convert/cases/cases.json': casesSchema,
  'artifacts/split/split/split.json': splitSchema,
  'artifacts/pass1_stats/stats/dataset_pass1_stats.json': statsSchema,
  'artifacts/pass2_write/manifest/dataset_pass1_stats.json': statsSchema,
  'artifacts/pass2_write/manifest/failures.json': failuresSchema,
  'artifacts/pass2_write/manifest/manifest.json': manifestSchema,
  'interim/PHANTOM-001/case.json': caseSchema,
  'interim/PHANTOM-001/pass1.json': measuresFileSchema,
  'interim/PHANTOM-002/case.json': caseSchema,
  'interim/PHANTOM-002/pass1.json': measuresFileSchema,
  'roi/PHANTOM-001/meta.json': roiSchema,
  'roi/PHANTOM-001/transforms.json': transformsSchema,
  'roi/PHANTOM-002/meta.json': roiSchema,
  'roi/PHANTOM-002/transforms.json': transformsSchema,
};

const out = temporaryFolder();

beforeAll(async () => {
  const cohort = temporaryFolder();
  await cli(['phantom', '--patients', '2', '--full', '0', '--out', cohort]);
  await cli([
    'preprocess',
    '--raw',
    join(cohort, 'raw'),
    '--clinical',
    join(cohort, 'clinical.csv'),
    '--out',
    out,
  ]);
});

test('a run writes these JSON files and no other', () => {
  expect(Object.keys(hashesOf(out, '.json'))).toEqual(Object.keys(SCHEMAS).sort());
});

test.each(Object.entries(SCHEMAS))('%s is what its schema says, to the last key', (file, schema) => {
  const content = readJson(out, file);
  expect(schema.parse(content)).toEqual(content);
});

/** Keys of the reference program's last version; those who know it look for them. */
test.each([
  [
    'roi/PHANTOM-001/meta.json',
    [
      'patient_id',
      'target_spacing',
      'pad_mm',
      'pad_vox',
      'final_roi_size_vox',
      'final_roi_size_mm',
      'window_hu',
      'global_mu',
      'global_sigma',
      'case_mu',
      'case_sigma',
      'case_norm_info',
      'bbox_start_ijk',
      'bbox_size_ijk',
      'bbox_padded_start_ijk',
      'bbox_padded_size_ijk',
      'bbox_final_start_ijk',
      'bbox_final_size_ijk',
      'size_info',
      'crop_record_ct',
      'crop_record_mask',
      'orientation_policy',
    ],
  ],
  [
    'artifacts/pass1_stats/stats/dataset_pass1_stats.json',
    ['config_after_pass1', 'pass1_summary', 'per_case_records'],
  ],
  [
    'artifacts/pass2_write/manifest/manifest.json',
    ['config', 'dataset_pass1_stats_path', 'failures_path', 'num_failures', 'outputs'],
  ],
])('%s has the keys of the reference program', (file, keys) => {
  expect(Object.keys(readJson<object>(out, file))).toEqual(expect.arrayContaining(keys));
});
