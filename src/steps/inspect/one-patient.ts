import { type DicomFile, parseHeader, parsePart10, text } from '../../dicom/file/part10.ts';
import { patientName } from '../../storage/patient-store.ts';
import type { Child, ReadableStore, Store } from '../../storage/store.ts';

/** Files looked at for a DICOM one, in a folder that may hold others. */
const FILES_TRIED = 8;

/** Study Instance UID and Patient ID are looked at to tell patients apart, and go no further. */
const STUDY_INSTANCE_UID = 'x0020000d';
const PATIENT_ID = 'x00100020';

const HEADER_BYTES = 2 ** 20;

async function dicomAt(store: ReadableStore, key: string, bytes: number): Promise<DicomFile | undefined> {
  const start = await store.readStart(key, HEADER_BYTES);
  if (start === undefined) return undefined;
  try {
    const header = parseHeader('', start, bytes);
    return header === 'incomplete' ? parsePart10('', start) : header;
  } catch {
    return undefined;
  }
}

/** The first DICOM file below a folder. */
async function firstDicom(store: ReadableStore, folder: string): Promise<DicomFile | undefined> {
  let tried = 0;
  for await (const { key, bytes } of store.list(folder)) {
    const file = await dicomAt(store, key, bytes);
    if (file !== undefined) return file;
    if (++tried === FILES_TRIED) return undefined;
  }
  return undefined;
}

/**
 * Whether a place holds one patient rather than one child a patient: DICOM files lie directly in it, or folders below it
 * share a study, or their files name the place itself as their patient. An archive beside them is a patient of its own.
 * `name`: of the place.
 */
export async function isOnePatient(store: Store, name: string): Promise<boolean> {
  const children: Child[] = [];
  for await (const child of store.children()) children.push(child);
  const folders = children.filter((child) => child.kind === 'folder' && !child.name.startsWith('.'));
  const files = children.flatMap((child) => (child.kind === 'file' ? [child.entry] : []));
  if (files.some((entry) => patientName({ kind: 'file', entry }) !== undefined)) return false;
  for (const { key, bytes } of files.slice(0, FILES_TRIED))
    if ((await dicomAt(store, key, bytes)) !== undefined) return true;
  const found: DicomFile[] = [];
  for (const folder of folders.slice(0, 2)) {
    const file = await firstDicom(store, patientName(folder)!);
    if (file !== undefined) found.push(file);
  }
  if (found.length === 0) return false;
  const values = (tag: string): string[] => found.map(({ dataset }) => text(dataset, tag));
  const [study, ...studies] = values(STUDY_INSTANCE_UID);
  if (studies.length > 0 && study !== '' && studies.every((uid) => uid === study)) return true;
  return (
    values(PATIENT_ID).every((id) => id === name) && folders.every((folder) => patientName(folder) !== name)
  );
}
