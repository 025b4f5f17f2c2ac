import { encodeJson } from '../../../src/records/json.ts';
import type { Profile } from '../../../src/records/profile.ts';
import type { Exclusion, StepName } from '../../../src/records/record.ts';
import type { Split } from '../../../src/records/split.ts';
import type { StepSummary } from '../../../src/runner/report.ts';
import { openStore } from '../../../src/storage/open.ts';
import { temporaryFolder } from '../cli.ts';
import { writeCohort } from '../made-cohort.ts';

/** A name that is to be seen nowhere. */
export const PATIENT = 'Doe-Jane-1961';

const row = (stage: string, seconds: number, bytes = 0) => ({ stage, seconds, bytes, calls: 1 });

const profileOf = (step: StepName): Profile => ({
  ...{ swinprep_version: '0.1.0', step, rank: 0, ranks: 1 },
  process: { wall_s: 12.5, cpu_user_s: 3, cpu_system_s: 1, peak_rss_bytes: 2e9 },
  main: { wall_s: 12, stages: [row('list', 0.5), row('fetch', 1, 3e6), row('other', 0.25)] },
  pool: {
    workers: 4,
    wall_s: 10,
    stages: [row('fetch', 2, 5e6), row('gzip', 8), row('write', 4, 40e6)],
    num_patients: 2,
  },
  patients: [{ patient_id: PATIENT, wall_s: 1, stages: [] }],
});

const exclusion = (step: StepName, code: string): Exclusion => ({
  ...{ patient_id: PATIENT, step, code },
  message: `${PATIENT} is left out`,
});

/** How a step has ended, with names of patients wherever there may be some. */
export function madeSummary(step: StepName): StepSummary {
  return {
    ...{ step, ok: 7, skipped: 2, facts: [PATIENT], places: { here: `/data/${PATIENT}` } },
    excluded: [exclusion(step, 'no-mask'), exclusion(step, 'too-few-slices'), exclusion(step, 'no-mask')],
    profile: profileOf(step),
  };
}

const counts = (train: number, test: number, excluded: number) => ({ train, test, excluded });

const split: Split = {
  ...{ swinprep_version: '0.1.0', seed: 7, train_fraction: 0.8, min_test_per_stage: 6 },
  ...{ unknown_stage: 'exclude', case_naming: 'folder', stages: ['I', 'II'] },
  summary: {
    ...{ num_train: 6, num_test: 2, num_excluded: 1 },
    per_stage: [
      { stage: 'I', ...counts(4, 1, 1) },
      { stage: 'II', ...counts(2, 1, 0) },
    ],
    no_stage: counts(0, 0, 0),
  },
  class_weights: {
    ...{ num_train: [4, 2], inverse_frequency: [0.75, 1.5] },
    ...{ effective_number: [0.7, 1.3], effective_number_beta: 0.999 },
  },
  ...{ spellings: [], warnings: [], previous: null, retired: [], excluded: [] },
  patients: [{ patient_id: PATIENT, split: 'train', stage: 'I', stage_index: 0, pinned: false }],
};

/** The artifact of split, in a folder of its own. */
export async function writeSplit(): Promise<string> {
  const folder = temporaryFolder();
  await (await openStore(folder)).write('split.json', encodeJson(split));
  return folder;
}

/** Bytes that stand for the report and the contact sheets. */
export const REPORT = new TextEncoder().encode(`<p>${PATIENT}</p>`);
export const SHEETS = ['one', 'two'].map((sheet) => new TextEncoder().encode(`sheet ${sheet}`));

/** Artifacts of pass2-write, in a folder of their own. */
export async function writeReport(caseId: 'folder' | 'hmac'): Promise<string> {
  const out = temporaryFolder();
  const { manifest } = await writeCohort(out, out, { ok: [PATIENT] });
  const store = await openStore(manifest);
  const text = new TextDecoder().decode(await store.read('manifest.json'));
  const made = JSON.parse(text) as { config: { privacy: { caseId: string } } };
  made.config.privacy.caseId = caseId;
  await store.write('manifest.json', encodeJson(made));
  await store.write('report/index.html', REPORT);
  await store.write('contact_sheet.png', SHEETS[0]);
  await store.write('contact_sheet_2.png', SHEETS[1]);
  return manifest;
}
