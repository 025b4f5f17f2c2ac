import { z } from 'zod';
import { doubtfulSpellings, normalStage, type Stages } from './stage-name.ts';
import { count } from './values.ts';

/* What the model is given: intensities, their constants, and who trains. */

export const intensity = z.strictObject({
  windowHu: z
    .tuple([z.number(), z.number()])
    .readonly()
    .refine(([low, high]) => low < high, { error: 'must be [low, high] with low < high' })
    .describe('HU window; values outside are clamped to its ends.'),
  normalization: z
    .enum(['global', 'case'])
    .describe(
      'Mean and standard deviation of the z-score: those of the data set, or those of the ROI itself.',
    ),
  voxelRule: z
    .enum(['threshold', 'mask', 'both'])
    .describe(
      'Voxels that count for mean and standard deviation: above thresholdHu, within the mask that the ROI is laid round, or in either of the two.',
    ),
  thresholdHu: z.number().describe('HU above which a voxel counts: it keeps air out.'),
  minVoxels: count.describe('With fewer voxels that count, all voxels count.'),
  airHu: z.number().min(-32768).max(32767).describe('HU given to what lies outside the CT.'),
});

export const stats = z.strictObject({
  scope: z
    .enum(['train', 'all'])
    .describe('Whose voxels make the normalisation constants: the train split alone, or train and test.'),
  variance: z
    .enum(['total', 'within'])
    .describe('`total` includes the variance between patients, `within` leaves it out.'),
});

const stageName = z.string().min(1);

const stageList = z
  .array(stageName)
  .min(1)
  .readonly()
  .refine((stages) => new Set(stages.map(normalStage)).size === stages.length && isClear(stages), {
    error: 'must differ in more than case, spaces and a leading "Stage"',
  });

const stageMapping = z
  .record(stageName, z.array(stageName).min(1).readonly())
  .readonly()
  .refine((stages) => Object.keys(stages).length > 0, { error: 'must have a class' })
  .refine((stages) => !Object.keys(stages).some((stage) => /^\d+$/.test(stage)), {
    // JavaScript sorts such keys, and their order is that of the classes.
    error: 'must not have a bare number as class: write "Stage 1"',
  })
  .refine(isClear, { error: 'must have each spelling in one class only' });

function isClear(stages: Stages): boolean {
  return doubtfulSpellings(stages).length === 0;
}

export const split = z.strictObject({
  idColumn: z
    .string()
    .describe(
      'Column of the clinical table with the patient. Empty: the first of the names that public collections use (docs/split.md).',
    ),
  stageColumn: z.string().describe('Column of the clinical table with the stage; empty as above.'),
  stages: z
    .union([stageList, stageMapping], {
      error:
        'must be a list of stages, or a mapping of each class to a list of its spellings, all of them texts',
    })
    .describe(
      'Stages to stratify by, in class order; case, spaces and a leading "Stage" are ignored in the table. Where all of them are groups of the AJCC, each takes in its sub-stages: IA2 is I, 3b is IIIb. A mapping says by itself which spellings a class takes in: {I: [I, IA, IB], II: [II, IIA, IIB]}.',
    ),
  unknownStage: z
    .enum(['exclude', 'unlabeled'])
    .describe(
      'Patients whose stage is none of these, or not in the table: exclude them, or use them without a class (stage_index -100, which the cross entropy of torch ignores by default), for segmentation alone.',
    ),
  trainFraction: z.number().gt(0).lt(1).describe('Share of each stage that trains.'),
  minTestPerStage: count.describe(
    'Fewest test patients of a stage, but no more than half of it; a stage with fewer is warned of.',
  ),
  seed: z.int().describe('Seed of the assignment.'),
  effectiveNumberBeta: z
    .number()
    .min(0)
    .lt(1)
    .describe(
      'Beta of the class weights by effective number (Cui et al. 2019): 0 weighs all stages alike, near 1 it is inverse frequency.',
    ),
});
