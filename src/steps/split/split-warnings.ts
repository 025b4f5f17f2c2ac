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

/** What whoever trains with a split should know before. */
export function splitWarnings(split: Split, { unlabeled, message }: NotInTable): Warning[] {
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
