import { counted } from '../../counted.ts';
import { UsageError } from '../../errors.ts';
import { CASES_FILE } from '../../records/cases.ts';
import { encodeJson } from '../../records/json.ts';
import {
  DICOM_EXPORT_FILE,
  type ExportRecord,
  exportSchema,
  mergeExports,
} from '../../records/way-back/dicom-export.ts';
import { diceFacts, MAP_BACK_FILE, mergeMapped } from '../../records/way-back/mapped.ts';
import { runShard, type ShardOptions, type ShardResult } from '../../runner/ranks/run-rank.ts';
import type { StepOutcome, StepSummary } from '../../runner/report.ts';
import { type StepWatch, watched } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { inFlight } from '../../storage/in-flight.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { predictionJobs } from '../../way-back/predictions.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { readPlaces } from './apart.ts';
import { readConverted } from './converted.ts';
import { excludedExport } from './excluded-export.ts';
import { mappedRecordOf } from './mapped-record.ts';
import { objectRules } from './object-rules.ts';
import type { DicomOptions, ExportMasksOptions, ExportPredictionsOptions } from './options.ts';
import { announce, assertPlace } from './place.ts';
import { findRaw, rawConfig } from './raw-reading.ts';
import type { ExportTask } from './task.ts';

/*
 * What the largest CT of Lung1 takes at most: labels as uint8, probabilities as float32, of the whole grid.
 */
const USUAL_BYTES = { masks: 300 * 2 ** 20, predictions: 700 * 2 ** 20 } as const;

function byPatientId(a: ExportTask, b: ExportTask): number {
  return a.patientId < b.patientId ? -1 : 1;
}

async function runTasks(
  tasks: readonly ExportTask[],
  options: DicomOptions & ShardOptions & MemoryOptions,
  what: keyof typeof USUAL_BYTES,
  watch: StepWatch,
): Promise<ShardResult<ExportRecord>> {
  await announce(tasks, options);
  const [{ step }] = tasks;
  return runShard<ExportTask, ExportRecord>(tasks, {
    ...options,
    step,
    work: moduleBeside(import.meta.url, 'patient'),
    usual: { bytes: USUAL_BYTES[what], what: USUAL_CT },
    onCrash: (exclusion) => excludedExport(exclusion, ''),
    // Imported only now: one rank alone weighs nothing, and leaves it to its workers to load what it takes.
    weigh: async () => inFlight(tasks, (await import('./weigh.ts')).weigh),
    place: options.out,
    schema: exportSchema,
    watch,
  });
}

/** A line on what was written. */
function objectFacts(records: readonly ExportRecord[]): string[] {
  const ok = records.filter((record) => record.state === 'ok');
  const left = ok.filter(({ planes_left_out }) => planes_left_out > 0).length;
  return left === 0 ? [] : [`planes that no image was made of are left out in ${counted(left, 'object')}`];
}

function outcomeOf(
  step: ExportTask['step'],
  { records, skipped }: Extract<ShardResult<ExportRecord>, { whole: true }>,
  out: string,
  record: string,
  facts: readonly string[],
): StepOutcome {
  const excluded = records.flatMap((one) => (one.state === 'excluded' ? [one.exclusion] : []));
  return {
    step,
    ok: records.length - excluded.length,
    excluded,
    skipped,
    facts: [...objectFacts(records), ...facts],
    places: { objects: displayUri(out), record: `${displayUri(out)}/${record}` },
  };
}

/** The masks that convert wrote, as DICOM objects: `PATIENT/{seg.dcm,rtstruct.dcm}` and `dicom_export.json`. */
export function exportMasks(options: ExportMasksOptions): Promise<StepSummary> {
  return watched('export', options, options.out, async (watch) => {
    const { interim, out, kind, report } = options;
    const rules = await objectRules(options, 'masks', report);
    await assertPlace(out, 'export', kind, readPlaces({ interim }));
    const { cases, config } = await readConverted(interim);
    const patients = await watch.clock.time('list', 0, () => findRaw(options, config, interim));
    const tasks = cases
      .map((converted): ExportTask => {
        const patientId = converted.patient_id;
        const patient = patients.get(patientId);
        return {
          step: 'export',
          patientId,
          patient,
          map: { kind: 'mask', interim, converted },
          config,
          out,
          rules,
        };
      })
      .sort(byPatientId);
    if (tasks.length === 0)
      throw new UsageError(`${displayUri(interim)}: its ${CASES_FILE} lists no patient`);
    const done = await runTasks(tasks, options, 'masks', watch);
    if (!done.whole) return done.outcome;
    const merged = mergeExports(VERSION, kind, done.records);
    await (await openStore(out)).write(DICOM_EXPORT_FILE, encodeJson(merged));
    await done.clear();
    return outcomeOf('export', done, out, DICOM_EXPORT_FILE, []);
  });
}

/** Predictions as DICOM objects: `PATIENT/{seg.dcm,rtstruct.dcm}` and `map_back.json`. */
export function exportPredictions(options: ExportPredictionsOptions): Promise<StepSummary> {
  return watched('map-back', options, options.out, async (watch) => {
    const { interim, transforms, roi, compare, out, report } = options;
    const rules = await objectRules(options, 'predictions', report);
    await assertPlace(out, 'map-back', options.kind, readPlaces({ transforms, roi, interim, compare }));
    const { config, converted } = await rawConfig(options);
    const jobs = await watch.clock.time('list', 0, () => predictionJobs(options, report));
    const patients = await watch.clock.time('list', 0, () => findRaw(options, config, interim));
    const tasks = [...jobs]
      .map(
        ([patientId, job]): ExportTask => ({
          step: 'map-back',
          patientId,
          patient: patients.get(patientId),
          map: { kind: 'prediction', job, interim, converted: converted.get(patientId) },
          config,
          out,
          rules,
        }),
      )
      .sort(byPatientId);
    const done = await runTasks(tasks, options, 'predictions', watch);
    if (!done.whole) return done.outcome;
    const merged = mergeMapped(VERSION, done.records.map(mappedRecordOf));
    await (await openStore(out)).write(MAP_BACK_FILE, encodeJson(merged));
    await done.clear();
    return outcomeOf('map-back', done, out, MAP_BACK_FILE, diceFacts(merged));
  });
}
