import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeNifti } from '../../src/nifti/decode.ts';
import type { OkRoi } from '../../src/records/roi.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import type { VoxelArray } from '../../src/volume/geometry.ts';
import { cli, readJson } from '../support/cli.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import type { CohortOutputs } from '../support/volumes/generated-cohort.ts';
import { compareVolumes, compareWithReference, expectEqual, printDifferences } from './equality.ts';
import { runPython } from './python.ts';
import { runReference, writeJob } from './run-reference.ts';
import { scratchFolder } from './scratch.ts';

const CLINICAL = 'tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv';
const IDS = ['LUNG1-001', 'LUNG1-002'];

async function preprocess(preset: string): Promise<CohortOutputs> {
  const out = scratchFolder();
  const clinical = shared(CLINICAL);
  await cli([
    'preprocess',
    '--raw',
    shared('lung1'),
    '--clinical',
    clinical,
    '--out',
    out,
    '--preset',
    preset,
  ]);
  return {
    interim: join(out, 'interim'),
    roi: join(out, 'roi'),
    stats: join(out, 'artifacts/pass1_stats/stats'),
    manifest: join(out, 'artifacts/pass2_write/manifest'),
    patientIds: IDS,
  };
}

function volume(...parts: string[]) {
  const file = join(...parts);
  return decodeNifti(file, new Uint8Array(readFileSync(file)));
}

function bytesOf({ buffer, byteOffset, byteLength }: VoxelArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function relativeDifference(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

describe.runIf(hasSharedData)('two real Lung1 patients', () => {
  test('preset reference: every volume, box and statistic is that of the reference', async () => {
    const outputs = await preprocess('reference');
    const found = await compareWithReference(outputs, scratchFolder());
    printDifferences('Lung1, preset reference', found);
    expectEqual(found);
    for (const id of IDS) {
      const read = join(scratchFolder(), 'ct.nii.gz');
      await runPython('dicom_series.py', [shared('lung1', `${id}.zip`), read]);
      const ours = volume(outputs.interim, id, 'ct.nii.gz');
      const theirs = volume(read);
      expect(ours.geometry, `${id} as GDCM reads it`).toEqual(theirs.geometry);
      expect(Buffer.compare(bytesOf(ours.data), bytesOf(theirs.data)), `${id} as GDCM reads it`).toBe(0);
    }
  });

  test('preset lung1: constants are those of all voxels of the train patients, CT that of the reference rounded', async () => {
    const { interim, roi, stats } = await preprocess('lung1');
    const { pass1_summary: summary, per_case_records } = readJson<DatasetStats>(
      stats,
      'dataset_pass1_stats.json',
    );
    const train = per_case_records.filter((r) => r.split === 'train').map((r) => r.patient_id);
    const work = scratchFolder();
    const pooled = JSON.parse(
      await runPython('pooled_constants.py', [writeJob({ interim, patientIds: train }, work, {})]),
    );
    const differences = {
      mu: relativeDifference(summary.global_mu, pooled.global_mu),
      sigma: relativeDifference(summary.global_sigma, pooled.global_sigma),
    };
    process.stdout.write(
      `\nLung1, preset lung1: ${train.length} train patients, constants against all their voxels: ` +
        `mu ${differences.mu.toExponential(2)}, sigma ${differences.sigma.toExponential(2)} relative\n`,
    );
    expect(pooled.patients).toBe(train.length);
    expect(differences.mu).toBeLessThanOrEqual(1e-9);
    expect(differences.sigma).toBeLessThanOrEqual(1e-9);

    const reference = await runReference({ interim, patientIds: IDS }, work, {});
    const whole = (await compareVolumes(roi, reference)).filter((r) => r.volume === 'ct_hu_resampled_ras');
    expect(whole).toHaveLength(IDS.length);
    // int16 holds the nearest whole HU.
    for (const row of whole) expect(row.largest_difference).toBeLessThanOrEqual(0.5 + 1e-3);

    for (const id of IDS) {
      const { global_mu, global_sigma, window_hu } = readJson<OkRoi>(roi, id, 'meta.json');
      expect([global_mu, global_sigma]).toEqual([summary.global_mu, summary.global_sigma]);
      const norm = volume(roi, id, 'ct_roi_norm.nii.gz').data;
      const hu = volume(roi, id, 'ct_roi_hu.nii.gz').data;
      let largest = 0;
      for (let i = 0; i < hu.length; i++) {
        const windowed = Math.min(Math.max(hu[i], window_hu[0]), window_hu[1]);
        largest = Math.max(largest, Math.abs(norm[i] - (windowed - global_mu) / global_sigma));
      }
      expect(largest * global_sigma, 'the z-score of the HU beside it').toBeLessThanOrEqual(0.5 + 1e-3);
    }
  });
});
