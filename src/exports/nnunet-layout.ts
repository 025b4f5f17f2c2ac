import { z } from 'zod';
import type { Manifest } from '../records/manifest.ts';
import { dealFolds, FOLDS } from './folds.ts';

/** Which volume nnU-Net trains on, and the channel name that makes nnU-Net treat it rightly (`map_channel_name_to_normalization.py`). */
const NNUNET_CHANNELS = {
  /** Windowed and normalised already: as it is. */
  ct_roi_norm: 'noNorm',
  /** HU: nnU-Net clips and normalises by percentiles, mean and sd of the tumour voxels of all cases it is given. */
  ct_roi_hu: 'CT',
} as const;

export type NnunetImage = keyof typeof NNUNET_CHANNELS;

const ENDING = '.nii.gz';

/** `dataset.json` of nnU-Net v2; `labelsTs` and what follows `file_ending` is for people. */
export const nnunetDatasetSchema = z.strictObject({
  channel_names: z.record(z.string(), z.enum(['noNorm', 'CT'])),
  labels: z.strictObject({ background: z.literal(0), tumor: z.literal(1) }),
  numTraining: z.int(),
  file_ending: z.literal(ENDING),
  name: z.string(),
  description: z.string(),
  numTest: z.int(),
  swinprep_version: z.string(),
});

export type NnunetDataset = z.infer<typeof nnunetDatasetSchema>;

/** `splits_final.json` of nnU-Net: training and validation cases of each fold. */
export const splitsFinalSchema = z.array(
  z.strictObject({ train: z.array(z.string()), val: z.array(z.string()) }),
);

export type SplitsFinal = z.infer<typeof splitsFinalSchema>;

export const NNUNET_DATASET_FILE = 'dataset.json';
export const SPLITS_FINAL_FILE = 'splits_final.json';

/** Folders of images and labels of a data set. */
export const NNUNET_FOLDERS = ['imagesTr', 'labelsTr', 'imagesTs', 'labelsTs'] as const;

/** The name of a data set's folder, `DatasetNNN_NAME`. */
export function nnunetFolder(id: number, name: string): string {
  return `Dataset${String(id).padStart(3, '0')}_${name}`;
}

/** A file of the ROI store and its place below the data set's folder. */
export interface NnunetCopy {
  readonly patientId: string;
  readonly from: string;
  readonly to: string;
}

/** Image and label of every patient of the manifest. Undefined in `from` is an image that the run did not write. */
export function nnunetCopies(
  { outputs }: Manifest,
  image: NnunetImage,
): (Omit<NnunetCopy, 'from'> & { readonly from: string | undefined })[] {
  return outputs.flatMap(({ patient_id, split, paths }) => {
    const set = split === 'train' ? 'Tr' : 'Ts';
    return [
      { patientId: patient_id, from: paths[image], to: `images${set}/${patient_id}_0000${ENDING}` },
      { patientId: patient_id, from: paths.tumor_roi, to: `labels${set}/${patient_id}${ENDING}` },
    ];
  });
}

export function nnunetDataset(
  { outputs, swinprep_version }: Manifest,
  name: string,
  image: NnunetImage,
): NnunetDataset {
  const training = outputs.filter((output) => output.split === 'train').length;
  return {
    channel_names: { 0: NNUNET_CHANNELS[image] },
    labels: { background: 0, tumor: 1 },
    numTraining: training,
    file_ending: ENDING,
    name,
    description: `Tumour ROIs of CT: ${image}`,
    numTest: outputs.length - training,
    swinprep_version,
  };
}

/**
 * Folds over the train split, the same as `fold` in datalist.json. With fewer patients than folds as many folds as
 * patients, with fewer than two none: nnU-Net cannot train on nobody or validate on nobody.
 */
export function splitsFinal({ outputs, config }: Manifest): SplitsFinal {
  const train = outputs.filter((output) => output.split === 'train');
  if (train.length < 2) return [];
  const foldOf = dealFolds(train, config.split.seed);
  const ids = train.map((output) => output.patient_id);
  return Array.from({ length: Math.min(FOLDS, ids.length) }, (_, fold) => ({
    train: ids.filter((id) => foldOf.get(id) !== fold),
    val: ids.filter((id) => foldOf.get(id) === fold),
  }));
}
