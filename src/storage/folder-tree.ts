import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderFailure, ignoreAbsent } from './folder-failure.ts';
import { byCodeUnits } from './key.ts';
import { isPartial } from './partial.ts';
import type { Entry } from './store.ts';

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
          return stats && { name: dirent.name, link: dirent.isSymbolicLink(), stats };
        }),
    );
    return members.filter((member) => member?.stats.isFile() || member?.stats.isDirectory()) as Member[];
  } catch (error) {
    throw folderFailure(folder, 'listed', error);
  }
}

/** All files below `folder` in ascending order of their keys, which begin with `start`. Holds one folder a level. */
export async function* walk(folder: string, start: string): AsyncIterable<Entry> {
  yield* walkBelow(folder, start, await realPath(folder), []);
}

async function* walkBelow(
  folder: string,
  start: string,
  real: string,
  above: readonly string[],
): AsyncIterable<Entry> {
  if (above.includes(real)) return;
  const members = await membersOf(folder);
  for (const { name, link, stats } of members.sort((a, b) => byCodeUnits(orderOf(a), orderOf(b)))) {
    if (stats.isDirectory()) {
      const below = join(folder, name);
      yield* walkBelow(below, `${start}${name}/`, link ? await realPath(below) : join(real, name), [
        ...above,
        real,
      ]);
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
