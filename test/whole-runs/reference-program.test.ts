import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { gunzip } from '../../src/nifti/gunzip.ts';
import type { Failures } from '../../src/records/manifest.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { readJson, temporaryFolder } from '../support/cli.ts';
import { type Agreement, comparableStats, compareValues, SUMMED } from '../support/compared-values.ts';
import { readGolden } from '../support/goldens.ts';
import {
  type CohortOutputs,
  type CohortPlan,
  type GeneratedCohort,
  generateCohort,
  runPasses,
} from '../support/volumes/generated-cohort.ts';

interface CtFacts {
  size: number[];
  mean: number;
  sd: number;
  samples: [index: number, value: number][];
}

/** What test/reference/record-reference-program.ts records of a patient. */
interface GoldenCase {
  header: string;
  meta: object;
  tumor_roi: { size: number[]; sha256: string };
  ct_hu_resampled_ras: CtFacts;
  ct_roi_hu: CtFacts;
  ct_roi_norm: CtFacts;
}

interface GoldenCohort {
  plan: CohortPlan;
  input_sha256: Record<string, string>;
  stats: Parameters<typeof comparableStats>[0];
  failures: string[];
  cases: Record<string, GoldenCase>;
}

function meanAndSd(data: Float32Array): { mean: number; sd: number } {
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  return { mean, sd: Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length) };
}

const { cohorts } = readGolden<{ cohorts: GoldenCohort[] }>('reference-program.json');

describe.each(cohorts)(
  '$plan.volumes generated volumes as the SimpleITK reference makes them: $plan.name',
  (golden) => {
    const folder = temporaryFolder();
    let cohort: GeneratedCohort;
    let outputs: CohortOutputs;
    let sigma: number;
    const bytesOf = (id: string, name: string) =>
      new Uint8Array(readFileSync(join(outputs.roi, id, `${name}.nii.gz`)));
    const volumeOf = (id: string, name: string) => decodeNifti(name, bytesOf(id, name));
    const agreement = (): Agreement => ({ unequal: [], relative: {}, compared: 0 });

    beforeAll(async () => {
      cohort = await generateCohort(golden.plan, folder);
      outputs = await runPasses(cohort, folder);
      sigma = readJson<DatasetStats>(outputs.stats, 'dataset_pass1_stats.json').pass1_summary.global_sigma;
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test('the volumes are those that were recorded', () => {
      const hashes = [...cohort.volumes].map(([id, { ct, tumor }]) => [
        id,
        createHash('sha256').update(ct.data).update(tumor.data).digest('hex'),
      ]);
      expect(Object.fromEntries(hashes), 'run record-reference-program.ts again').toEqual(
        golden.input_sha256,
      );
    });

    test('boxes, counts, means and standard deviations of both passes', () => {
      const found = agreement();
      const stats = readJson<DatasetStats>(outputs.stats, 'dataset_pass1_stats.json');
      compareValues(found, 'pass 1', comparableStats(stats), comparableStats(golden.stats));
      for (const [id, { meta }] of Object.entries(golden.cases))
        compareValues(found, id, readJson(outputs.roi, id, 'meta.json'), meta);
      expect(found.unequal).toEqual([]);
      expect(Object.keys(found.relative).sort()).toEqual(SUMMED);
      expect(Math.max(...Object.values(found.relative))).toBeLessThanOrEqual(1e-9);
    });

    test('the same patients have no tumour left', () => {
      const failures = readJson<Failures>(outputs.manifest, 'failures.json');
      expect(failures.map((failure) => failure.patient_id).sort()).toEqual([...golden.failures].sort());
    });

    test('tumour ROIs are identical', () => {
      for (const [id, { tumor_roi }] of Object.entries(golden.cases)) {
        const { data, geometry } = volumeOf(id, 'tumor_roi');
        expect(geometry.size, id).toEqual(tumor_roi.size);
        expect(createHash('sha256').update(data).digest('hex'), id).toBe(tumor_roi.sha256);
      }
    });

    test.each(['ct_hu_resampled_ras', 'ct_roi_hu', 'ct_roi_norm'] as const)('%s within 1e-3 HU', (name) => {
      const within = name === 'ct_roi_norm' ? 1e-3 / sigma : 1e-3;
      for (const [id, facts] of Object.entries(golden.cases)) {
        const { data, geometry } = volumeOf(id, name);
        const { size, mean, sd, samples } = facts[name];
        expect(geometry.size, id).toEqual(size);
        const found = meanAndSd(data as Float32Array);
        expect(Math.abs(found.mean - mean), id).toBeLessThanOrEqual(within);
        expect(Math.abs(found.sd - sd), id).toBeLessThanOrEqual(within);
        expect(
          samples.filter(([at, value]) => !(Math.abs(data[at] - value) <= within)),
          id,
        ).toEqual([]);
      }
    });

    test('NIfTI headers are those of ITK but for the last bit of an oblique affine', () => {
      for (const [id, { header }] of Object.entries(golden.cases)) {
        const ours = Buffer.from(gunzip(bytesOf(id, 'ct_roi_norm')).subarray(0, 352));
        const theirs = Buffer.from(header, 'hex');
        for (let at = 256; at < 328; at += 4) {
          const difference = Math.abs(ours.readFloatLE(at) - theirs.readFloatLE(at));
          expect(difference, `${id}, byte ${at}`).toBeLessThanOrEqual(1e-6);
        }
        for (const part of [ours, theirs]) part.fill(0, 256, 328);
        expect(ours.toString('hex'), id).toBe(theirs.toString('hex'));
      }
    });
  },
);
