import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { writePhantom } from '../../src/demo/write-phantom.ts';
import { datalistSchema } from '../../src/exports/datalist.ts';
import { nnunetDatasetSchema, splitsFinalSchema } from '../../src/exports/nnunet-layout.ts';
import { JSON_FILES, jsonSchemaOf, schemaFile } from '../../src/json-schema/json-schemas.ts';
import { caseSchema } from '../../src/records/case.ts';
import { casesSchema } from '../../src/records/cases.ts';
import { changesSchema } from '../../src/records/changes.ts';
import { failuresSchema, manifestSchema } from '../../src/records/manifest.ts';
import { type OkRoi, roiSchema, transformsSchema } from '../../src/records/roi.ts';
import { roiChangesSchema, roisSchema } from '../../src/records/roi-changes.ts';
import { splitSchema } from '../../src/records/split.ts';
import { measuresFileSchema, statsSchema } from '../../src/records/stats.ts';
import { dicomExportSchema, exportSchema } from '../../src/records/way-back/dicom-export.ts';
import { mapBackSchema } from '../../src/records/way-back/mapped.ts';
import { cli, hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import { commandHere } from '../support/in-process.ts';

/** Every JSON file of a run, by the end of its path. */
const SCHEMAS = {
  'artifacts/convert/cases/cases.json': casesSchema,
  'artifacts/convert/cases/changes.json': changesSchema,
  'artifacts/split/split/split.json': splitSchema,
  'artifacts/pass1_stats/stats/dataset_pass1_stats.json': statsSchema,
  'artifacts/pass2_write/manifest/datalist.json': datalistSchema,
  'artifacts/pass2_write/manifest/dataset_pass1_stats.json': statsSchema,
  'artifacts/pass2_write/manifest/failures.json': failuresSchema,
  'artifacts/pass2_write/manifest/manifest.json': manifestSchema,
  'artifacts/pass2_write/manifest/roi_changes.json': roiChangesSchema,
  'dicom/PHANTOM-001/export.json': exportSchema,
  'dicom/PHANTOM-002/export.json': exportSchema,
  'dicom/map_back.json': mapBackSchema,
  'interim/BROKEN/case.json': caseSchema,
  'interim/PHANTOM-001/case.json': caseSchema,
  'interim/PHANTOM-001/pass1.json': measuresFileSchema,
  'interim/PHANTOM-002/case.json': caseSchema,
  'interim/PHANTOM-002/pass1.json': measuresFileSchema,
  'interim/cases.json': casesSchema,
  'mapped/map_back.json': mapBackSchema,
  'masks/BROKEN/export.json': exportSchema,
  'masks/PHANTOM-001/export.json': exportSchema,
  'masks/PHANTOM-002/export.json': exportSchema,
  'masks/dicom_export.json': dicomExportSchema,
  'nnunet/Dataset001_Tumor/dataset.json': nnunetDatasetSchema,
  'nnunet/Dataset001_Tumor/splits_final.json': splitsFinalSchema,
  'roi/PHANTOM-001/meta.json': roiSchema,
  'roi/PHANTOM-001/transforms.json': transformsSchema,
  'roi/PHANTOM-002/meta.json': roiSchema,
  'roi/PHANTOM-002/transforms.json': transformsSchema,
  'roi/rois.json': roisSchema,
};

const out = temporaryFolder();

beforeAll(async () => {
  const cohort = temporaryFolder();
  await writePhantom(cohort, { patients: 2, gridSize: 64 });
  mkdirSync(join(cohort, 'raw/BROKEN'));
  writeFileSync(join(cohort, 'raw/BROKEN/1.dcm'), 'no DICOM');
  const config = join(cohort, 'config.yml');
  writeFileSync(config, 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\n');
  const [raw, clinical] = ['raw', 'clinical.csv'].map((name) => join(cohort, name));
  await cli(['preprocess', '--raw', raw, '--clinical', clinical, '--out', out, '--config', config]);
  const [roi, interim, nnunet, mapped, dicom, masks] = [
    ...['roi', 'interim', 'nnunet', 'mapped', 'dicom', 'masks'],
  ].map((name) => join(out, name));
  const manifest = join(out, 'artifacts/pass2_write/manifest');
  const labels = join(nnunet, 'Dataset001_Tumor/labelsTr');
  for (const args of [
    ['export', 'nnunet', '--roi', roi, '--manifest', manifest, '--out', nnunet],
    ['map-back', '--transforms', roi, '--roi', labels, '--out', mapped, '--compare', interim],
    [
      ...[
        'map-back',
        '--as',
        'dicom-seg',
        '--transforms',
        roi,
        '--roi',
        labels,
        '--raw',
        raw,
        '--out',
        dicom,
      ],
      ...['--algorithm-name', 'net', '--algorithm-version', '1', '--interim', interim],
    ],
    ['export', 'rtstruct', '--interim', interim, '--raw', raw, '--out', masks],
  ])
    expect(await commandHere(args)).toMatchObject({ code: 0 });
}, 600_000);

test('a run writes these JSON files and no other', () => {
  expect(Object.keys(hashesOf(out, '.json'))).toEqual(Object.keys(SCHEMAS).sort());
});

test.each(Object.entries(SCHEMAS))('%s is what its schema says, to the last key', (file, schema) => {
  const content = readJson(out, file);
  expect(schema.parse(content)).toEqual(content);
});

describe('the JSON Schemas of the package', () => {
  const shipped = fileURLToPath(new URL('../../dist/schemas', import.meta.url));
  const ajv = new Ajv2020({ allErrors: true });
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (file: string): ValidateFunction => {
    const name = basename(file).replace('.json', '.schema.json');
    const found = validators.get(name) ?? ajv.compile(readJson<object>(shipped, name));
    validators.set(name, found);
    return found;
  };

  test('are those of the code', () => {
    const written = readdirSync(shipped).map((name) => [name, readFileSync(join(shipped, name), 'utf8')]);
    const expected = JSON_FILES.map((file) => [
      schemaFile(file),
      `${JSON.stringify(jsonSchemaOf(file), null, 2)}\n`,
    ]);
    expect(written.sort()).toEqual(expected.sort());
  });

  test.each(JSON_FILES)('$file: one that says what it is and explains its keys', ({ file }) => {
    const schema = readJson<{ $id: string; title: string; description: string }>(
      shipped,
      file.replace('.json', '.schema.json'),
    );
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(schema.$id).toMatch(/^urn:swinprep:[\d.]+:\w+\.json$/);
    expect(schema.title).toBe(file);
    expect(schema.description).toMatch(/^[A-Z].*\.$/);
  });

  test.each(Object.keys(SCHEMAS))('hold for %s, by another validator', (file) => {
    const validate = validatorOf(file);
    validate(readJson(out, file));
    expect(validate.errors).toBeNull();
  });

  test.each(Object.keys(SCHEMAS))('do not hold for %s with a key too many', (file) => {
    const content = readJson<object>(out, file);
    const spoilt = Array.isArray(content) ? [...content, { surname: 'Doe' }] : { ...content, surname: 'Doe' };
    expect(validatorOf(file)(spoilt)).toBe(false);
  });
});

test('meta.json lists every step from the DICOM files to the ROI, with sizes that follow on each other', () => {
  const { preprocessing_pipeline: steps, ...meta } = readJson<OkRoi>(out, 'roi/PHANTOM-001/meta.json');
  expect(steps.map(({ step }) => step)).toEqual([
    'hounsfield_units',
    'stacking',
    'tumor_mask',
    'orientation',
    'resampling',
    'cropping',
    'windowing',
    'intensity_normalization',
  ]);
  const params = Object.fromEntries(steps.map((step) => [step.step, step.params]));
  const { orientation, resampling, cropping, intensity_normalization } = params;
  expect(orientation.size_before_vox).toEqual(meta.original_ct_geometry.size_ijk);
  expect(resampling.size_before_vox).toEqual(orientation.size_after_vox);
  expect(cropping.size_before_vox).toEqual(resampling.size_after_vox);
  expect(cropping.size_after_vox).toEqual(meta.final_roi_size_vox);
  expect(resampling.spacing_mm).toEqual(meta.spacing_after_mm);
  expect(intensity_normalization).toMatchObject({ mu: meta.global_mu, sigma: meta.global_sigma });
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
