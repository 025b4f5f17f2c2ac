import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import { CASE_FILE, CT_FILE, type OkCase, TUMOR_FILE } from '../../src/records/case.ts';
import { CASES_FILE, type Cases, mergeCases } from '../../src/records/cases.ts';
import { encodeJson } from '../../src/records/json.ts';
import type { ManifestOutput } from '../../src/records/manifest.ts';
import { META_FILE, type OkRoi, ROI_FILES } from '../../src/records/roi.ts';
import { ROIS_FILE } from '../../src/records/roi-changes.ts';
import { SPLIT_FILE, type SplitMember } from '../../src/records/split.ts';
import { type DatasetStats, MEASURES_FILE, type MeasuredCase, STATS_FILE } from '../../src/records/stats.ts';
import { datasetStats } from '../../src/steps/pass1-stats/dataset-stats.ts';
import { roisOfRun } from '../../src/steps/pass2-write/changes.ts';
import { roiProvenance } from '../../src/steps/pass2-write/fingerprint.ts';
import type { RoiTask } from '../../src/steps/pass2-write/task.ts';
import { patientRows } from '../../src/steps/split/patient-rows.ts';
import { splitPatients } from '../../src/steps/split/split-patients.ts';
import { VERSION } from '../../src/version.ts';
import { vec3 } from '../../src/volume/geometry.ts';
import { readJson } from '../support/cli.ts';
import {
  EXCLUDED_EVERY,
  type MadePatient,
  makePatients,
  type RecordsOfOne,
} from '../support/made-records.ts';
import { madeReport } from '../support/made-report.ts';

/** Folders of a run of many patients, all of whose ROIs are done. */
export interface ManyPatients {
  readonly out: string;
  readonly interim: string;
  readonly roi: string;
  readonly cases: string;
  readonly split: string;
  readonly stats: string;
  /** With an ROI, in order. */
  readonly ids: readonly string[];
}

interface Like extends RecordsOfOne {
  readonly patientId: string;
}

/** The patients of a finished run that have an ROI. */
function likesOf(out: string): Like[] {
  const { config } = readJson<Cases>(out, 'artifacts/convert/cases', CASES_FILE);
  const likes = readdirSync(join(out, 'roi'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }): Like => {
      const { record, tallies } = readJson<MeasuredCase>(out, 'interim', name, MEASURES_FILE);
      return {
        patientId: name,
        config,
        converted: readJson<OkCase>(out, 'interim', name, CASE_FILE),
        measured: { record, tallies },
        roi: readJson<OkRoi>(out, 'roi', name, META_FILE),
      };
    })
    .filter(({ roi }) => roi.state === 'ok');
  if (likes.length === 0) throw new Error(`${out}: no patient of the run has an ROI`);
  return likes;
}

/** A patient with values that differ from patient to patient as those of a cohort do: they are what the report deflates. */
function varied(made: MadePatient, as: ManifestOutput): MadePatient {
  const { converted, measured } = made;
  const { record } = measured;
  const { slices, acquisition, spacing_before_mm, tumor_volume_ml, tumor_bbox_size_mm, flags } = as;
  return {
    clinical: made.clinical,
    converted:
      converted.state === 'ok' ? { ...converted, acquisition, ct: { ...converted.ct, slices } } : converted,
    measured: {
      tallies: measured.tallies,
      record: {
        ...record,
        tumor_volume_ml,
        tumor_bbox_size_ijk: vec3((a) =>
          Math.min(
            Math.max(1, Math.round(tumor_bbox_size_mm[a] / record.target_spacing[a])),
            record.resampled_size_ijk[a] - record.tumor_bbox_start_ijk[a],
          ),
        ),
        hu: { ...record.hu, percentiles_hu: as.percentiles_hu },
        tumor_hu: { ...record.tumor_hu, percentiles_hu: as.tumor_percentiles_hu },
      },
    },
    roi: (member) => ({ ...made.roi(member), spacing_before_mm, tumor_volume_ml, flags }),
  };
}

interface Made {
  readonly like: Like;
  readonly patient: MadePatient;
}

/** `count` patients with an ROI, each like one of the run in turn, and a hundredth more that convert has excluded. */
function madeLike(likes: readonly Like[], count: number): Made[] {
  const all = count + Math.floor(count / (EXCLUDED_EVERY - 1));
  const values = madeReport(Math.ceil(all / 0.9)).manifest.outputs;
  const ofLike = likes.map((like) => makePatients(all, like));
  return Array.from({ length: all }, (_, i) => ({
    like: likes[i % likes.length],
    patient: varied(ofLike[i % likes.length][i], values[i]),
  }));
}

