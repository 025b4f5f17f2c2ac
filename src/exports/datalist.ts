import { z } from 'zod';
import { stageNames } from '../config/stage-name.ts';
import { effectiveNumber, inverseFrequency } from '../records/class-weights.ts';
import type { Manifest } from '../records/manifest.ts';
import { triple } from '../records/record.ts';
import type { OkRoi, RoiRecord } from '../records/roi.ts';
import { FOREGROUND_SHARE, foregroundSchema, PATCH_MULTIPLE } from '../records/sampling.ts';
import { UNLABELED } from '../records/split.ts';
import type { Vec3 } from '../volume/geometry.ts';
import { dealFolds, FOLDS } from './folds.ts';

/**
 * A patient for MONAI. `load_decathlon_datalist` puts the base directory before every text that is then an existing path,
 * and `datafold_read` before every text; a patient's name is the name of its folder. Below a key of its own no name is
 * touched. All lists have one length in all items and nothing is null, so that a DataLoader can collate them.
 */
const item = z.strictObject({
  image: z.string().describe('ct_roi_norm.nii.gz, relative to the ROI store.'),
  label: z.string().describe('tumor_roi.nii.gz, relative to the ROI store.'),
  stage: z
    .int()
    .describe(
      `Class from 0 on; ${UNLABELED} for a patient without a stage, which torch's cross entropy ignores.`,
    ),
  case: z.strictObject({ patient_id: z.string(), stage: z.string() }),
  sampling: foregroundSchema,
});

const trainingItem = item.extend({
  fold: z
    .int()
    .describe(`Fold of cross-validation, 0 to ${FOLDS - 1}, stratified by stage; as in splits_final.json.`),
});

/** `datalist.json`: the data set in the form of the Medical Segmentation Decathlon, as MONAI reads it. */
export const datalistSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  tensorImageSize: z.literal('3D'),
  modality: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  numTraining: z.int(),
  numTest: z.int(),
  swinprep_version: z.string(),
  stages: z.record(z.string(), z.string()).describe('Name of each class of `stage`.'),
  stage_weights: z
    .strictObject({
      num_training: z.array(z.int()),
      inverse_frequency: z.array(z.number()),
      effective_number: z.array(z.number()),
    })
    .describe('Class weights for the stage loss by the patients in `training`; 0 for a class without any.'),
  sampling: z
    .strictObject({
      foreground_share: z.number(),
      background_share: z.number(),
      patch_multiple_of: z.int(),
      patch_sizes_vox: z.array(triple).describe('Patch sizes that fit into every ROI, largest first.'),
    })
    .describe('Suggested sampling of patches.'),
  training: z.array(trainingItem),
  test: z.array(item),
});

export type Datalist = z.infer<typeof datalistSchema>;

export const DATALIST_FILE = 'datalist.json';

function itemOf({ patient_id, stage, stage_index, sampling }: OkRoi, paths: Record<string, string>) {
  const { patch_sizes_vox: _sizes, ...foreground } = sampling;
  return {
    image: paths.ct_roi_norm,
    label: paths.tumor_roi,
    stage: stage_index,
    case: { patient_id, stage },
    sampling: foreground,
  };
}

/** Patch sizes that every ROI lists, in the order of the first. */
function sharedPatchSizes(rois: readonly OkRoi[]): readonly Vec3[] {
  const [first = [], ...others] = rois.map((roi) => roi.sampling.patch_sizes_vox);
  const same = (a: Vec3) => (b: Vec3) => a.every((n, axis) => n === b[axis]);
  return first.filter((size) => others.every((sizes) => sizes.some(same(size))));
}

/** The data set of a manifest for MONAI. There is no `validation`: hold out one fold of `training`, and leave `test` to the end. */
export function buildDatalist(manifest: Manifest, records: readonly RoiRecord[]): Datalist {
  const { outputs, config } = manifest;
  const roiOf = new Map(records.flatMap((roi) => (roi.state === 'ok' ? [[roi.patient_id, roi]] : [])));
  const itemsOf = (side: 'train' | 'test') =>
    outputs
      .filter((output) => output.split === side)
      .map((output) => itemOf(roiOf.get(output.patient_id)!, output.paths));
  const train = outputs.filter((output) => output.split === 'train');
  const foldOf = dealFolds(train, config.split.seed);
  const training = itemsOf('train').map((found) => ({ ...found, fold: foldOf.get(found.case.patient_id)! }));
  const test = itemsOf('test');
  const stages = stageNames(config.split.stages);
  const counts = stages.map((_, index) => train.filter((o) => o.stage_index === index).length);
  const weights = (of: readonly (number | null)[]) => of.map((weight) => weight ?? 0);
  return {
    name: 'swinprep',
    description:
      'Tumour ROIs of CT, windowed and normalised (image), tumour masks (label), stage as class (stage)',
    tensorImageSize: '3D',
    modality: { 0: 'CT' },
    labels: { 0: 'background', 1: 'tumor' },
    numTraining: training.length,
    numTest: test.length,
    swinprep_version: manifest.swinprep_version,
    stages: Object.fromEntries(stages.map((stage, index) => [index, stage])),
    stage_weights: {
      num_training: counts,
      inverse_frequency: weights(inverseFrequency(counts)),
      effective_number: weights(effectiveNumber(counts, config.split.effectiveNumberBeta)),
    },
    sampling: {
      foreground_share: FOREGROUND_SHARE,
      background_share: Number((1 - FOREGROUND_SHARE).toFixed(2)),
      patch_multiple_of: PATCH_MULTIPLE,
      patch_sizes_vox: [...sharedPatchSizes([...roiOf.values()])],
    },
    training,
    test,
  };
}
