import { z } from 'zod';
import { type Config, configSchema } from '../config/schema.ts';
import { byPatient } from './cases.ts';
import { type Exclusion, exclusion, flag, triple } from './record.ts';
import { META_FILE, type RoiRecord } from './roi.ts';
import type { Split } from './split.ts';
import type { DatasetStats } from './stats.ts';

const output = z.strictObject({
  patient_id: z.string(),
  split: z.enum(['train', 'test']),
  stage: z.string(),
  stage_index: z.int(),
  /** Relative to the ROI store. */
  paths: z.record(z.string(), z.string()),
  final_roi_size_vox: triple,
  tumor_volume_ml: z.number(),
  tumor_clipped_voxels: z.int(),
  tumor_clipped_share: z.number(),
  flags: z.array(flag),
});

/** `manifest.json`: what training reads; every patient is in `outputs` or in `failures.json`. */
export const manifestSchema = z.strictObject({
  swinprep_version: z.string(),
  config: configSchema,
  dataset_pass1_stats_path: z.string(),
  failures_path: z.string(),
  num_failures: z.int(),
  summary: z.strictObject({
    num_ok: z.int(),
    num_train: z.int(),
    num_test: z.int(),
    num_excluded: z.int(),
    num_flagged: z.int(),
    /** ROIs that cut off a part of the tumour. */
    num_tumor_clipped: z.int(),
  }),
  global_mu: z.number(),
  global_sigma: z.number(),
  outputs: z.array(output),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** `failures.json`: every patient that is not in the manifest, the step that excluded it, and why (`error`). */
export const failuresSchema = z.array(
  z.strictObject({
    patient_id: z.string(),
    /** As in the clinical table (`shownSpelling`), '' where the patient is not in it. */
    stage: z.string(),
    step: exclusion.shape.step,
    code: z.string(),
    error: z.string(),
  }),
);

export type Failures = z.infer<typeof failuresSchema>;

export const MANIFEST_FILE = 'manifest.json';
export const FAILURES_FILE = 'failures.json';
export const CONFIG_FILE = 'config.yml';

/** A patient excluded at an earlier step is also left out by later ones; the first reason is the one that counts. */
export function gatherFailures(split: Split, ...steps: readonly (readonly Exclusion[])[]): Failures {
  const stageOf = new Map(
    [...split.patients, ...split.excluded].map(({ patient_id, stage }) => [patient_id, stage]),
  );
  const first = new Map<string, Exclusion>();
  for (const found of steps.flat()) if (!first.has(found.patient_id)) first.set(found.patient_id, found);
  return [...first.values()].sort(byPatient).map(({ patient_id, step, code, message }) => ({
    patient_id,
    stage: stageOf.get(patient_id) ?? '',
    step,
    code,
    error: message,
  }));
}

/** The manifest of what pass 2 wrote; records may come in any order. */
export function buildManifest(
  version: string,
  config: Config,
  stats: DatasetStats,
  rois: readonly RoiRecord[],
  failures: Failures,
): Manifest {
  const outputs = rois
    .filter((roi) => roi.state === 'ok')
    .sort(byPatient)
    .map((roi) => ({
      patient_id: roi.patient_id,
      split: roi.split,
      stage: roi.stage,
      stage_index: roi.stage_index,
      paths: {
        ...Object.fromEntries(
          Object.entries(roi.paths).map(([key, { file }]) => [key, `${roi.patient_id}/${file}`]),
        ),
        meta: `${roi.patient_id}/${META_FILE}`,
      },
      final_roi_size_vox: roi.final_roi_size_vox,
      tumor_volume_ml: roi.tumor_volume_ml,
      tumor_clipped_voxels: roi.tumor_clipped_voxels,
      tumor_clipped_share: roi.tumor_clipped_voxels / roi.tumor_voxels_resampled,
      flags: roi.flags,
    }));
  const train = outputs.filter((o) => o.split === 'train').length;
  return {
    swinprep_version: version,
    config,
    dataset_pass1_stats_path: 'dataset_pass1_stats.json',
    failures_path: FAILURES_FILE,
    num_failures: failures.length,
    summary: {
      num_ok: outputs.length,
      num_train: train,
      num_test: outputs.length - train,
      num_excluded: failures.length,
      num_flagged: outputs.filter((o) => o.flags.length > 0).length,
      num_tumor_clipped: outputs.filter((o) => o.tumor_clipped_voxels > 0).length,
    },
    global_mu: stats.config_after_pass1.global_mu,
    global_sigma: stats.config_after_pass1.global_sigma,
    outputs,
  };
}

/** Exclusions that the split lists only because an earlier step had excluded the patient are left to that step. */
export function splitExclusions(split: Split): Exclusion[] {
  return split.excluded.filter((e) => e.code !== 'image-excluded').map(({ stage: _stage, ...rest }) => rest);
}
