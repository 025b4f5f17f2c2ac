import { BUDGET_MS, withinBudget } from './budget.ts';
import { CHOICE_VARIABLE, PARENT_VARIABLE, trackingChoice, unknownChoice } from './choice.ts';
import type { Logging } from './log-step.ts';
import { endRun, type RunEnding, startRun } from './run.ts';
import { TrackingServer } from './server.ts';
import { targetOf } from './target.ts';
import { tellable } from './telling.ts';

/** Of a run that somebody has stopped, who waits. */
const STOPPED_BUDGET_MS = 2000;

export interface ParentRun<T> extends Logging {
  /** Of the run: `preprocess`. */
  readonly name: string;
  readonly endingOf: (result: T) => RunEnding;
}

/**
 * Does what starts steps under a run of the whole, in which MLflow shows those of the steps. They find it in `env`, which has
 * to be the environment of this process. Where a run is given they log into that, and no other is started; where the server
 * cannot be had they do not try: it has been told, and cost time enough.
 */
export async function withParentRun<T>(
  { name, endingOf, tell, env = process.env, budgetMs = BUDGET_MS }: ParentRun<T>,
  work: () => Promise<T>,
): Promise<T> {
  if (trackingChoice(env) === 'off') return work();
  const forSteps: Record<string, string> = {};
  const unknown = unknownChoice(env);
  if (unknown !== undefined) {
    tell(`${name}: MLflow: ${unknown}`);
    // Told once, not by each step again.
    forSteps[CHOICE_VARIABLE] = 'values';
  }
  const started = await startParent(name, { env, tell, budgetMs });
  if (started === undefined) forSteps[CHOICE_VARIABLE] = 'off';
  else if (started !== 'given') forSteps[PARENT_VARIABLE] = started.runId;
  const before = Object.keys(forSteps).map((variable) => [variable, env[variable]] as const);
  Object.assign(env, forSteps);
  let ending: RunEnding = 'FAILED';
  try {
    const result = await work();
    ending = endingOf(result);
    return result;
  } finally {
    for (const [variable, value] of before) {
      if (value === undefined) delete env[variable];
      else env[variable] = value;
    }
    if (started !== undefined && started !== 'given') await end(started, ending, { tell, budgetMs });
  }
}

interface Started {
  readonly target: ReturnType<typeof targetOf>;
  readonly runId: string;
}

async function startParent(
  name: string,
  { env, tell, budgetMs }: Required<Logging>,
): Promise<Started | 'given' | undefined> {
  let host = '';
  try {
    const target = targetOf(env);
    if (target.runId !== undefined) return 'given';
    host = ` at ${target.host}`;
    return await withinBudget(budgetMs, async (budget) => {
      const { id } = await startRun(new TrackingServer(target, budget), {
        ...{ name, startTime: Date.now(), parent: env[PARENT_VARIABLE] || undefined, tags: {} },
      });
      return { target, runId: id };
    });
  } catch (error) {
    tell(`${name}: MLflow${host}: ${tellable(error)}; no step is logged`);
    return undefined;
  }
}

async function end(
  { target, runId }: Started,
  ending: RunEnding,
  { tell, budgetMs }: Required<Omit<Logging, 'env'>>,
): Promise<void> {
  const ms = ending === 'KILLED' ? Math.min(budgetMs, STOPPED_BUDGET_MS) : budgetMs;
  try {
    await withinBudget(ms, (budget) => endRun(new TrackingServer(target, budget), runId, ending, Date.now()));
  } catch (error) {
    tell(`MLflow at ${target.host}: ${tellable(error)}; its run is not ended`);
  }
}
