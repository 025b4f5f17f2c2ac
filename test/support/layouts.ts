import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { temporaryFolder } from './cli.ts';
import { type ElementEdits, withElements } from './edited-file.ts';
import { phantomId, phantoms } from './phantoms.ts';
import { tarOfFiles, tgzOfFiles } from './tar-archive.ts';

/** Files by their path below the place that a cohort lies in. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A DICOM file of a phantom patient, before it has a name. */
export interface LaidObject {
  /** From 0. */
  readonly patient: number;
  readonly patientId: string;
  readonly kind: 'CT' | 'MASK';
  readonly study: string;
  readonly series: string;
  /** Of the file among those of its patient, from 0, in an order that is not that of the slices. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Tags as edits name them. */
export const PATIENT_ID = 'x00100020';
export const ISSUER = 'x00100021';
export const IDENTITY_REMOVED = 'x00120062';
export const DATES_CHANGED = 'x00280303';

/** The patients that layouts are made of: a SEG, an RTSTRUCT and a SEG; all say that identity was removed. */
export const LAID = [1, 2, 3] as const;

export const LAID_IDS = LAID.map(phantomId);

/** Files of phantom patients, with some elements of each edited. */
export async function laidObjects(
  edits: (object: LaidObject) => ElementEdits = () => ({}),
  which: readonly number[] = LAID,
): Promise<LaidObject[]> {
  const numbers = new Map<string, number>();
  const objects: LaidObject[] = [];
  for (const { key, bytes } of await phantoms(which)) {
    const [, patientId, study, series, name] = key.split('/');
    if (name === undefined) continue;
    const number = numbers.get(patientId) ?? 0;
    numbers.set(patientId, number + 1);
    const patient = which.findIndex((n) => phantomId(n) === patientId);
    // The mask is written last, alone in its series.
    const kind = name === '1-1.dcm' ? 'MASK' : 'CT';
    const object: LaidObject = { patient, patientId, kind, study, series, number, bytes };
    objects.push({ ...object, bytes: withElements(bytes, edits(object)) });
  }
  return objects;
}

/** The name of a file by what it is of. */
export type NameOf = (object: LaidObject) => string;

export function named(objects: readonly LaidObject[], nameOf: NameOf): Files {
  const files = Object.fromEntries(objects.map((object) => [nameOf(object), object.bytes]));
  if (Object.keys(files).length < objects.length) throw new Error('two files are named alike');
  return files;
}

const digits = (number: number, count: number): string => String(number).padStart(count, '0');

/** Names without a dot, as the Imaging Data Commons gives them. */
function uuid({ patient, number }: LaidObject): string {
  const hex = digits(((patient + 1) * 7919 + number * 104729) % 1e8, 8);
  return `${hex}-0000-4000-8000-${digits(patient * 1000 + number, 12)}`;
}

const last5 = (uid: string): string => uid.slice(-5);
const seriesNumber = ({ kind }: LaidObject): number => (kind === 'CT' ? 1 : 2);

/** Files in a folder. */
export function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([key, bytes]) => [`${folder}/${key}`, bytes]));
}

/** How downloads, archives and media name files. */
export const NAMES = {
  nbia: (o) =>
    `manifest-1/PHANTOM/${o.patientId}/01-01-2014-StudyID-${last5(o.study)}/${seriesNumber(o)}.000000-${o.kind}-${last5(o.series)}/1-${digits(o.number, 3)}.dcm`,
  idc: (o) => `phantom/${o.patientId}/${o.study}/${o.kind}_${o.series}/${uuid(o)}.dcm`,
  tciaUtils: (o) => `tciaDownload/${o.series}/1-${digits(o.number, 3)}.dcm`,
  heap: (o) => `${uuid(o)}.dcm`,
  countedHeap: (o) => `IMG${digits(o.number * LAID.length + o.patient, 5)}`,
  media: (o) =>
    `DICOM/PA${digits(o.patient, 6)}/ST000000/SE${digits(seriesNumber(o) - 1, 6)}/IM${digits(o.number, 6)}`,
  xnat: (o) =>
    `PROJ/${o.patientId}/${o.patientId}_CT1/SCANS/${seriesNumber(o)}/DICOM/${digits(o.number, 4)}.dcm`,
  sessions: (o) => `PROJ/${o.patientId}_MR1/SCANS/${seriesNumber(o)}/${digits(o.number, 4)}.dcm`,
  flat: (o) => `${o.patientId}/${digits(o.number, 3)}.dcm`,
} as const satisfies Record<string, NameOf>;

/** The files of each patient, named as in a folder of its own. */
export function byPatient(objects: readonly LaidObject[], nameOf: NameOf): Map<string, Files> {
  const patients = Map.groupBy(objects, ({ patientId }) => patientId);
  return new Map([...patients].map(([patientId, own]) => [patientId, named(own, nameOf)]));
}

const FIXED = new Date(2020, 0, 1);

const PACK = {
  zip: (files: Files): Uint8Array => zipSync(files as Zippable, { level: 1, mtime: FIXED }),
  tar: tarOfFiles,
  'tar.gz': tgzOfFiles,
  tgz: tgzOfFiles,
} as const;

export type Packing = keyof typeof PACK;

export function packed(packing: Packing, files: Files): Uint8Array {
  return PACK[packing](files);
}

/** Each patient as an archive of its own; the packings in turn. */
export function packedPatients(
  objects: readonly LaidObject[],
  packings: readonly Packing[],
  nameOf: NameOf = ({ number }) => `${digits(number, 3)}.dcm`,
): Files {
  const patients = [...byPatient(objects, nameOf)];
  return Object.fromEntries(
    patients.map(([patientId, files], i) => {
      const packing = packings[i % packings.length];
      return [`${patientId}.${packing}`, packed(packing, files)];
    }),
  );
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [key, bytes] of Object.entries(files)) {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** Files below a new folder, which is no patient's name. */
export function laidOut(files: Files): string {
  const folder = join(temporaryFolder(), 'raw');
  mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}
