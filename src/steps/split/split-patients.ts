import { normalStage, stageNames, stageOf } from '../../config/stage-name.ts';
import { byPatient, type Cases } from '../../records/cases.ts';
import { effectiveNumber, inverseFrequency } from '../../records/class-weights.ts';
import { REVIEW_CODE } from '../../records/review.ts';
import { type Split, type SplitMember, UNLABELED } from '../../records/split.ts';
import { assignStratum, type Side } from './assignment.ts';
import type { ClinicalRow } from './clinical.ts';
import { looksOverseen, withoutRow } from './nearest-row.ts';
import type { PatientRows } from './patient-rows.ts';
import type { PreviousSplit } from './pinned-sides.ts';
import { type NotInTable, splitWarnings } from './split-warnings.ts';
import { countSpellings, shownSpelling } from './stage-spelling.ts';

export interface SplitInput {
  readonly version: string;
  readonly cases: Cases;
  /** Who is which row of the clinical table. */
  readonly rows: PatientRows;
  readonly caseNaming: string;
  readonly previous?: PreviousSplit | undefined;
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

/** A patient as the split finds it: the stage it trains with ('' is none), or why it is excluded. */
interface Found {
  readonly patientId: string;
  readonly stage: string;
  readonly reason?: Reason | undefined;
  /** As the clinical table has it, as far as that may be shown. */
  readonly shown: string;
}

function find(
  patientId: string,
  record: Cases['cases'][number] | undefined,
  rows: readonly ClinicalRow[],
  doubt: Reason | undefined,
  { stages, unknownStage }: Cases['config']['split'],
): Found {
  const spellings = [...new Set(rows.map((row) => shownSpelling(row.stage, stages)))];
  const meant = new Set(rows.map(({ stage }) => stageOf(stage, stages) ?? `? ${normalStage(stage)}`));
  const known = meant.size === 1 ? stageOf(rows[0].stage, stages) : undefined;
  const shown = known ?? spellings[0] ?? '';
  const because = (code: string, message: string): Found => ({
    patientId,
    stage: known ?? '',
    shown,
    reason: { code, message },
  });
  if (record === undefined)
    return because('no-image', 'in the clinical table, but no such patient was found in the raw data');
  if (record.state === 'excluded')
    return because(
      record.exclusion.code === REVIEW_CODE ? REVIEW_CODE : 'image-excluded',
      `excluded by convert: ${record.exclusion.message}`,
    );
  if (doubt !== undefined) return because(doubt.code, doubt.message);
  if (meant.size > 1)
    return because('conflicting-stages', `several rows with different stages: ${spellings.join(', ')}`);
  if (known === undefined && unknownStage === 'exclude') {
    return rows.length === 0
      ? because('not-in-clinical-table', 'no row in the clinical table')
      : because('stage-unknown', `stage "${shown}" is none of ${stageNames(stages).join(', ')}`);
  }
  return { patientId, stage: known ?? '', shown };
}

/** Everyone in the order of their patients. */
function findAll({ cases, rows }: SplitInput): Found[] {
  const rowsOf = Map.groupBy(rows.clinical, (row) => row.patientId);
  const recordOf = new Map(cases.cases.map((record) => [record.patient_id, record]));
  return [...new Set([...recordOf.keys(), ...rowsOf.keys()])]
    .sort()
    .map((id) => find(id, recordOf.get(id), rowsOf.get(id) ?? [], rows.doubts.get(id), cases.config.split));
}

function previousRecord(
  members: readonly SplitMember[],
  retired: Split['retired'],
  previous: PreviousSplit,
  stageThen: (patientId: string) => string,
): Split['previous'] {
  if (previous.pins.size === 0) return null;
  const pinned = members.filter((m) => m.pinned);
  return {
    seed: previous.seed,
    train_fraction: previous.trainFraction,
    num_pinned: pinned.length,
    num_retired: retired.length,
    changed_stage: pinned
      .map(({ patient_id, stage }) => ({ patient_id, from: stageThen(patient_id), to: stage }))
      .filter(({ from, to }) => from !== to),
  };
}

/** Those who might be used but for a row of their own, and how to find it. */
function notInTable({ cases, rows }: SplitInput, found: readonly Found[], shown: boolean): NotInTable {
  const inTable = new Set(rows.clinical.map((row) => row.patientId));
  const left = found
    .filter(
      ({ patientId, reason }) =>
        !inTable.has(patientId) && (reason?.code ?? 'not-in-clinical-table') === 'not-in-clinical-table',
    )
    .map(({ patientId }) => patientId);
  const unlabeled = cases.config.split.unknownStage === 'unlabeled';
  // Who is used without a stage may well have no row: only what looks like an oversight is told.
  const told = !unlabeled || looksOverseen(left, rows, shown) ? left : [];
  return { unlabeled: unlabeled ? left.length : 0, message: withoutRow(told, rows, shown) };
}

/**
 * Assigns whole patients to train and test, each stage for itself (and those without a stage for themselves, with no
 * minimum). Patients of a previous split keep their side, for good: those not here now are listed as retired.
 */
export function splitPatients(input: SplitInput): Split {
  const { version, cases, rows, caseNaming, previous } = input;
  const { clinical } = rows;
  const { seed, trainFraction, minTestPerStage, unknownStage, effectiveNumberBeta } = cases.config.split;
  const stages = stageNames(cases.config.split.stages);
  const found = findAll(input);
  const usable = found.filter(({ reason }) => reason === undefined);
  const pins = new Map<string, Side>([...(previous?.pins ?? [])].map(([id, { split }]) => [id, split]));
  const sides = new Map<string, Side>();
  for (const stage of [...stages, '']) {
    const ids = usable.filter((f) => f.stage === stage).map((f) => f.patientId);
    const rule = { seed, trainFraction, minTest: stage === '' ? 0 : minTestPerStage };
    for (const [id, assigned] of assignStratum(ids, pins, rule)) sides.set(id, assigned);
  }
  const patients = usable.map(
    ({ patientId, stage }): SplitMember => ({
      patient_id: patientId,
      split: sides.get(patientId)!,
      stage,
      stage_index: stage === '' ? UNLABELED : stages.indexOf(stage),
      pinned: pins.has(patientId),
    }),
  );
  const stageThen = (id: string): string =>
    stageOf(previous?.pins.get(id)?.stage ?? '', cases.config.split.stages) ?? '';
  const retired = [...pins]
    .filter(([id]) => !sides.has(id))
    .map(([patient_id, split]) => ({ patient_id, split, stage: stageThen(patient_id) }))
    .sort(byPatient);
  const countsOf = (stage: string) => ({
    train: patients.filter((p) => p.stage === stage && p.split === 'train').length,
    test: patients.filter((p) => p.stage === stage && p.split === 'test').length,
    excluded: found.filter((f) => f.stage === stage && f.reason !== undefined).length,
  });
  const perStage = stages.map((stage) => ({ stage, ...countsOf(stage) }));
  const trainCounts = perStage.map(({ train }) => train);
  const numTest = patients.filter((p) => p.split === 'test').length;
  const result: Split = {
    swinprep_version: version,
    seed,
    train_fraction: trainFraction,
    min_test_per_stage: minTestPerStage,
    unknown_stage: unknownStage,
    case_naming: caseNaming,
    stages: [...stages],
    summary: {
      num_train: patients.length - numTest,
      num_test: numTest,
      num_excluded: found.length - usable.length,
      per_stage: perStage,
      no_stage: countsOf(''),
    },
    class_weights: {
      num_train: trainCounts,
      inverse_frequency: [...inverseFrequency(trainCounts)],
      effective_number: [...effectiveNumber(trainCounts, effectiveNumberBeta)],
      effective_number_beta: effectiveNumberBeta,
    },
    spellings: countSpellings(
      clinical.map((row) => row.stage),
      cases.config.split.stages,
    ),
    warnings: [],
    previous: previous === undefined ? null : previousRecord(patients, retired, previous, stageThen),
    patients,
    retired,
    excluded: found.flatMap(({ patientId, reason, shown }) =>
      reason === undefined
        ? []
        : [{ patient_id: patientId, step: 'split' as const, ...reason, stage: shown }],
    ),
  };
  const left = notInTable(input, found, caseNaming === 'folder');
  return { ...result, warnings: splitWarnings(result, left, cases.cases) };
}
