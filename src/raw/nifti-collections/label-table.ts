import { parse } from 'csv-parse/sync';
import { messageOf, UsageError } from '../../errors.ts';
import { baseName } from './collection.ts';
import type { NamedLabel } from './tumour-labels.ts';

/* Tables of labels in BIDS: `index` and `name`, tab-separated, beside a mask or further up. */

/** The parts of a name without ending, between underscores. */
const partsOf = (key: string): string[] => baseName(key).replace(/\..*$/, '').split('_');

const folderOf = (key: string): string => key.slice(0, -baseName(key).length);

/** Keys of tables by the folder that they lie in. */
export type TablesByFolder = ReadonlyMap<string, readonly string[]>;

export function tablesByFolder(tables: readonly string[]): TablesByFolder {
  return Map.groupBy(tables, folderOf);
}

/** The folder of a key and those above it, the nearest first; '' is the outermost. */
function foldersOf(key: string): string[] {
  const names = folderOf(key).split('/').slice(0, -1);
  return Array.from({ length: names.length + 1 }, (_, up) =>
    names
      .slice(0, names.length - up)
      .map((name) => `${name}/`)
      .join(''),
  );
}

/**
 * The table that tells the labels of a mask, by BIDS' principle of inheritance: it lies beside the mask or in a folder above,
 * has the mask's suffix and no part that the mask has not; the nearest, with the most parts.
 */
export function labelTableOf(mask: string, tables: TablesByFolder): string | undefined {
  const parts = partsOf(mask);
  const fits = (table: string): boolean =>
    partsOf(table).at(-1) === parts.at(-1) && partsOf(table).every((part) => parts.includes(part));
  for (const folder of foldersOf(mask)) {
    const fitting = (tables.get(folder) ?? []).filter(fits);
    if (fitting.length > 0) return fitting.sort((a, b) => partsOf(b).length - partsOf(a).length)[0];
  }
  return undefined;
}

/** The labels of a table, without 0. Throws a UsageError that names it where it has no columns `index` and `name`. */
export function parseLabelTable(file: string, bytes: Uint8Array): NamedLabel[] {
  const needed = `${file}: must be a table of labels with the columns index and name, separated by tabs`;
  let rows: Record<string, string>[];
  try {
    rows = parse(bytes, {
      columns: true,
      bom: true,
      trim: true,
      delimiter: '\t',
      relax_quotes: true,
    }) as typeof rows;
  } catch (cause) {
    throw new UsageError(`${needed} (${messageOf(cause)})`, { cause });
  }
  return rows
    .map(({ index = '', name = '' }) => {
      if (!/^\d+$/.test(index) || name === '') throw new UsageError(needed);
      return { name, values: [Number(index)] };
    })
    .filter(({ values }) => values[0] > 0);
}
