import { stringify } from 'yaml';
import { assertContent, isContentFingerprint } from '../../azureml/arm/content-fingerprint.ts';
import { type ResolveUri, uriResolver } from '../../azureml/arm/resolve-uri.ts';
import { type ConfigOptions, readConfig } from '../../config/read-config.ts';
import type { Config } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { assertGzipEngine } from '../../nifti/gzip-engine.ts';
import { hashedNaming, uidHmacOf } from '../../privacy/case-id.ts';
import { findPatients } from '../../raw/cohort/patients.ts';
import { rawPlaces } from '../../raw/cohort/places.ts';
import { type CaseRecord, caseSchema } from '../../records/case.ts';
import { CASES_FILE, mergeCases } from '../../records/cases.ts';
import { CHANGES_FILE, earlierCasesSchema } from '../../records/changes.ts';
import { dataAssetsOf, type TakenAsset, withoutDataAssets } from '../../records/data-assets.ts';
import { encodeJson } from '../../records/json.ts';
import { CONFIG_FILE } from '../../records/manifest.ts';
import { isPairTable } from '../../records/pairs.ts';
import { writeArtifacts } from '../../runner/artifact.ts';
import { leaveForNext, readEarlier } from '../../runner/earlier.ts';
import { prune, pruneFacts } from '../../runner/prune.ts';
import { runShard, type ShardOptions } from '../../runner/ranks/run-rank.ts';
import type { Report, StepOutcome, StepSummary } from '../../runner/report.ts';
import { type StepWatch, watched } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { inFlight } from '../../storage/in-flight.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { changeFacts, changesSince } from './changes.ts';
import { CASE } from './patient.ts';
import { usualConvertBytes } from './patient-memory.ts';
import { excludedCase } from './record.ts';
import { applyReview, readReview, reviewFacts } from './review.ts';
import type { ConvertTask } from './task.ts';
import { prepareConvert, weighConvert } from './weigh.ts';

export interface ConvertOptions extends ConfigOptions, ShardOptions, MemoryOptions {
  /** Raw data, as `findPatients` takes them: a place, an archive, a table (.csv), or a list of places (.txt). */
  readonly raw: string;
  /** Where NIfTI masks lie, for the source NIFTI; the raw data where it is absent. */
  readonly masks?: string | undefined;
  readonly interim: string;
  /** Local folder of the `cases.json` artifact. */
  readonly cases: string;
  /** Only this many patients, the first by id; 0 or absent: all of them. */
  readonly limit?: number | undefined;
  /**
   * Fingerprint of the raw data, `unknown` or ''. By it the inputs of a job tell which state of the data it ran over;
   * nothing is computed by it, and no output holds it.
   */
  readonly content?: string | undefined;
  /** A `review.csv`, or its folder, whose decisions are obeyed; `none` or absent: nobody's. */
  readonly review?: string | undefined;
  /** Delete what was made of patients that are no longer among the raw data. */
  readonly prune?: boolean | undefined;
  /** Looks up the datastores and data assets that a table of pairs or a list of places names. */
  readonly resolveUri?: ResolveUri | undefined;
  /** The data assets that inputs were given as, once the patients have been found. */
  readonly dataAssets?: (() => readonly TakenAsset[]) | undefined;
  readonly report: Report;
}

/** Refuses outputs among the raw data: they would be taken for patients, and are replaced and deleted by name. */
async function assertApart({ raw, interim, resolveUri = uriResolver() }: ConvertOptions): Promise<void> {
  if (isPairTable(raw)) return;
  const placeOf = async (uri: string): Promise<string> => `${(await openStore(uri)).uri.replace(/\/$/, '')}/`;
  const output = await placeOf(interim);
  for (const place of await rawPlaces(raw, resolveUri)) {
    if (output.startsWith(await placeOf(place)))
      throw new UsageError(
        `--interim ${displayUri(interim)} lies in --raw ${displayUri(place)}; give a place outside it`,
      );
  }
}

