import type { Config } from '../config/schema.ts';
import {
  CASE_FILE,
  type CaseRecord,
  CT_FILE,
  caseSchema,
  type ExcludedCase,
  type OkCase,
  TUMOR_FILE,
} from '../dataset/case.ts';
import { gridRecordOf } from '../dataset/grid.ts';
import { fingerprintOf } from '../dataset/json.ts';
import type { Exclusion, OutputFile } from '../dataset/record.ts';
import { MEASURES_FILE } from '../dataset/stats.ts';
import { readStudy, type Study, type StudyRules } from '../dicom/study.ts';
import { CaseExclusion } from '../errors.ts';
import { boundingBox } from '../kernels/bounding-box.ts';
import { encodeNifti } from '../nifti/encode.ts';
import { gzip } from '../nifti/gzip.ts';
import { openStore } from '../storage/open.ts';
import { openPatient } from '../storage/patient.ts';
import type { Child, ReadableStore, Store } from '../storage/store.ts';
import { VERSION } from '../version.ts';
import type { CaseOutcome, CaseTask } from './case-pool.ts';
import { clearOutputs, commitOutputs, committedRecord, outputFile } from './commit.ts';
import { exclusionOf } from './exclusion.ts';

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

function studyRules({ series, geometry, hu, mask }: Config): StudyRules {
  return {
    ...series,
    ...geometry,
    huRounding: hu.rounding,
    maskSources: mask.sources,
    roiNames: mask.roiNames,
    contourRule: mask.contourRule,
  };
}

/** What decides a patient's outputs: the names, sizes and versions of its files, the configuration, and this version. */
async function convertFingerprint(raw: Store, { child, config }: ConvertTask): Promise<string> {
  const inputs: (string | number)[][] = [];
  if (child.kind === 'file') inputs.push([child.entry.key, child.entry.bytes, child.entry.version]);
  else
    for await (const { key, bytes, version } of raw.list(`${child.name}/`))
      inputs.push([key, bytes, version]);
  const { series, geometry, hu, mask, output } = config;
  return fingerprintOf({
    step: 'convert',
    version: VERSION,
    inputs,
    series,
    geometry,
    hu,
    mask,
    gzip: output.gzipLevelInt,
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

function huFacts(
  ct: Int16Array,
  tumor: Uint8Array,
): { min: number; max: number; mean: number; tumorMean: number } {
  let min = ct[0];
  let max = ct[0];
  let sum = 0;
  let tumorSum = 0;
  let tumorVoxels = 0;
  for (let i = 0; i < ct.length; i++) {
    const hu = ct[i];
    if (hu < min) min = hu;
    if (hu > max) max = hu;
    sum += hu;
    if (tumor[i] === 0) continue;
    tumorSum += hu;
    tumorVoxels++;
  }
  return { min, max, mean: sum / ct.length, tumorMean: tumorSum / tumorVoxels };
}

function caseRecord(
  patientId: string,
  { ct, tumor, facts }: Study,
  files: { ct: OutputFile; tumor: OutputFile },
  fingerprint: string,
): OkCase {
  const box = boundingBox(tumor.data, tumor.geometry.size);
  if (box === undefined) throw new CaseExclusion('tumor-empty', 'the tumour mask holds no voxel');
  const hu = huFacts(ct.data, tumor.data);
  const { spacingMm } = ct.geometry;
  return {
    patient_id: patientId,
    state: 'ok',
    ct: {
      ...files.ct,
      ...gridRecordOf(ct.geometry),
      hu_min: hu.min,
      hu_max: hu.max,
      hu_mean: hu.mean,
      slices: ct.geometry.size[2],
      rescale: [...facts.rescale],
      series_candidates: facts.candidateSeries.map((c) => ({
        slices: c.slices,
        spacing_mm: c.spacingMm,
        coverage_mm: c.coverageMm,
        kernel: c.kernel,
        chosen: c.chosen,
        reason: c.reason,
      })),
      series_rejected: [...facts.rejectedSeries],
      ignored_files: facts.ignoredFiles,
    },
    tumor: {
      ...files.tumor,
      voxels: box.voxels,
      volume_ml: (box.voxels * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000,
      bbox_start_ijk: box.start,
      bbox_size_ijk: box.size,
      mean_hu: hu.tumorMean,
      source: facts.mask.source,
      roi_number: facts.mask.roiNumber,
      roi_name: facts.mask.roiName,
      link_rule: facts.mask.linkRule,
      rois_seen: [...facts.mask.roisSeen],
      passed_over: [...facts.mask.passedOver],
    },
    acquisition: {
      manufacturer: facts.acquisition.manufacturer,
      model: facts.acquisition.model,
      convolution_kernel: facts.acquisition.convolutionKernel,
      kvp: facts.acquisition.kvp,
      slice_thickness_mm: facts.acquisition.sliceThicknessMm,
      patient_position: facts.acquisition.patientPosition,
    },
    flags: [...facts.flags],
    swinprep_version: VERSION,
    fingerprint,
  };
}

export function excludedCase(exclusion: Exclusion, fingerprint: string): ExcludedCase {
  return {
    patient_id: exclusion.patient_id,
    state: 'excluded',
    exclusion,
    swinprep_version: VERSION,
    fingerprint,
  };
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
    const ct = gzip(encodeNifti(study.ct), config.output.gzipLevelInt);
    const tumor = gzip(encodeNifti(study.tumor), config.output.gzipLevelInt);
    const files = { ct: outputFile(CT_FILE, ct), tumor: outputFile(TUMOR_FILE, tumor) };
    const record = caseRecord(patientId, study, files, fingerprint);
    await commitOutputs(interim, patientId, { [CT_FILE]: ct, [TUMOR_FILE]: tumor }, CASE_FILE, record);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    const record = excludedCase(exclusion, fingerprint);
    await commitOutputs(interim, patientId, {}, CASE_FILE, record);
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
