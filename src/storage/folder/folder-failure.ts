import { messageOf, StorageError } from '../../errors.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; let this user in or choose another place',
  EPERM: 'not permitted; let this user in or choose another place',
  EROFS: 'the file system is read-only; choose another place',
  ENOSPC: 'the disk is full; make room and run again',
  EDQUOT: 'the disk quota is used up; make room and run again',
  EISDIR: 'a folder of that name is in the way',
  ENOTEMPTY: 'a folder of that name is in the way',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
};

/** A StorageError naming the path and what to do. */
export function folderFailure(
  path: string,
  action: 'read' | 'written' | 'listed' | 'deleted',
  error: unknown,
): StorageError {
  if (error instanceof StorageError) return error;
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
  return new StorageError(path, `cannot be ${action}: ${remedy}`, { cause: error });
}

/** Nothing of that name, a file where the key has a folder, or a folder where the key has its file. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

export function ignoreAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
