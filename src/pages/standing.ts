import type { ReviewPatient } from '../review/api.ts';

/**
 * How the review of a patient stands: `stale` where the mask is another one than was looked at, `impossible` where there is none to
 * look at.
 */
export type Standing = 'undecided' | 'decided' | 'stale' | 'impossible';

export function standingOf({ mask_sha256, decision }: ReviewPatient): Standing {
  if (decision !== null) return decision.mask_sha256 === mask_sha256 ? 'decided' : 'stale';
  return mask_sha256 === null ? 'impossible' : 'undecided';
}

export interface Progress {
  readonly decided: number;
  readonly stale: number;
  /** Those that can be decided. */
  readonly of: number;
}

export function progressOf(patients: readonly ReviewPatient[]): Progress {
  const standings = patients.map(standingOf);
  const count = (standing: Standing): number => standings.filter((other) => other === standing).length;
  return {
    decided: count('decided'),
    stale: count('stale'),
    of: patients.filter(({ mask_sha256 }) => mask_sha256 !== null).length,
  };
}

/** The first after `from`, round the end of the list, that waits for a decision; undefined where none does. */
export function nextUndecided(patients: readonly ReviewPatient[], from: number): number | undefined {
  const waits = (patient: ReviewPatient): boolean =>
    patient.mask_sha256 !== null && standingOf(patient) !== 'decided';
  const round = patients.map((_, i) => (from + 1 + i) % patients.length);
  return round.find((i) => waits(patients[i]));
}
