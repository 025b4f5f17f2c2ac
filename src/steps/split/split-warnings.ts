import type { Cases } from '../../records/cases.ts';
import type { Split } from '../../records/split.ts';
import { testQuota } from './assignment.ts';
import { patientCount } from './patient-count.ts';

type Warning = Split['warnings'][number];

/** Why a stage has fewer test patients than asked for; undefined where it has enough, or nobody. */
function fewInTest(split: Split, { stage, train, test }: Split['summary']['per_stage'][number]) {
  const minTest = split.min_test_per_stage;
  const n = train + test;
  if (n === 0 || test >= minTest) return undefined;
  const attainable = testQuota(n, { trainFraction: split.train_fraction, minTest });
  const why =
    test < attainable
      ? 'the others are pinned to train by the previous split'
      : 'the minimum takes no more than half of a stage';
  return {
    code: 'few-in-test',
    message: `stage ${stage}: ${test} of ${patientCount(n)} in test, not ${minTest}: ${why}`,
  };
}

/** Patients without a row in the clinical table. */
export interface NotInTable {
  /** How many of them are used without a label. */
  readonly unlabeled: number;
  /** Who they are and what to do, where that is to be told. */
  readonly message: string | undefined;
}

/** Of patients who have one Patient ID in their files, each under a name of its own: they may be one person. */
function onePatientId(split: Split, cases: Cases['cases']): Warning | undefined {
  const idOf = new Map(cases.map(({ patient_id, clinical_id }) => [patient_id, clinical_id ?? patient_id]));
  const byId = Map.groupBy(split.patients, ({ patient_id }) => idOf.get(patient_id));
  const several = [...byId.values()].filter((members) => members.length > 1);
  if (several.length === 0) return undefined;
  const torn = several.filter((members) => new Set(members.map((m) => m.split)).size > 1);
  const named = several[0].slice(0, 3).map(({ patient_id }) => patient_id);
  return {
    code: 'one-patient-id',
    message: `${patientCount(several.flat().length)} share ${several.length === 1 ? 'a Patient ID' : `${several.length} Patient IDs`} in their files, such as ${named.join(', ')}${torn.length > 0 ? ', and are in train and in test' : ''}: if these are images of one person, take patients by Patient ID (raw.patients: header)`,
  };
}

/** What whoever trains with a split should know before. */
export function splitWarnings(
  split: Split,
  { unlabeled, message }: NotInTable,
  cases: Cases['cases'],
): Warning[] {
  const { previous, summary } = split;
  const warnings: (Warning | undefined)[] = [
    ...summary.per_stage.map((row) => fewInTest(split, row)),
    ...summary.per_stage
      .filter(({ train }) => train === 0)
      .map(({ stage }) => ({
        code: 'stage-without-training',
        message: `stage ${stage}: no train patient, so it has no class weight`,
      })),
  ];
  warnings.push(onePatientId(split, cases));
  if (message !== undefined) warnings.push({ code: 'not-in-clinical-table', message });
  if (unlabeled > 0)
    warnings.push({
      code: 'unlabeled-without-row',
      message: `${patientCount(unlabeled)} without a row in the clinical table: unlabeled`,
    });
  if (previous !== null && previous.num_pinned === 0)
    warnings.push({
      code: 'previous-of-others',
      message: 'the previous split knows none of these patients: is it that of another cohort?',
    });
  if (previous !== null && previous.changed_stage.length > 0)
    warnings.push({
      code: 'stage-changed',
      message: `${patientCount(previous.changed_stage.length)} with another stage than in the previous split: the side is kept`,
    });
  return warnings.filter((warning) => warning !== undefined);
}
