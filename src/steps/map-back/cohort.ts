import { CaseExclusion, UsageError } from '../../errors.ts';
import { encodeJson } from '../../records/json.ts';
import { PROFILE_FILE } from '../../records/profile.ts';
import { TRANSFORMS_FILE } from '../../records/roi.ts';
import {
  MAP_BACK_FILE,
  type MappedRecord,
  mergeMapped,
  type OkMapped,
} from '../../records/way-back/mapped.ts';
import { runCases } from '../../runner/pool.ts';
import type { Report, StepOutcome } from '../../runner/report.ts';
import type { StepWatch } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import type { MapBackRules } from '../../way-back/native-prediction.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { type MapBackTask, mapBackOne, type StoredObject } from './patient.ts';
import { keyFor, patientMatcher } from './patient-pattern.ts';

export interface MapBackOptions extends MapBackRules, MemoryOptions {
  /** A `transforms.json`, or the place with PATIENT/transforms.json. */
  readonly transforms: string;
  /** A NIfTI file, or the place with predictions. */
  readonly roi: string;
  readonly out: string;
  /** A native mask, or the place with masks, to compare with. */
  readonly compare: string | undefined;
  /** How predictions are named below `roi`, with `{patient}` for the patient. */
  readonly pattern: string;
  readonly comparePattern: string;
  readonly channel: number | undefined;
  readonly report: Report;
  /** To be read afterwards: where the time went. */
  readonly watch: StepWatch;
  /** Leave `profile.json` beside `map_back.json`. */
  readonly profile?: boolean | undefined;
}

/** What a prediction on the largest CT of Lung1 takes at most. */
const USUAL_MAP_BACK_BYTES = 400 * 2 ** 20;

const NIFTI = /\.nii(\.gz)?$/i;
const JSON_FILE = /\.json$/i;

/** Whether files are given rather than folders. Throws a UsageError for a mixture. */
function namesFiles({ transforms, roi, out, compare }: MapBackOptions): boolean {
  const given: [option: string, uri: string, isFile: boolean][] = [
    ['--transforms', transforms, JSON_FILE.test(displayUri(transforms))],
    ['--roi', roi, NIFTI.test(displayUri(roi))],
    ['--out', out, NIFTI.test(displayUri(out))],
    ...(compare === undefined
      ? []
      : [['--compare', compare, NIFTI.test(displayUri(compare))] as [string, string, boolean]]),
  ];
  const files = given.filter(([, , isFile]) => isFile);
  if (files.length > 0 && files.length < given.length) {
    const [folder] = given.filter(([, , isFile]) => !isFile);
    throw new UsageError(
      `${files[0][0]} names a file and ${folder[0]} ${displayUri(folder[1])} does not: give files for all (.json, .nii, .nii.gz) or folders for all`,
    );
  }
  return files.length > 0;
}

function uriOf({ store, key }: StoredObject): string {
  return `${store.uri}/${key}`;
}

function assertApart(output: string, ...inputs: readonly (string | undefined)[]): void {
  if (inputs.includes(output))
    throw new UsageError(`${output}: would be written over what is read; give another --out`);
}

/** One prediction by the names of its files. Throws a UsageError where it cannot be mapped back. */
async function mapBackFile(options: MapBackOptions): Promise<OkMapped> {
  const { interpolation, threshold, channel, compare, watch } = options;
  const { locate } = timedStores(watch.clock);
  const transforms = await locate(options.transforms);
  const prediction = await locate(options.roi);
  const output = await locate(options.out);
  const reference = compare === undefined ? undefined : await locate(compare);
  assertApart(uriOf(output), uriOf(prediction), reference && uriOf(reference));
  try {
    const rules = { interpolation, threshold };
    return await mapBackOne({ transforms, prediction, reference, output, channel, rules }, watch.clock);
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) throw new UsageError(thrown.message, { cause: thrown });
    throw thrown;
  }
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

function diceFact({ summary, patients }: ReturnType<typeof mergeMapped>): string[] {
  const { mean_dice, min_dice } = summary;
  if (mean_dice === null || min_dice === null) return [];
  const least = patients.find((p) => p.state === 'ok' && p.compared?.dice === min_dice);
  return [`Dice: mean ${mean_dice.toFixed(4)}, least ${min_dice.toFixed(4)} (${least?.patient_id})`];
}

async function mapBackFolder(options: MapBackOptions): Promise<StepOutcome> {
  const { transforms, roi, out, compare, report, interpolation, threshold, channel, watch } = options;
  const { keys, others } = await watch.clock.time('list', 0, () => findPredictions(roi, options.pattern));
  if (others > 0)
    report({
      kind: 'note',
      message: `${others} files beside the predictions in ${displayUri(roi)} are left alone`,
    });
  const tasks = [...keys].map(
    ([patientId, key]): MapBackTask => ({
      step: 'map-back',
      patientId,
      transforms: { uri: transforms, key: `${patientId}/${TRANSFORMS_FILE}` },
      prediction: { uri: roi, key },
      reference:
        compare === undefined ? undefined : { uri: compare, key: keyFor(options.comparePattern, patientId) },
      output: { uri: out, key: `${patientId}.nii.gz` },
      rules: { interpolation, threshold },
      channel,
    }),
  );
  const store = await openStore(out);
  const placeOf = async (uri: string): Promise<string> => (await openStore(uri)).uri;
  const [read, compared] = [await placeOf(roi), compare && (await placeOf(compare))];
  for (const { output, prediction, reference } of tasks) {
    const mask = reference && `${compared}/${reference.key}`;
    assertApart(uriOf({ store, key: output.key }), `${read}/${prediction.key}`, mask);
  }
  const { records } = await watch.clock.time('patients', 0, () =>
    runCases<MapBackTask, MappedRecord>(tasks, {
      ...options,
      work: moduleBeside(import.meta.url, 'patient'),
      usual: { bytes: USUAL_MAP_BACK_BYTES, what: USUAL_CT },
      onCrash: (exclusion) => ({ patient_id: exclusion.patient_id, state: 'excluded', exclusion }),
      onTimes: watch.sawPool,
    }),
  );
  const merged = mergeMapped(VERSION, records);
  await store.write(MAP_BACK_FILE, encodeJson(merged));
  if (options.profile) await store.write(PROFILE_FILE, encodeJson(watch.read()));
  return {
    step: 'map-back',
    ok: merged.summary.num_ok,
    excluded: merged.patients.flatMap((p) => (p.state === 'excluded' ? [p.exclusion] : [])),
    skipped: 0,
    facts: diceFact(merged),
    places: { volumes: displayUri(out), record: `${displayUri(out)}/${MAP_BACK_FILE}` },
  };
}

/** Predictions made from ROIs onto the original CT grids: one by its files, or a folder of them. */
export async function mapBackPredictions(options: MapBackOptions): Promise<OkMapped | StepOutcome> {
  return namesFiles(options) ? mapBackFile(options) : mapBackFolder(options);
}
