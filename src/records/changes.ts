import { z } from 'zod';
import { pruned } from './record.ts';

/** What is read of the `cases.json` that an earlier run, perhaps of another version, ended with. */
export const earlierCasesSchema = z.object({
  swinprep_version: z.string(),
  config: z.unknown(),
  case_naming: z.string().optional(),
  cases: z.array(
    z.object({
      patient_id: z.string(),
      state: z.enum(['ok', 'excluded']),
      fingerprint: z.string(),
      ct: z.object({ sha256: z.string() }).optional(),
      tumor: z.object({ sha256: z.string() }).optional(),
      exclusion: z.object({ code: z.string() }).optional(),
    }),
  ),
});

export type EarlierCases = z.infer<typeof earlierCasesSchema>;

const state = z.enum(['ok', 'excluded']);

/**
 * Why a patient was done again. `files`: names, sizes or versions of its files, or the secret of `privacy.uids`.
 * With another version or configuration its files may have changed as well, which can then not be told. `review`: a decision
 * of a review excludes the patient, or does so no longer; where that alone is why, nothing was done again.
 */
const why = z.enum(['files', 'configuration', 'version', 'review']);

/** `changes.json`: the patients of this run against those of the last one that was finished over the same `interim`. */
export const changesSchema = z.strictObject({
  swinprep_version: z.string(),
  /** Null where there was none: then all are added. */
  previous: z.strictObject({ swinprep_version: z.string() }).nullable(),
  summary: z.strictObject({
    num_added: z.int(),
    num_changed: z.int(),
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
      /**
       * Which of the volumes have other bytes than before, or are there only now, or no longer. Those of whom a review
       * excludes are there.
       */
      volumes: z.array(z.enum(['ct', 'tumor'])),
    }),
  ),
  /** No longer among the raw data: in no artifact; what was made of them is kept without `--prune`. */
  removed: z.array(z.strictObject({ patient_id: z.string(), state_before: state })),
  unchanged: z.array(z.string()),
  /** Null without `--prune`. */
  pruned: pruned.nullable(),
});

export type Changes = z.infer<typeof changesSchema>;

export const CHANGES_FILE = 'changes.json';
