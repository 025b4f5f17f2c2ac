import type { Decision } from '../../records/review.ts';
import type { ReviewPatient, Wish } from '../../review/api.ts';

/** The wish for a decision as it was, in place of what stands now. */
export function wishFor(wanted: Decision | null, replaces: Decision | null): Wish {
  if (wanted === null) return { decision: null, replaces };
  const { patient_id: _patient, decided_utc: _time, ...decision } = wanted;
  return { decision, replaces };
}

export function sameDecision(a: Decision | null, b: Decision | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a decision says what was wished for. */
export function sameWish(wish: Wish, decision: Decision | null): boolean {
  return JSON.stringify(wish.decision) === JSON.stringify(wishFor(decision, null).decision);
}

/** Codes of the flags that lie before the reviewer of a patient. */
export function flagsBefore({ output }: ReviewPatient): string[] {
  return output?.flags.map(({ code }) => code) ?? [];
}