/** The convert step: raw patients to interim volumes, and `cases.json`. */
export function convert(options: ConvertOptions): Promise<StepSummary> {
  return watched('convert', options, options.cases, (watch) => convertCohort(options, watch));
}

/** The configuration, once it is sure that neither the options nor a secret or program in want would stop every patient. */
async function checkedConfig(options: ConvertOptions): Promise<Config> {
  const { content = '', report } = options;
  assertContent(content);
  if (options.prune && options.limit)
    throw new UsageError('--prune: not with --limit, by which most patients would count as gone');
  await assertApart(options);
  if (isContentFingerprint(content)) report({ kind: 'note', message: `content of the raw data: ${content}` });
  const config = await readConfig(options);
  uidHmacOf(config);
  await assertGzipEngine(config);
  return config;
}

/** A task for every patient that is asked for, in order of their ids. */
async function findTasks(
  { raw, masks, interim, limit, resolveUri, report }: ConvertOptions,
  config: Config,
): Promise<ConvertTask[]> {
  const kept = await openStore(interim);
  const { patients } = await findPatients({ raw, config, kept, resolveUri, report });
  const all = [...patients]
    .map(
      ([patientId, patient]): ConvertTask => ({
        step: 'convert',
        patientId,
        patient,
        masks,
        interim,
        config,
      }),
    )
    .sort((a, b) => (a.patientId < b.patientId ? -1 : 1));
  const tasks = all.slice(0, limit || undefined);
  if (tasks.length < all.length)
    report({ kind: 'note', message: `--limit: ${tasks.length} of ${all.length} patients, the first by id` });
  return tasks;
}

async function convertCohort(options: ConvertOptions, watch: StepWatch): Promise<StepOutcome> {
  const { clock } = watch;
  const { interim } = options;
  const config = await checkedConfig(options);
  // Every rank reads it, so that one that cannot be obeyed stops the run before the work.
  const decisions = await readReview(options.review, config);
  const tasks = await clock.time('list', 0, () => findTasks(options, config));
  const store = await openStore(interim);
  const earlier = await readEarlier(store, CASES_FILE, earlierCasesSchema);
  const done = await runShard<ConvertTask, CaseRecord>(tasks, {
    ...options,
    step: 'convert',
    work: moduleBeside(import.meta.url, 'patient'),
    usual: { bytes: usualConvertBytes(config), what: USUAL_CT },
    onCrash: (exclusion) => excludedCase(exclusion, ''),
    weigh: () => inFlight(tasks, weighConvert),
    prepare: prepareConvert,
    place: interim,
    schema: caseSchema,
    watch,
  });
  if (!done.whole) return done.outcome;
  const cases = clock.time('merge', 0, () => {
    const { records, outcome } =
      decisions === undefined ? { records: done.records } : applyReview(done.records, decisions);
    const merged = mergeCases(VERSION, config, records, hashedNaming(config), outcome);
    return { ...merged, ...dataAssetsOf('convert', options.dataAssets?.()) };
  });
  const keep = new Set(cases.cases.map(({ patient_id }) => patient_id));
  const pruned = options.prune ? await prune(store, { ...CASE, keep }) : null;
  const changes = clock.time('merge', 0, () => changesSince(earlier.list, cases, pruned));
  await clock.time('merge', 0, () =>
    writeArtifacts(options.cases, {
      [CONFIG_FILE]: new TextEncoder().encode(stringify(config)),
      [CHANGES_FILE]: encodeJson(changes),
      [CASES_FILE]: encodeJson(cases),
    }),
  );
  await done.clear();
  await leaveForNext(store, earlier, withoutDataAssets(cases));
  return {
    step: 'convert',
    ok: cases.summary.num_ok,
    excluded: cases.cases.flatMap((record) => (record.state === 'excluded' ? [record.exclusion] : [])),
    skipped: done.skipped,
    facts: [...reviewFacts(cases.review), ...changeFacts(changes), ...pruneFacts(pruned)],
    places: {
      volumes: displayUri(interim),
      cases: `${options.cases}/${CASES_FILE}`,
      changes: `${options.cases}/${CHANGES_FILE}`,
    },
  };
}
