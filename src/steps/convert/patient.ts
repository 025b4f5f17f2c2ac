import type { Config } from '../../config/schema.ts';
import { CASE_FILE, type CaseRecord, CT_FILE, caseSchema, TUMOR_FILE } from '../../dataset/case.ts';
import { fingerprintOf } from '../../dataset/json.ts';
import { MEASURES_FILE } from '../../dataset/stats.ts';
import { readStudy, type Study, type StudyRules } from '../../dicom/study/study.ts';
import { ArchiveError, messageOf, StorageError } from '../../errors.ts';
import { HuHistogram } from '../../kernels/intensity/histogram.ts';
import { uidHmacOf } from '../../privacy/case-id.ts';
import { assertQc, judgePair, measurePair } from '../../qc/pair.ts';
import { niftiStudy } from '../../raw/nifti-study.ts';
import { keysWorthReading } from '../../raw/patient-bytes.ts';
import { fileVanished, patientFiles, readFiles } from '../../raw/patient-files.ts';
import {
  type Listing,
  listChild,
  NIFTI_CT,
  NIFTI_MASK,
  type PatientInputs,
  patientInputs,
} from '../../raw/patient-inputs.ts';
import type { RawPatient } from '../../raw/patients.ts';
import {
  clearOutputs,
  commitRecord,
  committedRecord,
  whileCleared,
  writeOutputs,
} from '../../runner/commit.ts';
import type { Weighed } from '../../runner/deal.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import type { PreparedTask } from '../../runner/pool.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import { openStore } from '../../storage/open.ts';
import type { ReadableStore, Store } from '../../storage/store.ts';
import { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode, timedGzip } from '../../timing/timed-nifti.ts';
import { timedStore } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { convertBytes, USUAL_CONVERT_BYTES } from './memory.ts';
import { caseRecord, excludedCase } from './record.ts';

export interface ConvertTask extends CaseTask {
  readonly step: 'convert';
  readonly patient: RawPatient;
  readonly raw: string;
  /** Where NIfTI masks lie. */
  readonly masks: string;
  readonly interim: string;
  readonly config: Config;
  /** What lies there of the patient, where it has been looked up already. */
  readonly listing?: Listing;
}

/** What a patient may have left behind beside `case.json`. */
export const OUTPUTS = [CT_FILE, TUMOR_FILE, MEASURES_FILE];

function studyRules({ series, geometry, hu, mask, intensity }: Config): StudyRules {
  return {
    ...series,
    ...geometry,
    airHu: intensity.airHu,
    huRounding: hu.rounding,
    huPadding: hu.padding,
    maskSources: mask.sources,
    roiNames: mask.roiNames,
    policy: mask.policy,
    unionNames: mask.unionNames,
    fractionalThreshold: mask.fractionalThreshold,
    contourToleranceMm: mask.contourToleranceMm,
    contourRule: mask.contourRule,
    labels: mask.labels,
  };
}

/** What reading a patient goes by. A mask that a table of pairs names comes first, whatever the sources. */
export function taskRules({
  patient: { source },
  config,
}: Pick<ConvertTask, 'patient' | 'config'>): StudyRules {
  const rules = studyRules(config);
  if (source.kind !== 'pair' || source.mask === '') return rules;
  return { ...rules, maskSources: ['NIFTI', ...rules.maskSources.filter((s) => s !== 'NIFTI')] };
}

/** How CT and mask are deflated. zlib goes unsaid, so that what was made before there was a choice is known again. */
function gzipRules({ gzipEngine, gzipLevelInt }: Config['output']): object {
  return { gzip: gzipLevelInt, ...(gzipEngine !== 'zlib' && { gzipEngine }) };
}

/** All of the configuration that decides what convert makes of a patient's files. */
export function convertRules(config: Config): object {
  const { qc, output, mask } = config;
  return {
    rules: studyRules(config),
    niftiPatterns: mask.niftiPatterns,
    qc,
    uids: config.privacy.uids,
    ...gzipRules(output),
  };
}

/** What decides a patient's outputs: the names, sizes and versions of its files, the configuration, and this version. */
function convertFingerprint({ listed }: PatientInputs, rules: StudyRules, config: Config): string {
  return fingerprintOf({
    step: 'convert',
    version: VERSION,
    inputs: listed,
    rules,
    qc: config.qc,
    // Changes with the secret, and tells nothing of it.
    uids: uidHmacOf(config)('fingerprint'),
    ...gzipRules(config.output),
  });
}

