import { expect } from 'vitest';
import type { Failures } from '../../src/records/manifest.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { readJson } from '../support/cli.ts';
import { type Agreement, comparableStats, compareValues, SUMMED } from '../support/compared-values.ts';
import type { CohortOutputs, ReferenceConfig } from '../support/volumes/generated-cohort.ts';
import { runPython } from './python.ts';
import { runReference } from './run-reference.ts';

/** A row of compare_outputs.py: one volume of one patient. Differences in HU, in standard deviations, or in labels. */
interface VolumeRow {
  readonly patient_id: string;
  readonly volume: 'ct_hu_resampled_ras' | 'ct_roi_hu' | 'ct_roi_norm' | 'tumor_roi';
  readonly same_type: boolean;
  readonly same_size: boolean;
  readonly voxels: number;
  readonly differing_voxels: number;
  readonly largest_difference: number;
  readonly differing_header_bytes: number;
  readonly differing_header_floats: number;
  readonly largest_header_difference: number;
}

/** How a cohort differs from the reference. */
export interface Differences extends Agreement {
  readonly volumes: readonly VolumeRow[];
  readonly constants: { readonly mu: number; readonly sigma: number };
}

/** Every volume of the reference against the one that swinprep wrote. */
export async function compareVolumes(roi: string, reference: string): Promise<VolumeRow[]> {
  return JSON.parse(await runPython('compare_outputs.py', [roi, reference]));
}

/**
 * Runs the reference on the very files that swinprep read and compares every volume, box and statistic.
 *
 * @param work folder for the reference's outputs, as large as swinprep's
 * @param config what is left out is as in the reference
 */
export async function compareWithReference(
  { interim, roi, stats, manifest, patientIds }: CohortOutputs,
  work: string,
  config: ReferenceConfig = {},
): Promise<Differences> {
  const reference = await runReference({ interim, patientIds }, work, config);
  const volumes = await compareVolumes(roi, reference);
  const { global_mu, global_sigma } = readJson<DatasetStats>(stats, 'dataset_pass1_stats.json').pass1_summary;
  const found: Differences = {
    volumes,
    unequal: [],
    relative: {},
    compared: 0,
    constants: { mu: global_mu, sigma: global_sigma },
  };
  const statsOf = (folder: string) =>
    comparableStats(readJson<DatasetStats>(folder, 'dataset_pass1_stats.json'));
  compareValues(found, 'pass 1', statsOf(stats), statsOf(reference));
  const failed = (folder: string): string[] =>
    readJson<Failures>(folder, 'failures.json')
      .map((failure) => failure.patient_id)
      .filter((id) => patientIds.includes(id))
      .sort();
  compareValues(found, 'failures', failed(manifest), failed(reference));
  for (const id of new Set(volumes.map((row) => row.patient_id)))
    compareValues(found, id, readJson(roi, id, 'meta.json'), readJson(reference, id, 'meta.json'));
  return found;
}

function largest<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((most, row) => Math.max(most, of(row)), 0);
}

/** Writes what was found to the terminal, largest differences first of all. */
export function printDifferences(title: string, { volumes, unequal, relative, compared }: Differences): void {
  const patients = new Set(volumes.map((row) => row.patient_id)).size;
  const lines = [`\n${title}: ${patients} patients, ${volumes.length} volumes`];
  const units = {
    ct_hu_resampled_ras: 'HU',
    ct_roi_hu: 'HU',
    ct_roi_norm: 'sd',
    tumor_roi: 'labels',
  } as const;
  for (const [name, unit] of Object.entries(units)) {
    const rows = volumes.filter((row) => row.volume === name);
    const count = (of: (row: VolumeRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
    lines.push(
      `  ${name.padEnd(20)} at most ${largest(rows, (r) => r.largest_difference).toExponential(2)} ${unit}; ` +
        `${count((r) => r.differing_voxels)} of ${count((r) => r.voxels)} voxels differ`,
    );
  }
  lines.push(
    `  headers              ${volumes.filter((r) => r.differing_header_bytes > 0).length} files differ beyond the placement, ` +
      `${volumes.filter((r) => r.differing_header_floats > 0).length} in float32 of the placement, ` +
      `by at most ${largest(volumes, (r) => r.largest_header_difference).toExponential(2)} relative`,
  );
  for (const [key, difference] of Object.entries(relative))
    lines.push(`  ${key.padEnd(20)} at most ${difference.toExponential(2)} relative`);
  lines.push(`  boxes and counts     ${unequal.length} of ${compared} values differ`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What "equal to the reference" means: CT within 1e-3 HU, masks and boxes identical, constants within 1e-9. */
export function expectEqual({ volumes, unequal, relative, constants }: Differences): void {
  expect(volumes.filter((row) => !row.same_type || !row.same_size)).toEqual([]);
  const allowed = {
    ct_hu_resampled_ras: 1e-3,
    ct_roi_hu: 1e-3,
    ct_roi_norm: 1e-3 / constants.sigma,
    tumor_roi: 0,
  };
  expect(volumes.filter((row) => !(row.largest_difference <= allowed[row.volume]))).toEqual([]);
  // The affine of an oblique image differs in its last bit at most.
  expect(
    volumes.filter((row) => row.differing_header_bytes > 0 || !(row.largest_header_difference <= 1e-6)),
  ).toEqual([]);
  expect(unequal).toEqual([]);
  expect(Object.keys(relative).sort()).toEqual(SUMMED);
  expect(Object.entries(relative).filter(([, difference]) => !(difference <= 1e-9))).toEqual([]);
}
