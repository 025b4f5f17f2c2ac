import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { phantomFiles } from '../../src/phantom/cohort.ts';
import { withText } from '../support/edited-file.ts';
import { filesAt, filesInZip, shared } from '../support/shared-data.ts';

const PATIENT_ID = 'x00100020';

const STAGES = ['I', 'II', 'IIIa', 'IIIb'];

const REAL_PATIENTS = ['LUNG1-001', 'LUNG1-002'];

/** Raw data as they come: `RAW/CASE-0001/STUDY/SERIES/*.dcm`, unpacked. */
export interface Cohort {
  readonly title: string;
  /** Patients that differ; a case is one of them under an id of its own, in folder and Patient ID. */
  readonly patients: readonly string[];
  readonly clinical: string;
  /** Folder of the first `cases` cases, made when first asked for. */
  raw(cases: number): string;
  /** The patient that a case is. */
  patientOf(caseId: string): string;
  /** Folder of a patient's masks as others published them (NRRD), where there are such. */
  readonly masks?: (patient: string) => string;
}

export interface CohortOptions {
  readonly folder: string;
  /** Rows of the clinical table: the most cases that will be asked for. */
  readonly most: number;
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** The files of a folder elsewhere, as hard links to one copy: to every program they are files like others. */
export function linkAll(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, file));
    mkdirSync(dirname(target), { recursive: true });
    linkSync(file, target);
  }
}

/** An id as long as the patient's, so that it takes the place of it in a header. */
function caseIdFor(patient: string, index: number): string {
  const prefix = 'CASE-';
  return prefix + String(index + 1).padStart(patient.length - prefix.length, '0');
}

function cohortOf(title: string, patients: readonly string[], { folder, most }: CohortOptions): Cohort {
  const clinical = join(folder, 'clinical.csv');
  const patientAt = (index: number): string => patients[index % patients.length];
  const caseId = (index: number): string => caseIdFor(patientAt(index), index);
  const rows = Array.from({ length: most }, (_, i) => `${caseId(i)},${STAGES[i % STAGES.length]}\n`);
  writeFileSync(clinical, `PatientID,Overall.Stage\n${rows.join('')}`);
  const made = new Set<string>();
  /** A case's own files, written when first asked for: cohorts of any number of cases have them as hard links. */
  const filesOf = (index: number): string => {
    const [patient, id] = [patientAt(index), caseId(index)];
    const to = join(folder, 'cases', id);
    if (!made.has(to)) {
      const from = join(folder, 'source', patient);
      for (const file of filesAt(from)) write(join(to, file.name), withText(file, PATIENT_ID, id).bytes);
      made.add(to);
    }
    return to;
  };
  return {
    title,
    patients,
    clinical,
    patientOf: (id) => patientAt(Number(id.slice(id.indexOf('-') + 1)) - 1),
    raw(cases) {
      const raw = join(folder, `raw-${cases}`);
      for (let i = 0; i < cases && !made.has(raw); i++) linkAll(filesOf(i), join(raw, caseId(i)));
      made.add(raw);
      return raw;
    },
  };
}

/** The two real patients of Lung1, unpacked, as many cases as wanted. */
export function lung1Cohort(options: CohortOptions): Cohort {
  for (const id of REAL_PATIENTS)
    for (const { name, bytes } of filesInZip(shared('lung1', `${id}.zip`)))
      write(join(options.folder, 'source', name), bytes);
  return {
    ...cohortOf('LUNG1-001 and LUNG1-002 under many ids', REAL_PATIENTS, options),
    masks: (patient) => shared('lung1-masks', patient, 'plastimatch-2020'),
  };
}

export interface PhantomCohortOptions extends CohortOptions {
  /** How many of them differ. */
  readonly phantoms: number;
  /** Pixels along a side of a slice; default 512. */
  readonly gridSize?: number | undefined;
}

/** Phantoms; where more cases are asked for than there are phantoms, the same again under other ids. */
export function generatedCohort(options: PhantomCohortOptions): Cohort {
  const { folder, phantoms, gridSize } = options;
  const patients = new Set<string>();
  const grid = gridSize === undefined ? {} : { gridSize };
  for (const { key, bytes } of phantomFiles({ patients: phantoms, full: phantoms, ...grid })) {
    const [top, patient, ...rest] = key.split('/');
    if (top !== 'raw') continue;
    patients.add(patient);
    write(join(folder, 'source', patient, ...rest), bytes);
  }
  const side = gridSize ?? 512;
  return cohortOf(`${phantoms} generated patients, ${side}x${side}`, [...patients], options);
}

/** Reads files once, so that no row pays for a disk that another did not. Gives their bytes. */
export function warm(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0);
}
