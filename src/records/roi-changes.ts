import { z } from 'zod';
import { byPatient } from './cases.ts';
import { type Pruned, pruned, triple } from './record.ts';

const state = z.enum(['ok', 'excluded']);

const constants = { global_mu: z.number(), global_sigma: z.number(), min_box_mm: triple, max_box_mm: triple };

/** `rois.json` beside the ROIs: what the last finished run made there and of what, for the next one to compare with. */
export const roisSchema = z.strictObject({
  swinprep_version: z.string(),
  /** SHA-256 of all of the configuration that pass 2 goes by. */
  rules: z.string(),
  constants: z.strictObject(constants),
  rois: z.array(
    z.strictObject({
      patient_id: z.string(),
      state,
      fingerprint: z.string(),
      /** SHA-256 of the interim volumes. */
      ct: z.string(),
      tumor: z.string(),
      split: z.enum(['train', 'test']),
      stage: z.string(),
      /** SHA-256 of each output by its key. */
      files: z.record(z.string(), z.string()),
    }),
  ),
});

export type Rois = z.infer<typeof roisSchema>;
type RoiOfRun = Rois['rois'][number];

export const ROIS_FILE = 'rois.json';

/** Why an ROI was done again. `record`: what convert tells of the patient beside its volumes. */
const why = z.enum(['volumes', 'split', 'configuration', 'version', 'constants', 'record']);

/** `roi_changes.json`: the ROIs of this run against those of the last one that was finished over the same `roi`. */
export const roiChangesSchema = z.strictObject({
  swinprep_version: z.string(),
  /** Null where there was none: then all are added. */
  previous: z.strictObject({ swinprep_version: z.string(), constants: z.strictObject(constants) }).nullable(),
  constants: z.strictObject(constants),
  summary: z.strictObject({
    num_added: z.int(),
    num_changed: z.int(),
    /** Of the changed ones those for which nothing but the constants has changed. */
    num_changed_by_constants: z.int(),
    num_removed: z.int(),
    num_unchanged: z.int(),
  }),
  added: z.array(z.strictObject({ patient_id: z.string(), state })),
  changed: z.array(
    z.strictObject({
      patient_id: z.string(),
      state,
      state_before: state,
      why: z.array(why),
      /** Outputs with other bytes than before, or that are there only now, or no longer. */
      files: z.array(z.string()),
    }),
  ),
  /** No longer in the cohort, or excluded by an earlier step. */
  removed: z.array(z.strictObject({ patient_id: z.string(), state_before: state })),
  unchanged: z.array(z.string()),
  /** Null without `--prune`. */
  pruned: pruned.nullable(),
});

export type RoiChanges = z.infer<typeof roiChangesSchema>;

export const ROI_CHANGES_FILE = 'roi_changes.json';

function reasons(before: RoiOfRun, now: RoiOfRun, general: readonly z.infer<typeof why>[]) {
  const found = [
    ...(before.ct !== now.ct || before.tumor !== now.tumor ? ['volumes' as const] : []),
    ...(before.split !== now.split || before.stage !== now.stage ? ['split' as const] : []),
    ...general,
  ];
  return found.length === 0 ? ['record' as const] : found;
}

function otherFiles(before: RoiOfRun['files'], now: RoiOfRun['files']): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.filter((key) => before[key] !== now[key]).sort();
}

/** Compares the ROIs of two runs. Patients come out by id. */
export function roiChangesBetween(
  earlier: Rois | undefined,
  now: Rois,
  pruned: Pruned | null = null,
): RoiChanges {
  const before = new Map(earlier?.rois.map((roi) => [roi.patient_id, roi]));
  const sameConstants = JSON.stringify(earlier?.constants) === JSON.stringify(now.constants);
  const general = [
    ...(earlier?.rules === now.rules ? [] : ['configuration' as const]),
    ...(earlier?.swinprep_version === now.swinprep_version ? [] : ['version' as const]),
    ...(sameConstants ? [] : ['constants' as const]),
  ];
  const added: RoiChanges['added'] = [];
  const changed: RoiChanges['changed'] = [];
  const unchanged: string[] = [];
  for (const roi of [...now.rois].sort(byPatient)) {
    const { patient_id, state } = roi;
    const old = before.get(patient_id);
    before.delete(patient_id);
    if (old === undefined) added.push({ patient_id, state });
    else if (old.fingerprint === roi.fingerprint && old.state === state) unchanged.push(patient_id);
    else {
      changed.push({
        patient_id,
        state,
        state_before: old.state,
        why: reasons(old, roi, general),
        files: otherFiles(old.files, roi.files),
      });
    }
  }
  const removed = [...before.values()]
    .map((old) => ({ patient_id: old.patient_id, state_before: old.state }))
    .sort(byPatient);
  return {
    swinprep_version: now.swinprep_version,
    previous: earlier ? { swinprep_version: earlier.swinprep_version, constants: earlier.constants } : null,
    constants: now.constants,
    summary: {
      num_added: added.length,
      num_changed: changed.length,
      num_changed_by_constants: changed.filter((c) => c.why.join() === 'constants').length,
      num_removed: removed.length,
      num_unchanged: unchanged.length,
    },
    added,
    changed,
    removed,
    unchanged,
    pruned,
  };
}
