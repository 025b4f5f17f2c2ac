import { z } from 'zod';

/** Pieces that several of the JSON files share. Keys are snake_case, as the reference program's. */
export const triple = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** An output file of a patient: name within the patient's folder, size, and SHA-256 of its bytes. */
export const outputFile = z.strictObject({ file: z.string(), bytes: z.int(), sha256: z.string() });

export type OutputFile = z.infer<typeof outputFile>;

/** The steps at which a patient can be excluded; map-back comes after training. */
const stepName = z.enum(['convert', 'split', 'pass1-stats', 'pass2-write', 'map-back', 'export']);

export type StepName = z.infer<typeof stepName>;

/** Why a patient is not used. */
export const exclusion = z.strictObject({
  patient_id: z.string(),
  step: stepName,
  code: z.string(),
  message: z.string(),
});

export type Exclusion = z.infer<typeof exclusion>;

/** What `--prune` did about patients that are no longer made. */
export const pruned = z.strictObject({
  /** The files that swinprep wrote for them are deleted. */
  deleted: z.array(z.string()),
  /** Folders with files that it did not write, or without a record: they are left. */
  left: z.array(z.strictObject({ patient_id: z.string(), files: z.int() })),
});

export type Pruned = z.infer<typeof pruned>;

/** A finding that does not exclude the patient. */
export const flag = z.strictObject({
  code: z.string(),
  message: z.string(),
  value: z.number(),
  /** In `cases.json` and `manifest.json`: a reviewer had the finding before him and accepted the mask. */
  seen: z.literal(true).optional(),
});

export type Flag = z.infer<typeof flag>;

/** A grid as stored in JSON; LPS mm, direction 3x3 row-major. */
export const gridRecord = z.strictObject({
  size_ijk: triple,
  spacing_mm: triple,
  origin_lps_mm: triple,
  direction_lps: z.array(z.number()).length(9).readonly(),
  orientation: z.string(),
});

export type GridRecord = z.infer<typeof gridRecord>;