function bytesOf(listed: PatientInputs['listed']): number {
  const sizes = listed.flat().filter((value) => typeof value === 'number');
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Lists a patient whose turn is near, to tell what memory it will take; the listing goes along with the task. */
export async function prepareConvert(task: ConvertTask): Promise<PreparedTask<ConvertTask>> {
  const { source } = task.patient;
  if (source.kind !== 'child') return { task, bytes: USUAL_CONVERT_BYTES };
  try {
    const listing = await listChild(await openStore(task.raw), source.child);
    const rawBytes = listing.reduce((sum, { bytes }) => sum + bytes, 0);
    return { task: { ...task, listing }, bytes: convertBytes(rawBytes, source.child.kind === 'file') };
  } catch (thrown) {
    // The worker meets it again, and tells it.
    if (thrown instanceof StorageError) return { task, bytes: 0 };
    throw thrown;
  }
}

/** What a patient weighs, the bytes of its files, and what decides its outputs. No file is read. */
export async function weighConvert(task: ConvertTask): Promise<Weighed> {
  const { patientId, patient, raw, masks, config } = task;
  const rules = taskRules(task);
  try {
    const inputs = await patientInputs(patient, raw, masks, config.mask, new StageClock());
    return {
      patientId,
      weight: bytesOf(inputs.listed),
      fingerprint: convertFingerprint(inputs, rules, config),
    };
  } catch (thrown) {
    // A place that fails now may not fail for another rank, and then the ranks would deal differently.
    if (thrown instanceof StorageError && !(thrown instanceof ArchiveError)) throw thrown;
    return { patientId, weight: 0, fingerprint: messageOf(thrown) };
  }
}

/** A patient's files, read whole. */
async function readAll(store: ReadableStore): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = await patientFiles(store);
  const worth = await keysWorthReading(store, files);
  return readFiles(files, async ({ key, name }) => {
    // What is not worth reading is a file all the same: it counts as ignored.
    const bytes = worth.has(key) ? await store.read(key) : new Uint8Array(0);
    if (bytes === undefined) throw fileVanished(name);
    return { name, bytes };
  });
}

async function readInputs(
  { dicom, niftiCt, niftiMask }: PatientInputs,
  rules: StudyRules,
  clock: StageClock,
): Promise<Study> {
  const labelled = niftiMask && {
    name: NIFTI_MASK,
    volume: timedDecode(clock, NIFTI_MASK, await niftiMask()),
  };
  if (niftiCt !== undefined) {
    const ct = timedDecode(clock, NIFTI_CT, await niftiCt());
    return clock.time('raster', 0, () => niftiStudy(ct, labelled!, rules));
  }
  return readStudy(await readAll(await dicom!()), rules, labelled, clock.time);
}

async function excluded(
  thrown: unknown,
  task: ConvertTask,
  interim: Store,
  fingerprint: string,
): Promise<CaseOutcome<CaseRecord>> {
  const exclusion = exclusionOf(thrown, task);
  const record = excludedCase(exclusion, fingerprint);
  await clearOutputs(interim, task.patientId, CASE_FILE, OUTPUTS);
  await commitRecord(interim, task.patientId, CASE_FILE, record);
  return { state: 'excluded', record, skipped: false, message: exclusion.message };
}

/** Converts one patient, raw files to `PATIENT/{ct.nii.gz,tumor.nii.gz,case.json}`, unless that is done already. */
export default async function convertCase(
  task: ConvertTask,
  clock: StageClock,
): Promise<CaseOutcome<CaseRecord>> {
  const { patientId, config } = task;
  const interim = timedStore(clock, await openStore(task.interim));
  const rules = taskRules(task);
  let inputs: PatientInputs;
  try {
    inputs = await patientInputs(task.patient, task.raw, task.masks, config.mask, clock, task.listing);
  } catch (thrown) {
    return excluded(thrown, task, interim, '');
  }
  const fingerprint = convertFingerprint(inputs, rules, config);
  const done = await committedRecord(
    interim,
    patientId,
    { schema: caseSchema, bytes: await interim.read(`${patientId}/${CASE_FILE}`), fingerprint },
    (record) => ({
      fingerprint: record.fingerprint,
      outputs: record.state === 'ok' ? [record.ct, record.tumor] : [],
    }),
  );
  if (done !== undefined) return { state: done.state, record: done, skipped: true };
  try {
    const study = await whileCleared(
      clearOutputs(interim, patientId, CASE_FILE, OUTPUTS),
      readInputs(inputs, rules, clock),
    );
    const histogram = clock.time(
      'statistics',
      study.ct.data.byteLength,
      () => new HuHistogram(study.ct.data),
    );
    const checks = clock.time('qc', 0, () => judgePair(measurePair(study, histogram), config.qc));
    assertQc(checks);
    const outputs = {
      [CT_FILE]: () => timedGzip(clock, study.ct, config.output),
      [TUMOR_FILE]: () => timedGzip(clock, study.tumor, config.output),
    };
    const written = await writeOutputs(interim, patientId, outputs, clock);
    const files = { ct: written[CT_FILE], tumor: written[TUMOR_FILE] };
    const record = clock.time('qc', 0, () =>
      caseRecord(patientId, study, histogram, checks, files, uidHmacOf(config), fingerprint),
    );
    await commitRecord(interim, patientId, CASE_FILE, record);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    return excluded(thrown, task, interim, fingerprint);
  }
}
