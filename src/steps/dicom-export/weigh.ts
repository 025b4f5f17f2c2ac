import { ArchiveError, messageOf, StorageError } from '../../errors.ts';
import type { Weighed } from '../../runner/ranks/deal.ts';
import { STORES } from '../../storage/open.ts';
import { exportFingerprint, listInputs } from './inputs.ts';
import type { ExportTask } from './task.ts';

function bytesOf(listed: readonly (readonly (string | number)[])[]): number {
  return listed.flat().reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0);
}

/** What a patient weighs, the bytes of its raw files, and what decides its object. */
export async function weigh(task: ExportTask): Promise<Weighed> {
  const { patientId } = task;
  try {
    const inputs = await listInputs(task, STORES);
    const fingerprint = exportFingerprint(inputs, task);
    return { patientId, weight: bytesOf(inputs.raw.listed), fingerprint };
  } catch (thrown) {
    // A place that fails now may not fail for another rank, and then the ranks would deal differently.
    if (thrown instanceof StorageError && !(thrown instanceof ArchiveError)) throw thrown;
    return { patientId, weight: 0, fingerprint: messageOf(thrown) };
  }
}
