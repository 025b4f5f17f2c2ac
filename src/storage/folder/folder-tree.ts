import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../errors.ts';
import { byCodeUnits } from '../key.ts';
import { isPartial } from '../partial.ts';
import type { Entry } from '../store.ts';
import { folderFailure, ignoreAbsent } from './folder-failure.ts';

export interface Member {
  readonly name: string;
  readonly link: boolean;
  readonly stats: BigIntStats;
}

/** Files and folders directly in `folder`, in no order, links resolved; none where it does not exist. */
export async function membersOf(folder: string): Promise<Member[]> {
  try {
    const dirents = (await readdir(folder, { withFileTypes: true }).catch(ignoreAbsent)) ?? [];
    const members = await Promise.all(
      dirents
        .filter(({ name }) => !isPartial(name))
        .map(async (dirent) => {
          const stats = await stat(join(folder, dirent.name), { bigint: true }).catch(ignoreAbsent);
          // Node puts U+FFFD for bytes that are no UTF-8: nothing has such a name, and a slice would be lost in silence.
          if (stats === undefined && dirent.name.includes('\ufffd'))
            throw new StorageError(folder, 'holds a file whose name is not UTF-8; rename it');
          return stats && { name: dirent.name, link: dirent.isSymbolicLink(), stats };
        }),
    );
    return members.filter((member) => member?.stats.isFile() || member?.stats.isDirectory()) as Member[];
  } catch (error) {
    throw folderFailure(folder, 'listed', error);
  }
}

/**
 * All files below `folder` in ascending order of their keys, which begin with `start`. Holds one folder a level. A folder
 * that links lead to is entered once: links could make a maze without end of it.
 */
export async function* walk(folder: string, start: string): AsyncIterable<Entry> {
  yield* walkBelow(folder, start, await realPath(folder), new Set());
}

async function* walkBelow(
  folder: string,
  start: string,
  real: string,
  entered: Set<string>,
): AsyncIterable<Entry> {
  if (entered.has(real)) return;
  entered.add(real);
  const members = await membersOf(folder);
  for (const { name, link, stats } of members.sort((a, b) => byCodeUnits(orderOf(a), orderOf(b)))) {
    if (stats.isDirectory()) {
      const below = join(folder, name);
      yield* walkBelow(below, `${start}${name}/`, link ? await realPath(below) : join(real, name), entered);
    } else {
      yield entryOf(start + name, stats);
    }
  }
}

/** With its slash a folder sorts where its keys do: `a.txt` < `a/x` < `a0`. */
function orderOf({ name, stats }: Member): string {
  return stats.isDirectory() ? `${name}/` : name;
}

export function entryOf(key: string, { size, mtimeNs }: BigIntStats): Entry {
  // Both: the clock of a file system may tick only every few milliseconds.
  return { key, bytes: Number(size), version: `${mtimeNs}-${size}` };
}

async function realPath(path: string): Promise<string> {
  try {
    return (await realpath(path).catch(ignoreAbsent)) ?? path;
  } catch (error) {
    throw folderFailure(path, 'listed', error);
  }
}
