import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseRecord } from '../../src/records/case.ts';
import type { Cases } from '../../src/records/cases.ts';
import type { Inspection } from '../../src/records/inspection.ts';
import { type CliResult, checkedResult, readJson, temporaryFolder } from './cli.ts';
import { commandHere } from './in-process.ts';

/** A secret of tests. */
export const SALT = 'a secret of sixteen characters';

export interface Run {
  /** Sections of the configuration beside the default ones. */
  readonly config?: Readonly<Record<string, object>>;
  /** Where volumes and `cases.json` go, those of an earlier run; a new folder where it is absent. */
  readonly out?: string;
  readonly more?: readonly string[];
  /** The secret of HMACs. */
  readonly salt?: string;
  readonly code?: number;
}

export interface Converted extends CliResult {
  readonly out: string;
  readonly cases: readonly CaseRecord[];
}

function withConfig(out: string, { config = {} }: Run): string[] {
  const file = join(out, 'config.yml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ output: { gzipLevelInt: 1 }, ...config }));
  return ['--config', file, '--workers', '1'];
}

async function runHere(args: readonly string[], { salt, code = 0 }: Run): Promise<CliResult> {
  return checkedResult(await commandHere(args, salt === undefined ? {} : { SWINPREP_SALT: salt }), code);
}

/** Converts raw data in this process. */
export async function converted(raw: string, run: Run = {}): Promise<Converted> {
  const { out = temporaryFolder(), more = [], code = 0 } = run;
  const to = ['--interim', join(out, 'interim'), '--cases', join(out, 'cases')];
  const result = await runHere(['convert', '--raw', raw, ...to, ...withConfig(out, run), ...more], run);
  // Of several ranks the first one writes them, at its end.
  const written = code === 0 && existsSync(join(out, 'cases/cases.json'));
  return { ...result, out, cases: written ? readJson<Cases>(out, 'cases/cases.json').cases : [] };
}

/** What inspect tells of raw data. */
export async function inspected(raw: string, run: Run = {}): Promise<Inspection> {
  const args = ['inspect', raw, '--json', ...withConfig(temporaryFolder(), run)];
  return JSON.parse((await runHere(args, run)).stdout) as Inspection;
}

/** The records of patients without what changes where a file is called or dated otherwise. */
export function withoutFingerprints(cases: readonly CaseRecord[]): Omit<CaseRecord, 'fingerprint'>[] {
  return cases.map(({ fingerprint: _, ...record }) => record);
}
