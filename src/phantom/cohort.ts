import { UsageError } from '../errors.ts';
import { clinicalHeader, clinicalRow, planPatient } from './anatomy/plan.ts';
import { randomStream } from './drawing/random.ts';
import { encodeCtSlice, instanceNumbers } from './objects/ct-object.ts';
import { encodeStructureSet } from './objects/rtstruct-object.ts';
import { encodeSegmentation } from './objects/seg-object.ts';
import { namedStructures, type Structure } from './objects/structure.ts';
import { maskUids, studyOf } from './objects/study.ts';
import { makePatient, type PhantomPatient } from './patient.ts';

export type { PhantomPatient } from './patient.ts';

export interface PhantomOptions {
  readonly patients: number;
  /** Default 1. */
  readonly seed?: number;
  /** How many of the first patients get 512x512 slices; default 2. */
  readonly full?: number;
  /** Columns and rows of every slice over the same field of view, instead of 512 and 256: small cohorts for tests. */
  readonly gridSize?: number;
}

export interface PhantomFile {
  /** `raw/PATIENT/STUDY/SERIES/N.dcm` as TCIA arranges its downloads, or `clinical.csv`. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * The synthetic patient of an index (from 0). The content depends on seed and index, and on `full` and `gridSize` for the
 * grid, but not on how many patients there are.
 * @throws UsageError for options out of range.
 */
export function phantomPatient(index: number, options: PhantomOptions): PhantomPatient {
  const { patients, seed, full, gridSize } = checked(options);
  if (!Number.isInteger(index) || index < 0 || index >= patients) {
    throw new UsageError(`phantom patient ${index} is not among the ${patients} asked for (from 0)`);
  }
  return makePatient(seed, index, { full: index < full, gridSize });
}

/**
 * A cohort as DICOM files and, last, its clinical table; one patient in memory at a time.
 * @throws UsageError for options out of range.
 */
export function* phantomFiles(options: PhantomOptions): Generator<PhantomFile> {
  const { patients, seed } = checked(options);
  const rows = [clinicalHeader];
  for (let index = 0; index < patients; index++) {
    yield* patientFiles(seed, phantomPatient(index, options));
    rows.push(clinicalRow(planPatient(seed, index), randomStream(seed, index, 'clinical')));
  }
  yield { key: 'clinical.csv', bytes: new TextEncoder().encode(rows.map((row) => `${row}\r\n`).join('')) };
}

function* patientFiles(seed: number, patient: PhantomPatient): Generator<PhantomFile> {
  const { ct, plan } = patient;
  const study = studyOf(seed, plan, ct.geometry);
  const folder = `raw/${patient.patientId}/${study.studyUid}`;
  const slices = ct.geometry.size[2];
  const random = randomStream(seed, patient.patientId, 'file order');
  const numbers = instanceNumbers(plan.numbering, slices);
  // Files are named by InstanceNumber; where that would follow z, they are shuffled: file order is never slice order.
  const names = plan.numbering === 'ascending' ? random.shuffled(numbers) : numbers;
  const byName = names.map((name, k) => ({ name, k })).sort((a, b) => a.name - b.name);
  for (const { name, k } of byName) {
    const key = `${folder}/${study.ctSeriesUid}/1-${String(name).padStart(3, '0')}.dcm`;
    yield { key, bytes: encodeCtSlice(study, ct, k, numbers[k]) };
  }
  const structures = random.shuffled<Structure>([
    { ...namedStructures.tumour, mask: patient.tumor },
    { ...namedStructures.heart, mask: patient.heart },
    { ...namedStructures.spinalCord, mask: patient.spinalCord },
  ]);
  const encode = patient.maskObject === 'SEG' ? encodeSegmentation : encodeStructureSet;
  yield { key: `${folder}/${maskUids(study).series}/1-1.dcm`, bytes: encode(study, structures) };
}

function checked(options: PhantomOptions) {
  const { patients, seed = 1, full = Math.min(2, patients), gridSize } = options;
  const whole = (name: string, value: number, least: number) => {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UsageError(`phantom: ${name} must be a whole number of at least ${least}, not ${value}`);
    }
  };
  whole('patients', patients, 1);
  whole('seed', seed, 0);
  whole('full', full, 0);
  if (gridSize !== undefined) whole('gridSize', gridSize, 16);
  return { patients, seed, full, gridSize };
}
