import { linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PresetName } from '../../src/config/presets.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { readJson } from '../support/cli.ts';
import type { Bench } from './bench.ts';
import { type Command, type Measurement, measure } from './measure.ts';
import { volumeHashes } from './sameness.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The built command line, as a user runs it. */
export function swinprep(...args: string[]): Command {
  return builtAt(CLI, ...args);
}

/** The command line of another build, in the same Node. */
export function builtAt(cli: string, ...args: string[]): Command {
  return { command: process.execPath, args: [cli, ...args] };
}

/** A finished run: what the others are held against, and what the floor is the floor of. */
export interface Run {
  readonly preset: PresetName;
  readonly cases: number;
  /** Folder of `interim` and `roi`. */
  readonly out: string;
  readonly raw: string;
  readonly interim: string;
  readonly roi: string;
  readonly artifacts: { readonly cases: string; readonly split: string; readonly stats: string };
  readonly manifest: Manifest;
  /** Of the volumes of `interim` and `roi`. */
  readonly hashes: Record<string, string>;
  readonly steps: Readonly<Record<'convert' | 'split' | 'pass1-stats' | 'pass2-write', Measurement>>;
}

/** Hashes of the volumes below `OUT/interim` and `OUT/roi`. */
export const outputHashes = (out: string, hashesOf = volumeHashes): Record<string, string> =>
  Object.fromEntries(
    ['interim', 'roi'].flatMap((part) =>
      Object.entries(hashesOf(join(out, part))).map(([name, hash]) => [`${part}/${name}`, hash]),
    ),
  );

const runs = new Map<string, Promise<Run>>();

/** Runs the four steps over some cases, once, and keeps what they left until the bench ends. */
export function finishedRun(bench: Bench, preset: PresetName, cases: number): Promise<Run> {
  const key = `${preset}-${cases}`;
  const run = runs.get(key) ?? runSteps(bench, preset, cases, join(bench.folder, 'finished', key));
  runs.set(key, run);
  return run;
}

/** Keeps one copy of files that are equal: cases of one patient fill the disk with the same. */
function shareEqualFiles(folder: string, hashes: Record<string, string>): void {
  const first = new Map<string, string>();
  for (const [name, hash] of Object.entries(hashes)) {
    const file = join(folder, name);
    const other = first.get(hash) ?? file;
    first.set(hash, other);
    if (other === file) continue;
    rmSync(file);
    linkSync(other, file);
  }
}

async function runSteps(bench: Bench, preset: PresetName, cases: number, out: string): Promise<Run> {
  bench.say(`swinprep, preset ${preset}, ${cases} cases: what the rows are held against`);
  const [interim, roi, casesDir, split, stats, manifestDir] = [
    'interim',
    'roi',
    'cases',
    'split',
    'stats',
    'manifest',
  ].map((name) => join(out, name));
  const raw = bench.cohort.raw(cases);
  const clinical = bench.cohort.clinical;
  const step = (name: string, ...args: string[]): Promise<Measurement> => measure(swinprep(name, ...args));
  const common = ['--cases', casesDir, '--split', split, '--interim', interim];
  const steps = {
    convert: await step(
      'convert',
      ...['--raw', raw, '--interim', interim, '--cases', casesDir, '--preset', preset],
    ),
    split: await step('split', '--cases', casesDir, '--clinical', clinical, '--split', split),
    'pass1-stats': await step('pass1-stats', ...common, '--stats', stats),
    'pass2-write': await step(
      'pass2-write',
      ...[...common, '--stats', stats, '--roi', roi, '--manifest', manifestDir],
    ),
  };
  const manifest = readJson<Manifest>(manifestDir, 'manifest.json');
  if (manifest.summary.num_ok !== cases)
    throw new Error(`only ${manifest.summary.num_ok} of ${cases} cases came through; the bench needs all`);
  const hashes = outputHashes(out);
  shareEqualFiles(out, hashes);
  const artifacts = { cases: casesDir, split, stats };
  return { preset, cases, out, raw, interim, roi, artifacts, manifest, steps, hashes };
}
