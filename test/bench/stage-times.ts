import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PresetName } from '../../src/config/presets.ts';
import { PROFILE_FILE, type Profile } from '../../src/records/profile.ts';
import { STAGE_MEANINGS } from '../../src/timing/stage-clock.ts';
import { readJson } from '../support/cli.ts';
import { type Bench, removeFolder } from './bench.ts';
import { preprocessArgs } from './end-to-end-rows.ts';
import { measure } from './measure.ts';
import { spreadOf } from './median.ts';
import { builtAt, swinprep } from './swinprep.ts';

export type BuildName = 'before' | 'now';

export interface StageSeconds {
  readonly stage: string;
  /** A case, of all threads together. */
  readonly seconds: number;
}

/** Where the time of one build went: medians of runs with `--profile`, apart from those that are timed. */
export interface StageTimes {
  readonly preset: PresetName;
  readonly build: BuildName;
  readonly cases: number;
  readonly workers: number;
  readonly runs: number;
  /** In the order of the profile, `other` and `idle` last. */
  readonly stages: readonly StageSeconds[];
}

/** What the main thread books while its workers are at work: their time is told by themselves. */
const WAITING = 'patients';

/** In the order in which a patient meets them; what a build has that this one knows nothing of stands behind them. */
const ORDER = new Map(Object.keys(STAGE_MEANINGS).map((stage, i) => [stage, i]));
const LAST = ['other', 'idle'];

function placeOf(stage: string): number {
  return ORDER.get(stage) ?? ORDER.size + 1 + LAST.indexOf(stage);
}

/**
 * Seconds by stage of all steps of a run: of the workers, their idle time included, so that it is all that they had, and of the
 * main thread outside of that.
 */
export function stageSeconds(profiles: readonly Pick<Profile, 'main' | 'pool'>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { main, pool } of profiles) {
    const own = main.stages.filter(({ stage }) => stage !== WAITING);
    for (const { stage, seconds } of [...(pool?.stages ?? []), ...own])
      sums.set(stage, (sums.get(stage) ?? 0) + seconds);
  }
  return sums;
}

/** Medians of each stage over runs, a case. A stage that a run has not took it no time. */
export function medianStages(runs: readonly ReadonlyMap<string, number>[], cases: number): StageSeconds[] {
  const names = [...new Set(runs.flatMap((run) => [...run.keys()]))];
  const ordered = names.sort((a, b) => placeOf(a) - placeOf(b));
  return ordered.map((stage) => ({
    stage,
    seconds: spreadOf(runs.map((run) => run.get(stage) ?? 0)).median / cases,
  }));
}

function profilesBelow(folder: string): Profile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.split('/').at(-1) === PROFILE_FILE)
    .map((name) => readJson<Profile>(folder, name));
}

const WORKERS = 2;

/** Runs both builds in turn with `--profile`, `rounds` times each. */
export async function stageTimes(
  bench: Bench,
  presets: readonly PresetName[],
  rounds: number,
): Promise<StageTimes[]> {
  const { cases } = bench;
  const raw = bench.cohort.raw(cases);
  const times: StageTimes[] = [];
  for (const preset of presets) {
    const runs: Record<BuildName, Map<string, number>[]> = { before: [], now: [] };
    for (let round = 1; round <= rounds; round++) {
      for (const build of ['before', 'now'] as const) {
        const out = join(bench.folder, `stages-${preset}-${build}`);
        const args = [...preprocessArgs(bench, { preset, workers: WORKERS, cases }, raw, out), '--profile'];
        await measure(build === 'now' ? swinprep(...args) : builtAt(bench.before().cli, ...args));
        runs[build].push(stageSeconds(profilesBelow(out)));
        removeFolder(out);
      }
      bench.say(`stages of ${preset}, both builds: ${round}/${rounds}`);
    }
    for (const build of ['before', 'now'] as const)
      times.push({
        preset,
        build,
        cases,
        workers: WORKERS,
        runs: rounds,
        stages: medianStages(runs[build], cases),
      });
  }
  return times;
}
