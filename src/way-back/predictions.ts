import { UsageError } from '../errors.ts';
import { TRANSFORMS_FILE } from '../records/roi.ts';
import type { Report } from '../runner/report.ts';
import { displayUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import type { MapBackRules } from './native-prediction.ts';
import { keyFor, patientMatcher } from './patient-pattern.ts';

/** An object of a store that is open. */
export interface StoredObject {
  readonly store: Store;
  readonly key: string;
}

/** The same for a worker thread, which opens the store itself. */
export interface PlacedObject {
  readonly uri: string;
  readonly key: string;
}

/** What one prediction is brought onto its CT grid with. */
export interface PredictionJob<Place> {
  readonly transforms: Place;
  readonly prediction: Place;
  /** A native mask to compare with. */
  readonly reference: Place | undefined;
  readonly rules: MapBackRules;
  /** Which volume of a prediction with a fourth dimension, from 0. */
  readonly channel: number | undefined;
}

/** Where predictions lie, and how they are brought onto the CT grid. */
export interface PredictionOptions extends MapBackRules {
  /** A `transforms.json`, or the place with PATIENT/transforms.json. */
  readonly transforms: string;
  /** A NIfTI file, or the place with predictions. */
  readonly roi: string;
  /** A native mask, or the place with masks, to compare with. */
  readonly compare: string | undefined;
  /** How predictions are named below `roi`, with `{patient}` for the patient. */
  readonly pattern: string;
  readonly comparePattern: string;
  readonly channel: number | undefined;
}

const NIFTI = /\.nii(\.gz)?$/i;
const JSON_FILE = /\.json$/i;

/**
 * Whether files are given rather than folders. Throws a UsageError for a mixture.
 *
 * @param output how the one file that is written ends
 */
export function namesFiles(
  { transforms, roi, compare, out }: PredictionOptions & { readonly out: string },
  output = NIFTI,
): boolean {
  const given = [
    { option: '--transforms', uri: transforms, ending: JSON_FILE },
    { option: '--roi', uri: roi, ending: NIFTI },
    { option: '--out', uri: out, ending: output },
    ...(compare === undefined ? [] : [{ option: '--compare', uri: compare, ending: NIFTI }]),
  ].map((one) => ({ ...one, isFile: one.ending.test(displayUri(one.uri)) }));
  const file = given.find(({ isFile }) => isFile);
  const folder = given.find(({ isFile }) => !isFile);
  if (file !== undefined && folder !== undefined) {
    const endings = output === NIFTI ? '.json, .nii, .nii.gz' : '.json, .nii, .nii.gz, .dcm';
    throw new UsageError(
      `${file.option} names a file and ${folder.option} ${displayUri(folder.uri)} does not: give files for all (${endings}) or folders for all`,
    );
  }
  return file !== undefined;
}

/** The predictions of a place by patient, and how many other files lie there. */
async function findPredictions(
  uri: string,
  pattern: string,
): Promise<{ keys: Map<string, string>; others: number }> {
  const store = await openStore(uri);
  const patientOf = patientMatcher(pattern);
  const keys = new Map<string, string>();
  const others: string[] = [];
  for await (const { key } of store.list()) {
    const patient = patientOf(key);
    if (patient === undefined) others.push(key);
    else keys.set(patient, key);
  }
  if (keys.size === 0) {
    const seen = others.length === 0 ? 'it is empty' : `its first file is ${others[0]}`;
    throw new UsageError(`${store.uri}: holds no file named ${pattern} (--pattern); ${seen}`);
  }
  return { keys, others: others.length };
}

/** A job for every prediction of a place, by patient. What lies beside them is told. */
export async function predictionJobs(
  { transforms, roi, compare, interpolation, threshold, channel, ...options }: PredictionOptions,
  report: Report,
): Promise<Map<string, PredictionJob<PlacedObject>>> {
  const { keys, others } = await findPredictions(roi, options.pattern);
  if (others > 0)
    report({
      kind: 'note',
      message: `${others} files beside the predictions in ${displayUri(roi)} are left alone`,
    });
  const jobs = [...keys].map(([patientId, key]): [string, PredictionJob<PlacedObject>] => [
    patientId,
    {
      transforms: { uri: transforms, key: `${patientId}/${TRANSFORMS_FILE}` },
      prediction: { uri: roi, key },
      reference:
        compare === undefined ? undefined : { uri: compare, key: keyFor(options.comparePattern, patientId) },
      rules: { interpolation, threshold },
      channel,
    },
  ]);
  return new Map(jobs);
}

/** The objects of a job, in stores that are opened by `open`. */
export async function openedJob(
  { transforms, prediction, reference, rules, channel }: PredictionJob<PlacedObject>,
  open: (uri: string) => Promise<Store>,
): Promise<PredictionJob<StoredObject>> {
  const at = async ({ uri, key }: PlacedObject): Promise<StoredObject> => ({ store: await open(uri), key });
  return {
    transforms: await at(transforms),
    prediction: await at(prediction),
    reference: reference && (await at(reference)),
    rules,
    channel,
  };
}
