import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PresetName } from '../../src/config/presets.ts';
import { VERSION } from '../../src/version.ts';
import { barsOf } from './bars.ts';
import { type Bench, removeFolder } from './bench.ts';
import { type BuildBefore, buildBefore, removeWorktree, revisionHere } from './build-before.ts';
import { catalogue, LONG_ROWS } from './catalogue.ts';
import { type Cohort, generatedCohort, lung1Cohort } from './cohort.ts';
import { machineFacts } from './machine.ts';
import { type BenchResult, resultOf } from './result.ts';
import { type LeftOut, PeerMissing, type Row, type Sample } from './row.ts';
import { stageTimes } from './stage-times.ts';

export interface CampaignOptions {
  readonly cohort: 'lung1' | 'generated';
  readonly cases: number;
  readonly fewCases: number;
  readonly rounds: number;
  /** Names of rows; without it all but the long ones. */
  readonly rows?: readonly string[] | undefined;
  readonly long: boolean;
  /** A commit whose build is measured beside this one. */
  readonly before?: string | undefined;
  /** Pixels along a side of generated slices. */
  readonly gridSize?: number | undefined;
  /** Where a folder for everything is made, and removed in the end: some GB. */
  readonly scratch?: string | undefined;
  readonly say: (line: string) => void;
}

function chosen(all: readonly Row[], { rows, long }: CampaignOptions): Row[] {
  if (rows === undefined) return all.filter(({ name }) => long || !LONG_ROWS.includes(name));
  const unknown = rows.filter((name) => !all.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`no row ${unknown.join(', ')}: see --list`);
  return all.filter(({ name }) => rows.includes(name));
}

/** The rows that can be measured here, the others with why not, and the versions of all programs. */
async function atHand(rows: readonly Row[], say: (line: string) => void) {
  const versions: Record<string, string> = { swinprep: VERSION, Node: process.version };
  versions.zlib = process.versions.zlib;
  const ready: Row[] = [];
  const leftOut: LeftOut[] = [];
  for (const row of rows) {
    try {
      Object.assign(versions, await row.ready?.());
      ready.push(row);
    } catch (thrown) {
      if (!(thrown instanceof PeerMissing)) throw thrown;
      say(`${row.name} is left out: ${thrown.message}`);
      leftOut.push({ name: row.name, title: row.title, why: thrown.message });
    }
  }
  return { ready, leftOut, versions };
}

/** Of the runs that tell the stages: they say where the time goes, not how much it is. */
const MOST_STAGE_RUNS = 3;

function worktreeIn(folder: string): string {
  return join(folder, 'before');
}

function benchIn(folder: string, cohort: Cohort, options: CampaignOptions): Bench {
  const { cases, fewCases, say } = options;
  let made: BuildBefore | PeerMissing | undefined;
  const before = (): BuildBefore => {
    made ??= builtBefore(folder, options);
    if (made instanceof PeerMissing) throw made;
    return made;
  };
  return { cohort, cases, fewCases: Math.min(cases, fewCases), folder, before, say };
}

/** The build before, or why there is none, which is told to every row that asks. */
function builtBefore(folder: string, { before, say }: CampaignOptions): BuildBefore | PeerMissing {
  try {
    if (before === undefined) throw new PeerMissing('no commit is named by --before');
    say(`building ${before} in a git worktree`);
    return buildBefore(before, worktreeIn(folder));
  } catch (thrown) {
    if (thrown instanceof PeerMissing) return thrown;
    throw thrown;
  }
}

/** Measures every row `rounds` times, a row after the other and again from the first, so that none has the quiet hour. */
async function measureAll(rows: readonly Row[], folder: string, { rounds, say }: CampaignOptions) {
  const samples = new Map<string, Sample[]>(rows.map(({ name }) => [name, []]));
  const failed: { name: string; why: string }[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      if (failed.some(({ name }) => name === row.name)) continue;
      const place = mkdtempSync(join(folder, `${row.name}-`));
      try {
        const sample = await row.measure(place);
        samples.get(row.name)!.push(sample);
        say(`round ${round}/${rounds}  ${row.name}: ${sample.wallS.toFixed(2)} s`);
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        failed.push({ name: row.name, why });
        say(`round ${round}/${rounds}  ${row.name} FAILED: ${why}`);
      } finally {
        removeFolder(place);
      }
    }
  }
  return { samples, failed };
}

/** All rows. Nothing is run. */
export function listRows(options: CampaignOptions): Row[] {
  const nothing: Cohort = { title: '', patients: [], clinical: '', raw: () => '', patientOf: () => '' };
  return catalogue(benchIn('', nothing, options));
}

/** Makes the cohort, measures the rows, removes everything. */
export async function runCampaign(options: CampaignOptions): Promise<BenchResult> {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc: it runs on Linux');
  const { cases, rounds, say, scratch = tmpdir() } = options;
  const loadAverage = loadavg();
  const started = performance.now();
  const folder = mkdtempSync(join(scratch, 'swinprep-bench-'));
  const clear = () => {
    if (options.before !== undefined) removeWorktree(worktreeIn(folder));
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = () => {
    clear();
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const cohortOptions = { folder, most: 4 * cases };
    say(`making the cohort in ${folder}`);
    const cohort =
      options.cohort === 'lung1'
        ? lung1Cohort(cohortOptions)
        : generatedCohort({ ...cohortOptions, phantoms: cases, gridSize: options.gridSize });
    const bench = benchIn(folder, cohort, options);
    const wanted = chosen(catalogue(bench), options);
    const { ready: rows, leftOut, versions } = await atHand(wanted, say);
    const { samples, failed } = await measureAll(rows, folder, options);
    const results = rows
      .filter(({ name }) => samples.get(name)!.length > 0 && !failed.some((row) => row.name === name))
      .map((row) => resultOf(row, samples.get(row.name)!));
    const beside = (preset: PresetName) => results.some(({ name }) => name === `before-${preset}-2w`);
    const presets = (['lung1', 'reference'] as const).filter(beside);
    const stages = await stageTimes(bench, presets, Math.min(rounds, MOST_STAGE_RUNS));
    const now = revisionHere();
    return {
      machine: machineFacts(versions, loadAverage),
      ...(now && { now }),
      ...(presets.length > 0 && { before: bench.before().commit }),
      cohort: cohort.title,
      cases,
      rounds,
      minutes: (performance.now() - started) / 60_000,
      rows: results,
      leftOut,
      failed,
      bars: barsOf(results),
      stages,
    };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    clear();
  }
}
