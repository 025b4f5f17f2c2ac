import { z } from 'zod';
import { least } from '../../kernels/intensity/extremes.ts';
import { exclusion, flag, outputFile } from '../record.ts';

/** The kinds of DICOM objects that a map can be written as. */
export const dicomKind = z.enum(['dicom-seg', 'rtstruct']);

export type DicomKind = z.infer<typeof dicomKind>;

/** What is told of a DICOM object: nothing that names the patient, neither UIDs nor what it copies of the CT. */
export const dicomFacts = z.strictObject({
  kind: dicomKind,
  /** Images of the CT that it refers to. */
  source_images: z.int(),
  /** Planes of the CT grid that the scanner made no image of: they are left out. */
  planes_left_out: z.int(),
  segments: z.array(
    z.strictObject({
      label: z.int(),
      /** On the images as scanned; of a probability map from 0.5 on. */
      voxels: z.int(),
      /** Frames of a SEG, contours of an RTSTRUCT. */
      parts: z.int(),
    }),
  ),
  /** What was done to bring the mask onto the images as scanned, and what else a reader has to know. */
  flags: z.array(flag),
});

export type DicomFacts = z.infer<typeof dicomFacts>;

/** A mask that a prediction on the original CT grid was held against; dice is null where both are empty. */
const compared = z.strictObject({
  voxels: z.int(),
  volume_ml: z.number(),
  dice: z.number().nullable(),
});

export const okMapped = z.strictObject({
  patient_id: z.string(),
  state: z.literal('ok'),
  output: outputFile,
  interpolation: z.enum(['nearest', 'linear']),
  threshold: z.number().nullable(),
  /** On the original CT grid: labels from 1 on, probabilities from 0.5 on. */
  voxels: z.int(),
  volume_ml: z.number(),
  compared: compared.nullable(),
  /** Of one that was written as a DICOM object. */
  dicom: dicomFacts.optional(),
});

const excludedMapped = z.strictObject({
  patient_id: z.string(),
  state: z.literal('excluded'),
  exclusion,
});

const mappedSchema = z.discriminatedUnion('state', [okMapped, excludedMapped]);

export type OkMapped = z.infer<typeof okMapped>;
export type MappedRecord = z.infer<typeof mappedSchema>;

/** `map_back.json`: what became of each prediction of a folder. */
export const mapBackSchema = z.strictObject({
  swinprep_version: z.string(),
  summary: z.strictObject({
    num_ok: z.int(),
    num_excluded: z.int(),
    mean_dice: z.number().nullable(),
    min_dice: z.number().nullable(),
  }),
  patients: z.array(mappedSchema),
});

export type MapBackRecord = z.infer<typeof mapBackSchema>;

export const MAP_BACK_FILE = 'map_back.json';

/** The records of a run, in order of their patients. */
export function mergeMapped(version: string, records: readonly MappedRecord[]): MapBackRecord {
  const patients = [...records].sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1));
  const ok = patients.filter((record) => record.state === 'ok');
  const found = ok.flatMap(({ compared }) => compared?.dice ?? []);
  return {
    swinprep_version: version,
    summary: {
      num_ok: ok.length,
      num_excluded: patients.length - ok.length,
      mean_dice: found.length === 0 ? null : found.reduce((sum, v) => sum + v, 0) / found.length,
      min_dice: found.length === 0 ? null : least(found),
    },
    patients,
  };
}

/** Closing lines on the predictions that were held against masks; none where none was. */
export function diceFacts({ summary, patients }: MapBackRecord): string[] {
  const { mean_dice, min_dice } = summary;
  if (mean_dice === null || min_dice === null) return [];
  const lowest = patients.find((p) => p.state === 'ok' && p.compared?.dice === min_dice);
  return [`Dice: mean ${mean_dice.toFixed(4)}, least ${min_dice.toFixed(4)} (${lowest?.patient_id})`];
}
