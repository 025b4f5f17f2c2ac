import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Failures } from '../../src/dataset/manifest.ts';
import type { DatasetStats } from '../../src/dataset/stats.ts';
import { readJson } from '../support/cli.ts';
import type { CohortOutputs, ReferenceConfig } from '../support/generated-cohort.ts';
import { runPython } from './python.ts';

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
export interface Differences {
  readonly volumes: readonly VolumeRow[];
  /** Counts, boxes and names that are not the same: `PATIENT: key: ours, theirs`. */
  readonly unequal: string[];
  /** Largest relative difference of each mean and standard deviation. */
  readonly relative: Record<string, number>;
  /** Values compared in the JSON files. */
  compared: number;
  readonly constants: { readonly mu: number; readonly sigma: number };
}

/** Computed in another order of summation, so equal to the last digits only. */
const SUMMED = new Set(['case_mu', 'case_sigma', 'global_mu', 'global_sigma']);

/** Python writes -850.0 where JavaScript writes -850. */
function normalText(text: string): string {
  return text.replaceAll(/(\d)\.0\b/g, '$1');
}

/** Compares all that the reference says with what swinprep says under the same key. */
function compareValues(into: Differences, where: string, key: string, ours: unknown, theirs: unknown): void {
  if (typeof theirs === 'object' && theirs !== null) {
    for (const [name, value] of Object.entries(theirs)) {
      const below = Array.isArray(theirs) ? key : name;
      compareValues(into, `${where}.${name}`, below, (ours as Record<string, unknown>)?.[name], value);
    }
    return;
  }
  into.compared++;
  if (SUMMED.has(key) && typeof ours === 'number' && typeof theirs === 'number') {
    const difference = Math.abs(ours - theirs) / Math.abs(theirs);
    into.relative[key] = Math.max(into.relative[key] ?? 0, difference);
    return;
  }
  const same = typeof theirs === 'string' ? ours === normalText(theirs) : ours === theirs;
  if (!same) into.unequal.push(`${where}: ${ours}, not ${theirs}`);
}

function byId<T extends { patient_id: string }>(records: readonly T[]): Record<string, T> {
  return Object.fromEntries(records.map((record) => [record.patient_id, record]));
}

/** What both programs write of pass 1, the cases by their patients. */
function statsOf(folder: string): unknown {
  const { config_after_pass1, pass1_summary, per_case_records } = readJson<DatasetStats>(
    folder,
    'dataset_pass1_stats.json',
  );
  return { config_after_pass1, pass1_summary, per_case_records: byId(per_case_records) };
}

/**
 * Runs the reference on the very files that swinprep read and compares every volume, box and statistic.
 *
 * @param work an empty folder for the reference's outputs, as large as swinprep's
 * @param config by the names of the reference; what is left out is as in the reference
 */
export async function compareWithReference(
  { interim, roi, stats, manifest, patientIds }: CohortOutputs,
  work: string,
  config: ReferenceConfig = {},
): Promise<Differences> {
  const samples = patientIds.map((id) => ({
    patient_id: id,
    ct: join(interim, id, 'ct.nii.gz'),
    mask: join(interim, id, 'tumor.nii.gz'),
  }));
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'job.json'), JSON.stringify({ config, samples }));
  const reference = join(work, 'reference');
  await runPython('reference_program.py', [join(work, 'job.json'), reference]);
  const volumes = JSON.parse(await runPython('compare_outputs.py', [roi, reference])) as VolumeRow[];
  const { global_mu, global_sigma } = readJson<DatasetStats>(stats, 'dataset_pass1_stats.json').pass1_summary;
  const found: Differences = {
    volumes,
    unequal: [],
    relative: {},
    compared: 0,
    constants: { mu: global_mu, sigma: global_sigma },
  };
  compareValues(found, 'pass 1', '', statsOf(stats), statsOf(reference));
  const failed = (folder: string): string[] =>
    readJson<Failures>(folder, 'failures.json')
      .map((failure) => failure.patient_id)
      .filter((id) => patientIds.includes(id))
      .sort();
  compareValues(found, 'failures', '', failed(manifest), failed(reference));
  for (const id of new Set(volumes.map((row) => row.patient_id)))
    compareValues(found, id, '', readJson(roi, id, 'meta.json'), readJson(reference, id, 'meta.json'));
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
  expect(Object.keys(relative).sort()).toEqual([...SUMMED].sort());
  expect(Object.entries(relative).filter(([, difference]) => !(difference <= 1e-9))).toEqual([]);
}
