/** What of a step is logged: nothing, its values, or its report too. `undefined`: as the names of its patients allow. */
export type Choice = 'off' | 'values' | 'report' | undefined;

/** Says what is logged; a run sets it for the steps that it starts. */
export const CHOICE_VARIABLE = 'SWINPREP_MLFLOW';

/** The run of a whole pipeline, which sets it for the steps that it starts. */
export const PARENT_VARIABLE = 'SWINPREP_MLFLOW_PARENT_RUN';

/**
 * What the environment asks for: nothing where MLFLOW_TRACKING_URI names no server. Any other word than those in
 * SWINPREP_MLFLOW is one that its writer took for something: values alone then, which name nobody, and `unknownChoice` says so.
 */
export function trackingChoice(env: NodeJS.ProcessEnv): Choice {
  if (!env.MLFLOW_TRACKING_URI?.trim()) return 'off';
  const text = env[CHOICE_VARIABLE]?.trim().toLowerCase();
  if (!text) return undefined;
  return text === 'off' || text === 'report' ? text : 'values';
}

/** What to tell of a word in SWINPREP_MLFLOW that is none of its own; undefined where there is none. */
export function unknownChoice(env: NodeJS.ProcessEnv): string | undefined {
  const word = env[CHOICE_VARIABLE]?.trim() ?? '';
  if (['', 'off', 'values', 'report'].includes(word.toLowerCase())) return undefined;
  return `${CHOICE_VARIABLE} is ${JSON.stringify(word.slice(0, 40))}, which counts as values; it is report, values or off, or not set`;
}
