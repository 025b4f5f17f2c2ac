import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CohortOutputs, ReferenceConfig } from '../support/volumes/generated-cohort.ts';
import { runPython } from './python.ts';

type Inputs = Pick<CohortOutputs, 'interim' | 'patientIds'>;

/** Writes JOB.json of the programs in Python, for the volumes that swinprep reads; what `config` leaves out is as in the reference. */
export function writeJob({ interim, patientIds }: Inputs, work: string, config: ReferenceConfig): string {
  const samples = patientIds.map((id) => ({
    patient_id: id,
    ct: join(interim, id, 'ct.nii.gz'),
    mask: join(interim, id, 'tumor.nii.gz'),
  }));
  mkdirSync(work, { recursive: true });
  const job = join(work, 'job.json');
  writeFileSync(job, JSON.stringify({ config, samples }));
  return job;
}

/** Runs reference_program.py below `work`, which takes as much room as swinprep's outputs. Gives the folder of its outputs. */
export async function runReference(inputs: Inputs, work: string, config: ReferenceConfig): Promise<string> {
  const reference = join(work, 'reference');
  await runPython('reference_program.py', [writeJob(inputs, work, config), reference]);
  return reference;
}

/** The same, as the facts that compact_outputs.py keeps. */
export async function compactReference(
  inputs: Inputs,
  work: string,
  config: ReferenceConfig,
): Promise<Record<string, unknown>> {
  return JSON.parse(await runPython('compact_outputs.py', [await runReference(inputs, work, config)]));
}
