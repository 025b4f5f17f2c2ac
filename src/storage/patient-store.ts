import { ArchiveError, StorageError } from '../errors.ts';
import type { Child, ReadableStore } from './store.ts';
import { subStore } from './view.ts';
import { zipStore } from './zip/zip.ts';

/** An archive is read into memory, and so are its files. */
const MOST_ARCHIVE_BYTES = 4 * 2 ** 30;

const ARCHIVE = /\.zip$/i;

/** Name of the patient a child of the raw data stands for, PATIENT of `PATIENT/` or `PATIENT.zip`; undefined for another file. */
export function patientName(child: Child): string | undefined {
  if (child.kind === 'folder') return child.name;
  return ARCHIVE.test(child.entry.key) ? child.entry.key.replace(ARCHIVE, '') : undefined;
}

/**
 * The files of one patient, given as a child of `store`: a folder, or an archive that is read into memory. An archive
 * whose files all lie in a folder named like the patient is shown from inside that folder, so that a packed and an
 * unpacked patient have the same keys. Throws an ArchiveError that names the archive where its content cannot be used.
 */
export async function openPatient(store: ReadableStore, child: Child): Promise<ReadableStore> {
  const patient = patientName(child);
  const uri = `${store.uri}/${child.kind === 'folder' ? child.name : child.entry.key}`;
  if (patient === undefined) throw new StorageError(uri, 'is neither a folder nor a .zip archive');
  if (child.kind === 'folder') return subStore(store, child.name);

  if (child.entry.bytes > MOST_ARCHIVE_BYTES)
    throw new ArchiveError(
      uri,
      `is larger than the ${MOST_ARCHIVE_BYTES / 2 ** 30} GiB that are read into memory; unpack it into a folder`,
    );
  const bytes = await store.read(child.entry.key);
  if (bytes === undefined) throw new StorageError(uri, 'was there a moment ago and is now gone');
  const archive = zipStore(uri, bytes);
  let files = 0;
  for await (const { key } of archive.list()) {
    files++;
    if (!key.startsWith(`${patient}/`)) return archive;
  }
  return files === 0 ? archive : subStore(archive, patient);
}