interface Task extends RoiTask {
  readonly like: Like;
  readonly meta: OkRoi;
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

function put(folder: string, file: string, value: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), encodeJson(value));
}

/** The volumes and pictures of the patients are those of the run, under other names. */
function link(from: string, to: string, files: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const file of files) symlinkSync(resolve(from, file), join(to, file));
}

/**
 * Writes what convert, split, pass1-stats and pass2-write would have left of many patients, made of those of the finished run
 * in `like`, into the folder `out`. The run before had other constants: it has changed all ROIs.
 */
export function writeManyPatients(like: string, out: string, count: number): ManyPatients {
  const made = madeLike(likesOf(like), count);
  const { config } = made[0].like;
  const cases = mergeCases(
    VERSION,
    config,
    made.map(({ patient }) => patient.converted),
  );
  const clinical = made.map(({ patient }) => patient.clinical);
  const rows = patientRows(cases.cases, clinical, (id) => id, false);
  const split = splitPatients({ version: VERSION, cases, rows, caseNaming: 'folder' });
  const memberOf = new Map(split.patients.map((member) => [member.patient_id, member]));
  const used = made.flatMap((one) => {
    const { converted } = one.patient;
    const member = memberOf.get(converted.patient_id);
    return member === undefined || converted.state !== 'ok' ? [] : [{ ...one, member, converted }];
  });
  const stats = datasetStats(
    VERSION,
    config,
    used.map(({ patient: { measured }, member: { split: side, stage } }) => ({
      record: { ...measured.record, split: side, stage },
      tallies: measured.tallies,
    })),
    [],
  );
  const folders = {
    out,
    interim: join(out, 'interim'),
    roi: join(out, 'roi'),
    cases: join(out, 'artifacts/convert/cases'),
    split: join(out, 'artifacts/split/split'),
    stats: join(out, 'artifacts/pass1_stats/stats'),
  };
  const tasks = used.map(({ like: ofRun, patient, member, converted }) =>
    taskOf(ofRun, patient, member, converted, { config, constants: stats.config_after_pass1, ...folders }),
  );
  put(folders.cases, CASES_FILE, cases);
  put(folders.split, SPLIT_FILE, split);
  put(folders.stats, STATS_FILE, stats);
  for (const { like: ofRun, patientId, record, meta } of tasks) {
    const [interim, roi] = [join(folders.interim, patientId), join(folders.roi, patientId)];
    put(interim, CASE_FILE, record);
    put(roi, META_FILE, meta);
    link(join(like, 'interim', ofRun.patientId), interim, [CT_FILE, TUMOR_FILE]);
    link(
      join(like, 'roi', ofRun.patientId),
      roi,
      Object.values(meta.paths).map(({ file }) => file),
    );
  }
  put(folders.roi, ROIS_FILE, runBefore(tasks, { config, constants: stats.config_after_pass1 }));
  return { ...folders, ids: tasks.map(({ patientId }) => patientId) };
}

function taskOf(
  like: Like,
  patient: MadePatient,
  member: SplitMember,
  record: OkCase,
  run: { config: Config; constants: DatasetStats['config_after_pass1']; interim: string; roi: string },
): Task {
  const { patient_id: patientId } = record;
  const task: RoiTask = { step: 'pass2-write', patientId, record, member, ...run };
  return { ...task, like, meta: { ...patient.roi(member), provenance: roiProvenance(task) } };
}

/** `rois.json` of a run with another mu: of each ROI the normalised CT was another one. */
function runBefore(
  tasks: readonly Task[],
  { config, constants }: Pick<RoiTask, 'config' | 'constants'>,
): ReturnType<typeof roisOfRun> {
  const before = { ...constants, global_mu: constants.global_mu - 1 };
  const rois = roisOfRun(
    tasks,
    tasks.map(({ meta }) => meta),
    { config, constants: before },
  );
  return {
    ...rois,
    rois: rois.rois.map((roi) => ({
      ...roi,
      fingerprint: sha(roi.fingerprint),
      files: { ...roi.files, ct_roi_norm: sha(roi.files.ct_roi_norm ?? ROI_FILES.ct_roi_norm) },
    })),
  };
}
