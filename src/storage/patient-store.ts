import { StorageError } from '../errors.ts';
import { archiveKind, archiveStem } from './archive/archive-kind.ts';
import { wholeArchive } from './archive/open-archive.ts';
import type { Child, ReadableStore } from './store.ts';
import { subStore } from './view.ts';
import { zipStore } from './zip/zip.ts';

/**
 * Name of the patient a child of the raw data stands for, PATIENT of `PATIENT/` or of `PATIENT.zip`, `.tar`, `.tar.gz` or
 * `.tgz`; undefined for another file.
 */
export function patientName(child: Child): string | undefined {
  if (child.kind === 'folder') return child.name;
  return archiveKind(child.entry.key) && archiveStem(child.entry.key);
}

/**
 * The files of one patient, given as a child of `store`: a folder, or an archive that is read into memory. An archive
 * whose files all lie in a folder named like the patient is shown from inside that folder, so that a packed and an
 * unpacked patient have the same keys. Throws an ArchiveError that names the archive where its content cannot be used.
 */
export async function openPatient(store: ReadableStore, child: Child): Promise<ReadableStore> {
  const patient = patientName(child);
  const uri = `${store.uri}/${child.kind === 'folder' ? child.name : child.entry.key}`;
  if (patient === undefined)
    throw new StorageError(uri, 'is neither a folder nor an archive: .zip, .tar, .tar.gz or .tgz');
  if (child.kind === 'folder') return subStore(store, child.name);

  const bytes = await wholeArchive(store, child.entry);
  const archive =
    archiveKind(child.entry.key) === 'zip'
      ? zipStore(uri, bytes)
      : await (await import('./tar/tar.ts')).tarStore(uri, bytes);
  let files = 0;
  for await (const { key } of archive.list()) {
    files++;
    if (!key.startsWith(`${patient}/`)) return archive;
  }
  return files === 0 ? archive : subStore(archive, patient);
}
