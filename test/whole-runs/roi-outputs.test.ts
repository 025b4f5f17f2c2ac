import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { boundingBox } from '../../src/kernels/mask/bounding-box.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { type OkRoi, roiSchema, type Transforms, transformsSchema } from '../../src/records/roi.ts';
import { type DatasetStats, statsSchema } from '../../src/records/stats.ts';
import { type CliResult, readJson, temporaryFolder } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const cohort = temporaryFolder();

/** The large tumour among the first patients of the synthetic cohort. */
const ID = 'PHANTOM-001';

function preprocess(out: string, config: object): Promise<CliResult> {
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(file, stringify(config));
  const places = { raw: join(cohort, 'raw'), clinical: join(cohort, 'clinical.csv'), out };
  return inProcess.preprocess({ ...places, config: file });
}

beforeAll(() => writePhantoms(cohort, 2));

describe('round the lungs, with a thorax ROI and without audit volumes', () => {
  const out = temporaryFolder();
  const volume = (name: string) => {
    const file = join(out, 'roi', ID, name);
    return decodeNifti(file, new Uint8Array(readFileSync(file)));
  };
  beforeAll(() =>
    preprocess(out, {
      roi: { source: 'lung' },
      thorax: { write: true },
      output: { auditVolumes: false, roiHu: false },
    }),
  );

  test('the files are those', () => {
    expect(readdirSync(join(out, 'roi', ID)).sort()).toEqual([
      'ct_roi_norm.nii.gz',
      'ct_thorax_norm.nii.gz',
      'lung_roi.nii.gz',
      'meta.json',
      'qc_overlay_mid.png',
      'transforms.json',
      'tumor_roi.nii.gz',
      'tumor_thorax.nii.gz',
    ]);
  });

  test('the ROI is 192 to 320 mm in multiples of 32, holds tumour and lungs, and the thorax ROI is larger', () => {
    const norm = volume('ct_roi_norm.nii.gz').geometry;
    norm.size.forEach((n, a) => {
      expect(n % 32).toBe(0);
      expect(n * norm.spacingMm[a]).toBeGreaterThanOrEqual(192);
      expect(n * norm.spacingMm[a]).toBeLessThanOrEqual(320);
    });
    const meta = readJson<OkRoi>(out, 'roi', ID, 'meta.json');
    const tumour = volume('tumor_roi.nii.gz');
    expect(boundingBox(tumour.data as Uint8Array, norm.size)!.voxels).toBe(meta.tumor_voxels_resampled);
    const lungs = boundingBox(volume('lung_roi.nii.gz').data as Uint8Array, norm.size)!;
    const mm3 = norm.spacingMm[0] * norm.spacingMm[1] * norm.spacingMm[2];
    expect((lungs.voxels * mm3) / 1e6).toBeGreaterThan(1);
    const thorax = volume('ct_thorax_norm.nii.gz').geometry.size;
    expect(thorax[0] * thorax[1] * thorax[2]).toBeGreaterThan(norm.size[0] * norm.size[1] * norm.size[2]);
    expect(volume('tumor_thorax.nii.gz').geometry.size).toEqual(thorax);
  });

  test('the records are what their schemas say, and name the source', () => {
    const meta = readJson<OkRoi>(out, 'roi', ID, 'meta.json');
    expect(roiSchema.parse(meta)).toEqual(meta);
    const cropping = meta.preprocessing_pipeline.find(({ step }) => step === 'cropping')!;
    expect(cropping.params).toMatchObject({
      method: 'bounding_box_lung_mask_with_padding',
      min_box_mm: [192, 192, 192],
    });
    const transforms = readJson<Transforms>(out, 'roi', ID, 'transforms.json');
    expect(transformsSchema.parse(transforms)).toEqual(transforms);
    expect(transforms.thorax_geometry!.size_ijk).toEqual(volume('ct_thorax_norm.nii.gz').geometry.size);
    const stats = readJson<DatasetStats>(out, 'artifacts/pass1_stats/stats/dataset_pass1_stats.json');
    expect(statsSchema.parse(stats)).toEqual(stats);
    expect(stats.per_case_records.map((r) => r.roi_source)).toEqual(['lung', 'lung']);
  });
});

describe('a patch too small for the tumour', () => {
  const out = temporaryFolder();
  let result: CliResult;
  beforeAll(async () => {
    result = await preprocess(out, {
      roi: { patch: '32x32x32' },
      output: { auditVolumes: false, qcOverlay: false },
    });
  });

  test('is told in the closing lines, the manifest and the record', () => {
    expect(result.stdout).toMatch(/TUMOUR CUT OFF in \d ROIs: .*PHANTOM-001 \(\d+\.\d %\)/);
    const manifest = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
    const entry = manifest.outputs.find((o) => o.patient_id === ID)!;
    expect(manifest.summary.num_tumor_clipped).toBeGreaterThan(0);
    expect(entry.tumor_clipped_voxels).toBeGreaterThan(0);
    expect(entry.flags.map((flag) => flag.code)).toContain('tumor-clipped');
    const meta = readJson<OkRoi>(out, 'roi', ID, 'meta.json');
    expect(meta.qc.find((check) => check.code === 'tumorClippedVoxels')).toMatchObject({
      value: entry.tumor_clipped_voxels,
      passed: false,
    });
    expect(meta.tumor_voxels_roi).toBe(meta.tumor_voxels_resampled - entry.tumor_clipped_voxels);
  });

  test('pass 1 had said so', () => {
    const { statistics } = readJson<DatasetStats>(
      out,
      'artifacts/pass1_stats/stats/dataset_pass1_stats.json',
    );
    expect(statistics[0].patches[0]).toMatchObject({ patch: '32x32x32', padded_box: { share: 1 } });
    expect(statistics[0].patches[0].tumor.cases).toBeGreaterThan(0);
  });

  test('roiQc can leave such patients out', async () => {
    const limits = { low: null, high: 0, severity: 'exclude' };
    await preprocess(out, {
      roi: { patch: '32x32x32' },
      output: { auditVolumes: false, qcOverlay: false },
      roiQc: { tumorClippedVoxels: limits },
    });
    const failures = readJson<{ patient_id: string; code: string; error: string }[]>(
      out,
      'artifacts/pass2_write/manifest/failures.json',
    );
    expect(failures.find((f) => f.patient_id === ID)).toMatchObject({
      code: 'quality',
      error: expect.stringContaining('roiQc.tumorClippedVoxels'),
    });
  });
});
