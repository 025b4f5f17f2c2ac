import { UsageError } from '../../errors.ts';
import { caseIdOf, caseNamingOf } from '../../privacy/case-id.ts';
import { CASES_FILE, casesSchema } from '../../records/cases.ts';
import { dataAssetsOf, type TakenAsset } from '../../records/data-assets.ts';
import { encodeJson } from '../../records/json.ts';
import { SPLIT_FILE, type Split } from '../../records/split.ts';
import { readArtifact, writeArtifacts } from '../../runner/artifact.ts';
import type { StepOutcome, StepSummary } from '../../runner/report.ts';
import { watched } from '../../runner/step-watch.ts';
import { displayUri } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { readClinical } from './clinical.ts';
import { earlierSplit, keepSplit, type SplitSources } from './kept-for-next-run.ts';
import { patientCount } from './patient-count.ts';
import { patientRows } from './patient-rows.ts';
import { assertNobodyMoves } from './pinned-sides.ts';
import { splitPatients } from './split-patients.ts';
import { SPLIT_CSV_FILE, splitCsv } from './split-table.ts';
import { spellingsTold } from './stage-spelling.ts';

export interface SplitOptions extends SplitSources {
  readonly cases: string;
  /** The clinical table, .csv, .tsv or .xlsx: a file or blob. */
  readonly clinical: string;
  /** Local folder of the `split.json` artifact. */
  readonly split: string;
  /** The data assets that inputs were given as. */
  readonly dataAssets?: (() => readonly TakenAsset[]) | undefined;
  /** Leave `profile.json` beside it. */
  readonly profile?: boolean | undefined;
}

function facts({ summary, class_weights, warnings, previous, excluded }: Split): string[] {
  const weights = class_weights.inverse_frequency.map((weight) => weight?.toFixed(3) ?? '-').join(', ');
  const effective = class_weights.effective_number.map((weight) => weight?.toFixed(3) ?? '-').join(', ');
  const { no_stage: noStage } = summary;
  const withoutImage = excluded.filter((e) => e.code === 'no-image').length;
  return [
    `train ${summary.num_train}, test ${summary.num_test}`,
    ...summary.per_stage.map(
      (s) => `stage ${s.stage}: train ${s.train}, test ${s.test}, excluded ${s.excluded}`,
    ),
    ...(noStage.train + noStage.test + noStage.excluded > 0
      ? [`no stage: train ${noStage.train}, test ${noStage.test}, excluded ${noStage.excluded}`]
      : []),
    `class weights: inverse frequency ${weights}; effective number ${effective}`,
    ...(previous === null
      ? []
      : [
          `previous split: ${patientCount(previous.num_pinned)} on the same side again, ${previous.num_retired} of it not here now`,
        ]),
    ...(withoutImage > 0
      ? [`${patientCount(withoutImage)} of the clinical table without an image here`]
      : []),
    ...warnings.map(({ message }) => `warning: ${message}`),
  ];
}

/** The split step: whole patients to train and test, stratified by stage. */
export function split(options: SplitOptions): Promise<StepSummary> {
  return watched('split', options, options.split, () => splitCohort(options));
}

async function splitCohort(options: SplitOptions): Promise<StepOutcome> {
  const cases = await readArtifact(options.cases, CASES_FILE, casesSchema, 'convert');
  const { config } = cases;
  const caseNaming = caseNamingOf(config);
  if (cases.case_naming !== undefined && cases.case_naming !== caseNaming)
    throw new UsageError(
      `${options.cases}/${CASES_FILE}: patients are named by another secret than the one in SWINPREP_SALT; use that of convert`,
    );
  const previous = await earlierSplit(options, caseNaming);
  const table = await readClinical(
    displayUri(options.clinical),
    await readObject(options.clinical),
    config.split,
  );
  const hashed = config.privacy.caseId === 'hmac';
  const rows = patientRows(cases.cases, table.rows, caseIdOf(config), hashed);
  const result = splitPatients({ version: VERSION, cases, rows, caseNaming, previous });
  await assertNobodyMoves(options.split, result);
  await writeArtifacts(options.split, {
    [SPLIT_CSV_FILE]: new TextEncoder().encode(splitCsv(result)),
    [SPLIT_FILE]: encodeJson({ ...result, ...dataAssetsOf('split', options.dataAssets?.()) }),
  });
  await keepSplit(options.state, result);
  const { summary } = result;
  return {
    step: 'split',
    ok: summary.num_train + summary.num_test,
    excluded: result.excluded
      .filter((e) => e.code !== 'no-image')
      .map(({ patient_id, step, code, message }) => ({ patient_id, step, code, message })),
    skipped: 0,
    facts: [...table.told, ...rows.told, ...spellingsTold(result.spellings), ...facts(result)],
    places: { split: `${options.split}/${SPLIT_FILE}`, table: `${options.split}/${SPLIT_CSV_FILE}` },
  };
}
