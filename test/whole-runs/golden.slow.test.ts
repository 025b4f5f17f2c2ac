import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../src/demo/embedded-azurite.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import type { OkCase } from '../../src/records/case.ts';
import type { Cases } from '../../src/records/cases.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import type { OkRoi, Transforms } from '../../src/records/roi.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import type { MapBackRecord } from '../../src/records/way-back/mapped.ts';
import { openStore } from '../../src/storage/open.ts';
import { cli, hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import { readGolden } from '../support/goldens.ts';
import { filesInZip, hasSharedData, shared } from '../support/shared-data.ts';

interface Golden {
  dataset: {
    p98_mm: number[];
    derived_min_box_mm: number[];
    derived_max_box_mm: number[];
    global_mu: number;
    global_sigma_within: number;
    global_sigma_total: number;
  };
  cases: Record<string, GoldenCase>;
}

interface GoldenCase {
  ct_size: number[];
  spacing: number[];
  origin_lps: number[];
  hu: [number, number, number];
  ct_sha1_int16: string;
  mask_voxels: number;
  mask_bbox: [number[], number[]];
  mask_sha1_u8: string;
  tumor_hu_mean: number;
  resampled_size: number[];
  resampled_mask_voxels: number;
  bbox_start: number[];
  bbox_size: number[];
  padded_start: number[];
  padded_size: number[];
  padded_mm: number[];
  case_mu: number;
  case_sigma: number;
  mask_count: number;
  roi_start: number[];
  roi_size: number[];
  pad_lower: number[];
  pad_upper: number[];
  roi_mask_voxels: number;
  tumor_clipped_voxels: number;
  roi_norm_mean: number;
  roi_norm_std: number;
  samples: { xyz: [number, number, number]; hu: number; norm: number }[];
}

const CLINICAL = 'tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv';
const IDS = ['LUNG1-001', 'LUNG1-002'];

function preprocess(raw: string, out: string, ...more: string[]): Promise<unknown> {
  return cli([
    'preprocess',
    '--raw',
    raw,
    '--clinical',
    shared(CLINICAL),
    '--out',
    out,
    '--preset',
    'reference',
    ...more,
  ]);
}

function sha1(data: ArrayBufferView): string {
  return createHash('sha1')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

function meanAndSd(data: Float32Array): [number, number] {
  let sum = 0;
  let squares = 0;
  for (const v of data) {
    sum += v;
    squares += v * v;
  }
  const mean = sum / data.length;
  return [mean, Math.sqrt(squares / data.length - mean * mean)];
}

function relativeDifference(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

describe.runIf(hasSharedData)('two real Lung1 patients through the pipeline, preset reference', () => {
  const out = temporaryFolder();
  const golden = hasSharedData
    ? readJson<Golden>(shared('../reference/golden-lung1-001-002.json'))
    : undefined!;
  const volume = (...parts: string[]) => {
    const file = resolve(out, ...parts);
    return decodeNifti(file, new Uint8Array(readFileSync(file)));
  };

  beforeAll(() => preprocess(shared('lung1'), out));

  describe.each(IDS)('%s', (id) => {
    const expected = golden?.cases[id];

    test('CT and mask of convert', () => {
      const ct = volume('interim', id, 'ct.nii.gz');
      const mask = volume('interim', id, 'tumor.nii.gz');
      expect(ct.geometry.size).toEqual(expected.ct_size);
      expect(sha1(ct.data)).toBe(expected.ct_sha1_int16);
      expect(sha1(mask.data)).toBe(expected.mask_sha1_u8);
      const record = readJson<OkCase>(out, 'interim', id, 'case.json');
      expect([record.ct.hu_min, record.ct.hu_max]).toEqual(expected.hu.slice(0, 2));
      expect(record.ct.hu_mean).toBeCloseTo(expected.hu[2], 9);
      expect(record.ct.origin_lps_mm).toEqual(expected.origin_lps);
      expect(record.ct.spacing_mm.map(Math.fround)).toEqual(expected.spacing.map(Math.fround));
      expect(record.tumor.voxels).toBe(expected.mask_voxels);
      expect(record.tumor.bbox_start_ijk).toEqual(expected.mask_bbox[0]);
      expect(record.tumor.bbox_size_ijk).toEqual(
        expected.mask_bbox[1].map((last, a) => last - expected.mask_bbox[0][a] + 1),
      );
      expect(record.tumor.mean_hu).toBeCloseTo(expected.tumor_hu_mean, 9);
    });

    test('boxes and statistics of pass 1', () => {
      const stats = readJson<DatasetStats>(out, 'artifacts/pass1_stats/stats/dataset_pass1_stats.json');
      const record = stats.per_case_records.find((r) => r.patient_id === id)!;
      expect(record.resampled_size_ijk).toEqual(expected.resampled_size);
      expect(record.resampled_tumor_voxels).toBe(expected.resampled_mask_voxels);
      expect(record.bbox_start_ijk).toEqual(expected.bbox_start);
      expect(record.bbox_size_ijk).toEqual(expected.bbox_size);
      expect(record.bbox_padded_start_ijk).toEqual(expected.padded_start);
      expect(record.bbox_padded_size_ijk).toEqual(expected.padded_size);
      expect(record.bbox_padded_size_mm).toEqual(expected.padded_mm);
      expect(record.case_norm_info.mask_count).toBe(expected.mask_count);
      expect(relativeDifference(record.case_mu, expected.case_mu)).toBeLessThan(1e-9);
      expect(relativeDifference(record.case_sigma, expected.case_sigma)).toBeLessThan(1e-9);
    });

    test('box, mask and sampled voxels of the ROI', () => {
      const transforms = readJson<Transforms>(out, 'roi', id, 'transforms.json');
      expect(transforms.bbox_final_start_ijk).toEqual(expected.roi_start);
      expect(transforms.bbox_final_size_ijk).toEqual(expected.roi_size);
      expect(transforms.crop_record_ct.pad_lower_ijk).toEqual(expected.pad_lower);
      expect(transforms.crop_record_ct.pad_upper_ijk).toEqual(expected.pad_upper);
      const meta = readJson<OkRoi>(out, 'roi', id, 'meta.json');
      expect(meta.tumor_clipped_voxels).toBe(expected.tumor_clipped_voxels);
      const mask = volume('roi', id, 'tumor_roi.nii.gz').data as Uint8Array;
      expect(mask.reduce((sum, v) => sum + v, 0)).toBe(expected.roi_mask_voxels);
      const hu = volume('roi', id, 'ct_roi_hu.nii.gz').data;
      const norm = volume('roi', id, 'ct_roi_norm.nii.gz').data as Float32Array;
      for (const { xyz, hu: expectedHu, norm: expectedNorm } of expected.samples) {
        const at = (xyz[2] * expected.roi_size[1] + xyz[1]) * expected.roi_size[0] + xyz[0];
        expect(Math.abs(hu[at] - expectedHu)).toBeLessThanOrEqual(1e-3);
        expect(Math.abs(norm[at] - expectedNorm)).toBeLessThanOrEqual(1e-5);
      }
      const [mean, sd] = meanAndSd(norm);
      expect(mean).toBeCloseTo(expected.roi_norm_mean, 6);
      expect(sd).toBeCloseTo(expected.roi_norm_std, 6);
    });
  });

  describe('the way back', () => {
    const native = temporaryFolder();
    /** Recorded by test/reference/record_map_back.py with SimpleITK's ResampleImageFilter. */
    const { patients } = readGolden<{
      patients: Record<string, { voxels: number; sha256_uint8: string; dice: number }>;
    }>('map-back.json');

    beforeAll(() =>
      cli([
        ...['map-back', '--transforms', join(out, 'roi'), '--roi', join(out, 'roi'), '--out', native],
        ...['--pattern', '{patient}/tumor_roi.nii.gz', '--compare', join(out, 'interim')],
      ]),
    );

    test.each(IDS)('the tumour of %s is voxel by voxel what SimpleITK makes of it', (id) => {
      const { data, geometry } = volume(native, `${id}.nii.gz`);
      expect(createHash('sha256').update(data).digest('hex')).toBe(patients[id].sha256_uint8);
      expect(geometry).toEqual(volume(out, 'interim', id, 'ct.nii.gz').geometry);
      const header = (...parts: string[]) => gunzipSync(readFileSync(join(...parts))).subarray(0, 352);
      expect(header(native, `${id}.nii.gz`)).toEqual(header(out, 'interim', id, 'tumor.nii.gz'));
    });

    test('Dice with the original tumour is told, and at least 0.97', () => {
      for (const patient of readJson<MapBackRecord>(native, 'map_back.json').patients) {
        if (patient.state !== 'ok') throw new Error(patient.exclusion.message);
        const { patient_id: id, voxels, compared } = patient;
        expect(voxels).toBe(patients[id].voxels);
        expect(compared!.voxels).toBe(golden.cases[id].mask_voxels);
        expect(compared!.dice).toBeCloseTo(patients[id].dice, 12);
        expect(compared!.dice).toBeGreaterThanOrEqual(0.97);
      }
    });
  });

  test('constants of the data set', () => {
    const { pass1_summary: summary, config_after_pass1: config } = readJson<DatasetStats>(
      out,
      'artifacts/pass1_stats/stats/dataset_pass1_stats.json',
    );
    expect(summary.derived_min_box_mm).toEqual(golden.dataset.derived_min_box_mm);
    expect(summary.derived_max_box_mm).toEqual(golden.dataset.derived_max_box_mm);
    summary.bbox_percentile_mm.forEach((mm, a) => {
      expect(mm).toBeCloseTo(golden.dataset.p98_mm[a], 9);
    });
    expect(relativeDifference(config.global_mu, golden.dataset.global_mu)).toBeLessThan(1e-9);
    expect(relativeDifference(config.global_sigma, golden.dataset.global_sigma_within)).toBeLessThan(1e-9);
    expect(relativeDifference(summary.global_sigma_total, golden.dataset.global_sigma_total)).toBeLessThan(
      1e-9,
    );
  });

  test('every patient of the clinical table ends in exactly one place', () => {
    const manifest = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
    const failures = readJson<{ patient_id: string; code: string }[]>(
      out,
      'artifacts/pass2_write/manifest/failures.json',
    );
    expect(manifest.outputs.map((o) => o.patient_id)).toEqual(IDS);
    expect(manifest.num_failures).toBe(420);
    expect(new Set([...manifest.outputs, ...failures].map((p) => p.patient_id)).size).toBe(422);
    expect(new Set(failures.map((f) => f.code))).toEqual(new Set(['no-image']));
  });

  test('the configuration that ran is stored with the outputs', () => {
    expect(readJson<Cases>(out, 'artifacts/convert/cases/cases.json').config.stats).toEqual({
      scope: 'all',
      variance: 'within',
    });
    expect(readFileSync(join(out, 'artifacts/pass2_write/manifest/config.yml'), 'utf8')).toContain(
      'variance: within',
    );
  });

  test('raw data as unpacked folders give byte-identical volumes', async () => {
    const raw = temporaryFolder();
    for (const id of IDS) {
      for (const { name, bytes } of filesInZip(shared('lung1', `${id}.zip`))) {
        if (name.endsWith('/')) continue;
        mkdirSync(dirname(join(raw, name)), { recursive: true });
        writeFileSync(join(raw, name), bytes);
      }
    }
    const unpacked = temporaryFolder();
    await preprocess(raw, unpacked);
    expect(hashesOf(unpacked, '.nii.gz')).toEqual(hashesOf(out, '.nii.gz'));
  });

  describe('on Azurite', () => {
    let azurite: Azurite;
    beforeAll(async () => {
      azurite = await startAzurite();
    });
    afterAll(() => azurite.close());

    test('outputs in Blob Storage are byte-identical volumes', async () => {
      const url = `${azurite.url}/golden/out`;
      await preprocess(shared('lung1'), url, '--artifacts', temporaryFolder());
      const store = await openStore(url);
      const hashes: Record<string, string> = {};
      for await (const { key } of store.list()) {
        if (key.endsWith('.nii.gz'))
          hashes[key] = createHash('sha256')
            .update((await store.read(key))!)
            .digest('hex');
      }
      const local = hashesOf(out, '.nii.gz');
      expect(Object.keys(local)).toHaveLength(12);
      expect(hashes).toEqual(local);
    });
  });
});
