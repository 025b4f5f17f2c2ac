import { StorageError } from '../errors.ts';

/** Order of keys in every store: by UTF-16 code units, as JavaScript compares strings. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Throws a StorageError unless `key` is a plain relative path: parts between `/`, none of them empty, `.` or `..`.
 * So no key leads out of its store.
 */
export function assertKey(uri: string, key: string): void {
  const plain =
    key.isWellFormed() &&
    !key.includes('\0') &&
    key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!plain) {
    throw new StorageError(
      uri,
      `${JSON.stringify(key)} is not a key: a relative path with no empty, "." or ".." part`,
    );
  }
}

/** How the keys below a folder begin: `''` for the whole store, else the folder with a `/` at its end. */
export function keyStart(uri: string, prefix: string): string {
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  if (folder === '') return '';
  assertKey(uri, folder);
  return `${folder}/`;
}
