import { ArchiveError, messageOf, StorageError } from '../../errors.ts';
import {
  type KnownFiles,
  listPatient,
  type PatientInputs,
  patientInputs,
} from '../../raw/patient/patient-inputs.ts';
import { patientRules } from '../../raw/patient/rules.ts';
import type { PreparedTask } from '../../runner/pool.ts';
import type { Weighed } from '../../runner/ranks/deal.ts';
import { archiveKind } from '../../storage/archive/archive-kind.ts';
import { STORES } from '../../storage/open.ts';
import { convertFingerprint } from '../convert-fingerprint.ts';
import { convertBytes, usualConvertBytes } from './patient-memory.ts';
import type { ConvertTask } from './task.ts';

function bytesOf(listed: PatientInputs['listed']): number {
  const sizes = listed.flat().filter((value) => typeof value === 'number');
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function totalBytes(files: KnownFiles): number {
  return files.reduce((sum, { entry }) => sum + entry.bytes, 0);
}

/** Lists a patient whose turn is near, to tell what memory it will take; the listing goes along with the task. */
export async function prepareConvert(task: ConvertTask): Promise<PreparedTask<ConvertTask>> {
  const { config } = task;
  const { source } = task.patient;
  if (source.kind === 'pair' || source.kind === 'refused') return { task, bytes: usualConvertBytes(config) };
  try {
    const known = await listPatient(source, STORES);
    // Those that a listing has opened are folders in it.
    const [archives, files] = [true, false].map((packed) =>
      known.filter(({ entry }) => (archiveKind(entry.key) !== undefined) === packed),
    );
    return { task: { ...task, known }, bytes: convertBytes(totalBytes(files), totalBytes(archives), config) };
  } catch (thrown) {
    // The worker meets it again, and tells it.
    if (thrown instanceof StorageError) return { task, bytes: 0 };
    throw thrown;
  }
}

/** What a patient weighs, the bytes of its files, and what decides its outputs. No file is read. */
export async function weighConvert(task: ConvertTask): Promise<Weighed> {
  const { patientId, patient, masks, config } = task;
  const rules = patientRules(patient, config);
  try {
    const inputs = await patientInputs(patient, masks, config.mask, STORES);
    return {
      patientId,
      weight: bytesOf(inputs.listed),
      fingerprint: convertFingerprint(inputs, rules, config),
    };
  } catch (thrown) {
    // A place that fails now may not fail for another rank, and then the ranks would deal differently.
    if (thrown instanceof StorageError && !(thrown instanceof ArchiveError)) throw thrown;
    return { patientId, weight: 0, fingerprint: messageOf(thrown) };
  }
}
