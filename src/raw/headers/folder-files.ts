import type { Entry } from '../../storage/store.ts';

/** Files that lie directly in one folder: all of them, or one batch of many. */
export interface FolderFiles {
  /** Without a slash at its end; '' for the root. */
  readonly folder: string;
  readonly files: readonly Entry[];
  readonly whole: boolean;
}

/** Files of one folder that are held at a time: a heap of a whole archive comes in batches. */
const BATCH = 4096;

function folderOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('/'), 0));
}

function liesBelow(key: string, folder: string): boolean {
  return folder === '' || key.startsWith(`${folder}/`);
}

/**
 * A listing folder by folder. It must hold all that is below a folder together, as listings in the order of their keys do;
 * files of a folder may have folders among them.
 */
export async function* byFolder(listing: AsyncIterable<Entry>): AsyncIterable<FolderFiles> {
  const open: { folder: string; files: Entry[]; whole: boolean }[] = [];
  for await (const entry of listing) {
    const folder = folderOf(entry.key);
    while (open.length > 0 && !liesBelow(entry.key, open[open.length - 1].folder)) yield open.pop()!;
    if (open.length === 0 || open[open.length - 1].folder !== folder)
      open.push({ folder, files: [], whole: true });
    const last = open[open.length - 1];
    last.files.push(entry);
    if (last.files.length === BATCH) {
      yield { folder, files: last.files, whole: false };
      open[open.length - 1] = { folder, files: [], whole: false };
    }
  }
  while (open.length > 0) yield open.pop()!;
}

/** A listing of a place without what lies below names that begin with a dot: these are no patients there. */
export async function* visible(listing: AsyncIterable<Entry>): AsyncIterable<Entry> {
  for await (const entry of listing) if (!entry.key.startsWith('.')) yield entry;
}
