import { CASES_FILE, casesSchema } from '../dataset/cases.ts';
import { parseClinical } from '../dataset/clinical.ts';
import { encodeJson } from '../dataset/json.ts';
import { SPLIT_CSV_FILE, SPLIT_FILE, splitCsv, splitPatients } from '../dataset/split.ts';
import { displayUri } from '../storage/location.ts';
import { readObject } from '../storage/open.ts';
import { VERSION } from '../version.ts';
import { readArtifact, writeArtifacts } from './artifact.ts';
import { caseIdOf } from './case-id.ts';
import type { StepSummary } from './report.ts';

export interface SplitOptions {
  readonly cases: string;
  /** The clinical CSV: a file or blob. */
  readonly clinical: string;
  /** Local folder of the `split.json` artifact. */
  readonly split: string;
}

/** The split step: whole patients to train and test, stratified by stage. */
export async function split(options: SplitOptions): Promise<StepSummary> {
  const cases = await readArtifact(options.cases, CASES_FILE, casesSchema, 'convert');
  const clinical = parseClinical(
    displayUri(options.clinical),
    await readObject(options.clinical),
    cases.config.split,
  );
  const caseId = caseIdOf(cases.config);
  const rows = clinical.map((row) => ({ ...row, patientId: caseId(row.patientId) }));
  const result = splitPatients(VERSION, cases, rows);
  await writeArtifacts(options.split, {
    [SPLIT_CSV_FILE]: new TextEncoder().encode(splitCsv(result)),
    [SPLIT_FILE]: encodeJson(result),
  });
  const { summary } = result;
  const withoutImage = result.excluded.filter((e) => e.code === 'no-image');
  return {
    step: 'split',
    ok: summary.num_train + summary.num_test,
    excluded: result.excluded
      .filter((e) => e.code !== 'no-image')
      .map(({ patient_id, step, code, message }) => ({ patient_id, step, code, message })),
    skipped: 0,
    facts: [
      `train ${summary.num_train}, test ${summary.num_test}`,
      ...summary.per_stage.map(
        (s) => `stage ${s.stage}: train ${s.train}, test ${s.test}, excluded ${s.excluded}`,
      ),
      ...(withoutImage.length > 0
        ? [`${withoutImage.length} patients of the clinical table have no image here`]
        : []),
    ],
    places: { split: `${options.split}/${SPLIT_FILE}`, table: `${options.split}/${SPLIT_CSV_FILE}` },
  };
}
