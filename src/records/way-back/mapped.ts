import { z } from 'zod';
import { least } from '../../kernels/intensity/extremes.ts';
import { exclusion, outputFile } from '../record.ts';

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
