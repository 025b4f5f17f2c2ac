import { createHash } from 'node:crypto';

/** As many as nnU-Net trains by default. */
export const FOLDS = 5;

interface FoldMember {
  readonly patient_id: string;
  readonly stage_index: number;
}

function hashOrder(seed: number, patientId: string): string {
  return createHash('sha256').update(`fold:${seed}:${patientId}`).digest('hex');
}

/**
 * Deals training patients to `FOLDS` folds for cross-validation, stratified by stage: within a stage in hash order, the
 * next stage where the last one stopped, so that the folds differ by one patient at most, over all and in each stage.
 * The order of `members` does not matter.
 */
export function dealFolds(members: readonly FoldMember[], seed: number): Map<string, number> {
  const dealt = members
    .map(({ patient_id, stage_index }) => ({ patient_id, stage_index, order: hashOrder(seed, patient_id) }))
    .sort((a, b) => a.stage_index - b.stage_index || (a.order < b.order ? -1 : 1));
  return new Map(dealt.map(({ patient_id }, i) => [patient_id, i % FOLDS]));
}
