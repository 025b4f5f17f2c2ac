import { z } from 'zod';
import { pruned, triple } from './record.ts';

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
