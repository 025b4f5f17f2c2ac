import { ArchiveError, CaseExclusion } from '../errors.ts';
import type { Exclusion } from '../records/record.ts';
import type { CaseTask } from './task.ts';

/** An exclusion by what a patient went through. */
export type ExclusionAt<S> = Omit<Exclusion, 'step'> & { step: S };

/** The exclusion that a fault in the data means; anything else is thrown on. */
export function exclusionOf<T extends CaseTask>(
  thrown: unknown,
  { patientId, step }: T,
): ExclusionAt<T['step']> {
  if (thrown instanceof CaseExclusion)
    return { patient_id: patientId, step, code: thrown.code, message: thrown.message };
  if (thrown instanceof ArchiveError)
    // The error's own text names the place and the entry, whose name may identify the patient.
    return {
      patient_id: patientId,
      step,
      code: 'unreadable-archive',
      message: `the archive ${thrown.reason}`,
    };
  throw thrown;
}
