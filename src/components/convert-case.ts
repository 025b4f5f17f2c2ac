import type { Config } from '../config/schema.ts';
import { CASE_FILE, type CaseRecord, CT_FILE, caseSchema, TUMOR_FILE } from '../dataset/case.ts';
import { fingerprintOf } from '../dataset/json.ts';
import { MEASURES_FILE } from '../dataset/stats.ts';
import { readStudy, type StudyRules } from '../dicom/study.ts';
import { CaseExclusion } from '../errors.ts';
import { HuHistogram } from '../kernels/histogram.ts';
import { encodeNifti } from '../nifti/encode.ts';
import { gzip } from '../nifti/gzip.ts';
import { openStore } from '../storage/open.ts';
import { openPatient } from '../storage/patient.ts';
import type { Child, ReadableStore, Store } from '../storage/store.ts';
import { VERSION } from '../version.ts';
import { uidHmacOf } from './case-id.ts';
import type { CaseOutcome, CaseTask } from './case-pool.ts';
import { caseRecord, excludedCase } from './case-record.ts';
import { clearOutputs, commitOutputs, committedRecord, outputFile } from './commit.ts';
import { exclusionOf } from './exclusion.ts';
import { assertQc, judgePair, measurePair } from './pair-qc.ts';

export interface ConvertTask extends CaseTask {
  readonly step: 'convert';
  /** The patient's folder or archive below `raw`. */
  readonly child: Child;
  readonly raw: string;
  readonly interim: string;
  readonly config: Config;
}

/** Files read from the store at a time: a patient is some hundred small objects, each a round trip away. */
const READS_IN_FLIGHT = 16;

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

/** What decides a patient's outputs: the names, sizes and versions of its files, the configuration, and this version. */
async function convertFingerprint(raw: Store, { child, config }: ConvertTask): Promise<string> {
  const inputs: (string | number)[][] = [];
  if (child.kind === 'file') inputs.push([child.entry.key, child.entry.bytes, child.entry.version]);
  else
    for await (const { key, bytes, version } of raw.list(`${child.name}/`))
      inputs.push([key, bytes, version]);
  return fingerprintOf({
    step: 'convert',
    version: VERSION,
    inputs,
    rules: studyRules(config),
    qc: config.qc,
    // Changes with the secret, and tells nothing of it.
    uids: uidHmacOf(config)('fingerprint'),
    gzip: config.output.gzipLevelInt,
  });
}

/**
 * A patient's files. They are named by their place in name order, in messages too: the names that TCIA and scanners give
 * hold UIDs, dates and worse.
 */
async function readAll(store: ReadableStore): Promise<{ name: string; bytes: Uint8Array }[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  const files: { name: string; bytes: Uint8Array }[] = new Array(keys.length);
  const nameOf = (index: number): string => `file ${index + 1} of ${keys.length}`;
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < keys.length) {
      const index = next++;
      const bytes = await store.read(keys[index]);
      if (bytes === undefined)
        throw new CaseExclusion('file-vanished', 'was listed and is now gone: run again', {
          file: nameOf(index),
        });
      files[index] = { name: nameOf(index), bytes };
    }
  };
  await Promise.all(Array.from({ length: READS_IN_FLIGHT }, reader));
  return files;
}

/** Converts one patient, raw files to `PATIENT/{ct.nii.gz,tumor.nii.gz,case.json}`, unless that is done already. */
export async function convertCase(task: ConvertTask): Promise<CaseOutcome<CaseRecord>> {
  const { patientId, child, config } = task;
  const raw = await openStore(task.raw);
  const interim = await openStore(task.interim);
  const fingerprint = await convertFingerprint(raw, task);
  const done = await committedRecord(
    interim,
    patientId,
    { schema: caseSchema, file: CASE_FILE, fingerprint },
    (record) => ({
      fingerprint: record.fingerprint,
      outputs: record.state === 'ok' ? [record.ct, record.tumor] : [],
    }),
  );
  if (done !== undefined) return { state: done.state, record: done, skipped: true };
  await clearOutputs(interim, patientId, CASE_FILE, [CT_FILE, TUMOR_FILE, MEASURES_FILE]);
  try {
    const study = await readStudy(await readAll(await openPatient(raw, child)), studyRules(config));
    const histogram = new HuHistogram(study.ct.data);
    const checks = judgePair(measurePair(study, histogram), config.qc);
    assertQc(checks);
    const ct = gzip(encodeNifti(study.ct), config.output.gzipLevelInt);
    const tumor = gzip(encodeNifti(study.tumor), config.output.gzipLevelInt);
    const files = { ct: outputFile(CT_FILE, ct), tumor: outputFile(TUMOR_FILE, tumor) };
    const record = caseRecord(patientId, study, histogram, checks, files, uidHmacOf(config), fingerprint);
    await commitOutputs(interim, patientId, { [CT_FILE]: ct, [TUMOR_FILE]: tumor }, CASE_FILE, record);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    const record = excludedCase(exclusion, fingerprint);
    await commitOutputs(interim, patientId, {}, CASE_FILE, record);
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
