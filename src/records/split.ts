import { z } from 'zod';
import { dataAssetsSchema } from './data-assets.ts';
import { exclusion } from './record.ts';

const side = z.enum(['train', 'test']);

const member = z.strictObject({
  patient_id: z.string(),
  split: side,
  /** '' for a patient without a stage: `split.unknownStage: unlabeled`. */
  stage: z.string(),
  /** Class for training: position in `stages`, or `UNLABELED`. */
  stage_index: z.int(),
  /** Whether a previous split decided the side. */
  pinned: z.boolean(),
});

const weights = z.array(z.number().nullable());

const counts = { train: z.int(), test: z.int(), excluded: z.int() };

/** `split.json`: every patient of the cases and of the clinical table, in exactly one of train, test, excluded. */
export const splitSchema = z.strictObject({
  swinprep_version: z.string(),
  seed: z.int(),
  train_fraction: z.number(),
  min_test_per_stage: z.int(),
  unknown_stage: z.enum(['exclude', 'unlabeled']),
  /** `folder`, or `hmac:` and a check value of the secret: names of one kind are not compared with those of another. */
  case_naming: z.string(),
  stages: z.array(z.string()),
  summary: z.strictObject({
    num_train: z.int(),
    num_test: z.int(),
    num_excluded: z.int(),
    per_stage: z.array(z.strictObject({ stage: z.string(), ...counts })),
    /** Of patients whose stage is none of `stages`, or several. */
    no_stage: z.strictObject(counts),
  }),
  /** For the loss, from the train patients, in the order of `stages`; null for a stage without any. */
  class_weights: z.strictObject({
    num_train: z.array(z.int()),
    inverse_frequency: weights,
    effective_number: weights,
    effective_number_beta: z.number(),
  }),
  /** Stages as the rows of the clinical table spell them, and what they are taken for ('' is none of `stages`). */
  spellings: z.array(z.strictObject({ spelling: z.string(), stage: z.string(), rows: z.int() })),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  /** The split that pinned patients, null where there was none. */
  previous: z
    .strictObject({
      seed: z.int().nullable(),
      train_fraction: z.number().nullable(),
      num_pinned: z.int(),
      num_retired: z.int(),
      /** Pinned patients with another stage than then; they keep their side. */
      changed_stage: z.array(z.strictObject({ patient_id: z.string(), from: z.string(), to: z.string() })),
    })
    .nullable(),
  /** Absent where no input was given as one, and in what a run leaves for the next. */
  data_assets: dataAssetsSchema.optional(),
  patients: z.array(member),
  /** Assigned by an earlier split, not in this one: should they come back, they return to their side. */
  retired: z.array(z.strictObject({ patient_id: z.string(), split: side, stage: z.string() })),
  excluded: z.array(exclusion.extend({ stage: z.string() })),
});

export type Split = z.infer<typeof splitSchema>;
export type SplitMember = z.infer<typeof member>;

export const SPLIT_FILE = 'split.json';

/**
 * `stage_index` of a patient without a stage. It is what torch's cross entropy ignores by default (`ignore_index`), and,
 * unlike -1, no index that a list of class weights would take for its last.
 */
export const UNLABELED = -100;
