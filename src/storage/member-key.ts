import { ArchiveError } from '../errors.ts';

/**
 * The key of an archive's member: its name without `.` and empty parts, '' where nothing is left. Throws an ArchiveError for a
 * name by which an unpacker might be led outside the archive ("zip slip").
 */
export function memberKey(uri: string, name: string): string {
  const parts = name.split('/');
  if (/^\/|^[a-z]:|[\\\0]/i.test(name) || parts.includes('..')) {
    throw new ArchiveError(uri, 'holds a file whose name leads out of the archive; pack it again');
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

/** Throws an ArchiveError unless a file can be asked for by this key. */
export function assertFileKey(uri: string, key: string): void {
  if (key === '' || !key.isWellFormed())
    throw new ArchiveError(uri, 'holds a file without a name; pack it again');
}

/** What macOS adds to an archive: `__MACOSX/` and all below it. */
export function isMacOsFolder(key: string): boolean {
  return key.startsWith('__MACOSX/');
}
