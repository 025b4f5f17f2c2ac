import { type BigIntStats, type Dirent, stat, statSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StorageError } from '../../errors.ts';
import { inFlight } from '../in-flight.ts';
import { byCodeUnits } from '../key.ts';
import { isPartial } from '../partial.ts';
import type { Entry } from '../store.ts';
import { folderFailure, ignoreAbsent } from './folder-failure.ts';
import { Nearness } from './nearness.ts';

export interface Member {
  readonly name: string;
  readonly link: boolean;
  /** Undefined of a folder. */
  readonly file: Pick<Entry, 'bytes' | 'version'> | undefined;
}

const statLater = promisify(stat);

/** Of all folders that are listed: where they differ, it is found out again and again. */
const nearness = new Nearness();

/** Undefined where there is nothing. */
async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return nearness.isFar()
      ? await statLater(path, { bigint: true })
      : nearness.atOnce(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
  } catch (error) {
    return ignoreAbsent(error);
  }
}

/** What is kept of a file's status, which has a dozen large numbers more. */
function memberOf(dirent: Dirent, stats: BigIntStats): Member | undefined {
  if (!stats.isFile() && !stats.isDirectory()) return undefined;
  const { name } = dirent;
  const file = stats.isFile() ? fileOf(stats) : undefined;
  return { name, link: dirent.isSymbolicLink(), file };
}

/** Files and folders directly in `folder`, in no order, links resolved; none where it does not exist. */
export async function membersOf(folder: string): Promise<Member[]> {
  try {
    const dirents = (await readdir(folder, { withFileTypes: true }).catch(ignoreAbsent)) ?? [];
    const members = await inFlight(dirents, async (dirent) => {
      if (isPartial(dirent.name)) return undefined;
      const stats = await statOf(join(folder, dirent.name));
      // Node puts U+FFFD for bytes that are no UTF-8: nothing has such a name, and a slice would be lost in silence.
      if (stats === undefined && dirent.name.includes('\ufffd'))
        throw new StorageError(folder, 'holds a file whose name is not UTF-8; rename it');
      return stats && memberOf(dirent, stats);
    });
    return members.filter((member) => member !== undefined);
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
  for (const { name, link, file } of members.sort((a, b) => byCodeUnits(orderOf(a), orderOf(b)))) {
    if (file === undefined) {
      const below = join(folder, name);
      yield* walkBelow(below, `${start}${name}/`, link ? await realPath(below) : join(real, name), entered);
    } else {
      yield { key: start + name, ...file };
    }
  }
}

/** With its slash a folder sorts where its keys do: `a.txt` < `a/x` < `a0`. */
function orderOf({ name, file }: Member): string {
  return file === undefined ? `${name}/` : name;
}

/** Size and version of a file. */
export function fileOf({ size, mtimeNs }: BigIntStats): Pick<Entry, 'bytes' | 'version'> {
  // Both: the clock of a file system may tick only every few milliseconds.
  return { bytes: Number(size), version: `${mtimeNs}-${size}` };
}

async function realPath(path: string): Promise<string> {
  try {
    return (await realpath(path).catch(ignoreAbsent)) ?? path;
  } catch (error) {
    throw folderFailure(path, 'listed', error);
  }
}
