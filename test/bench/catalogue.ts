import type { Bench } from './bench.ts';
import { azuriteRow, folderRow } from './end-to-end-rows.ts';
import { floorRow } from './floor-rows.ts';
import type { Candidate } from './row.ts';

/** A run that takes long and says one thing more; measured when asked for by `--long` or by name. */
export const LONG_ROWS = ['reference-azurite', 'lung1-x4'];

/** Every row there is, in the order of the table; those that cannot be measured here say why. */
export function catalogue(bench: Bench): Candidate[] {
  const { cases } = bench;
  return [
    folderRow(bench, 'reference-2w', { preset: 'reference', workers: 2, cases }),
    folderRow(bench, 'reference-1w', { preset: 'reference', workers: 1, cases }),
    azuriteRow(bench, 'reference-azurite', { preset: 'reference', workers: 2, cases }),
    floorRow(bench, 'floor-reference', 'reference', cases),
    folderRow(bench, 'lung1-2w', { preset: 'lung1', workers: 2, cases }),
    folderRow(bench, 'lung1-1w', { preset: 'lung1', workers: 1, cases }),
    folderRow(bench, 'lung1-x4', { preset: 'lung1', workers: 2, cases: 4 * cases }),
    azuriteRow(bench, 'lung1-azurite', { preset: 'lung1', workers: 2, cases }),
    floorRow(bench, 'floor-lung1', 'lung1', cases),
  ];
}
