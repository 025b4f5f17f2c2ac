import { CaseExclusion, UsageError } from '../../errors.ts';
import { encodeJson } from '../../records/json.ts';
import { PROFILE_FILE } from '../../records/profile.ts';
import {
  diceFacts,
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
import {
  namesFiles,
  type PredictionOptions,
  predictionJobs,
  type StoredObject,
} from '../../way-back/predictions.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { type MapBackTask, mapBackOne } from './patient.ts';

export interface MapBackOptions extends PredictionOptions, MemoryOptions {
  /** The file to write, or where volumes are written. */
  readonly out: string;
  readonly report: Report;
  /** To be read afterwards: where the time went. */
  readonly watch: StepWatch;
  /** Leave `profile.json` beside `map_back.json`. */
  readonly profile?: boolean | undefined;
}

/** What a prediction on the largest CT of Lung1 takes at most. */
const USUAL_MAP_BACK_BYTES = 400 * 2 ** 20;

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
    return await mapBackOne({ transforms, prediction, reference, channel, rules }, output, watch.clock);
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) throw new UsageError(thrown.message, { cause: thrown });
    throw thrown;
  }
}

async function mapBackFolder(options: MapBackOptions): Promise<StepOutcome> {
  const { roi, out, compare, report, watch } = options;
  const jobs = await watch.clock.time('list', 0, () => predictionJobs(options, report));
  const tasks = [...jobs].map(
    ([patientId, job]): MapBackTask => ({
      step: 'map-back',
      patientId,
      ...job,
      output: { uri: out, key: `${patientId}.nii.gz` },
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
    facts: diceFacts(merged),
    places: { volumes: displayUri(out), record: `${displayUri(out)}/${MAP_BACK_FILE}` },
  };
}

/** Predictions made from ROIs onto the original CT grids: one by its files, or a folder of them. */
export async function mapBackPredictions(options: MapBackOptions): Promise<OkMapped | StepOutcome> {
  return namesFiles(options) ? mapBackFile(options) : mapBackFolder(options);
}
