import { TrackingError } from '../errors.ts';
import { REPORT_FILE } from '../report/page.ts';
import type { StepSummary } from '../runner/report.ts';
import { openStore } from '../storage/open.ts';
import { type ArtifactFile, uploadArtifacts } from './artifacts.ts';
import { BUDGET_MS, type Budget, withinBudget } from './budget.ts';
import { PARENT_VARIABLE, trackingChoice, unknownChoice } from './choice.ts';
import { endRun, getRun, logMetrics, logParams, type Run, startRun } from './run.ts';
import { TrackingServer } from './server.ts';
import { type StepOptions, type StepValues, stepValues } from './step-values.ts';
import { type Target, targetOf } from './target.ts';
import { tellable } from './telling.ts';

/** What logging has round it. */
export interface Logging {
  readonly env?: NodeJS.ProcessEnv;
  /** Takes a line for standard error. */
  readonly tell: (line: string) => void;
  /** Milliseconds for all of it. */
  readonly budgetMs?: number;
}

/**
 * Logs a step that is done to the MLflow server of the environment: its parameters, its metrics and, of pass2-write, its
 * report. Into the run that is given (MLFLOW_RUN_ID; a job of Azure ML has its own), which it neither starts nor ends, or
 * into a run of its own. Never throws, and takes no longer than its budget; what goes wrong is told in one line.
 */
export async function logStep(
  summary: StepSummary,
  exitCode: number,
  options: StepOptions,
  { env = process.env, tell, budgetMs = BUDGET_MS }: Logging,
): Promise<void> {
  const told: string[] = [];
  let host = '';
  try {
    await withinBudget(budgetMs, async (budget) => {
      const target = targetOf(env);
      host = ` at ${target.host}`;
      await logTo(target, { summary, exitCode, options, env, budget, told });
    });
  } catch (error) {
    told.unshift(tellable(error));
  }
  const unknown = unknownChoice(env);
  if (unknown !== undefined) told.push(unknown);
  // A run that is not there refuses one request as the other.
  const once = [...new Set(told)];
  if (once.length > 0) tell(`${summary.step}: MLflow${host}: ${once.join('; ')}`);
}

interface Work {
  readonly summary: StepSummary;
  readonly exitCode: number;
  readonly options: StepOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly budget: Budget;
  readonly told: string[];
}

async function logTo(target: Target, work: Work): Promise<void> {
  const { summary, exitCode, options, env, budget, told } = work;
  const server = new TrackingServer(target, budget);
  const now = Date.now();
  const values = await stepValues(summary, options);
  const given = target.runId;
  const run =
    given === undefined
      ? await startRun(server, {
          name: summary.step,
          startTime: Math.round(now - 1000 * summary.profile.process.wall_s),
          parent: env[PARENT_VARIABLE] || undefined,
          tags: { 'swinprep.step': summary.step },
        })
      : undefined;
  const runId = run?.id ?? given!;
  // One after the other, and each whatever became of the one before: most of it is worth having.
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (error) {
      if (!(error instanceof TrackingError && error.isRefusal)) throw error;
      told.push(tellable(error));
    }
  };
  await attempt(() => logMetrics(server, runId, values.metrics, now));
  await attempt(() => logParams(server, runId, values.params));
  // Before the files, which are what may take long.
  if (run !== undefined)
    await attempt(() => endRun(server, runId, exitCode === 0 ? 'FINISHED' : 'FAILED', now));
  await attempt(() => logReport(server, run ?? { id: runId }, values, work));
}

/** Contact sheets of a cohort, sixty patients a sheet, that are logged. */
const MOST_SHEETS = 20;

async function logReport(
  server: TrackingServer,
  run: Run | { readonly id: string },
  { report: folder, isHashed }: StepValues,
  { env, told }: Work,
): Promise<void> {
  if (folder === undefined) return;
  const choice = trackingChoice(env) ?? (isHashed ? 'report' : undefined);
  if (choice === 'values') return;
  if (choice === undefined) {
    told.push(
      'values are logged; the report shows patients by the names of their folders, and is logged with SWINPREP_MLFLOW=report',
    );
    return;
  }
  const place = 'artifactUri' in run ? run : await getRun(server, run.id);
  await uploadArtifacts(server, place, await reportFiles(folder));
}

async function reportFiles(folder: string): Promise<ArtifactFile[]> {
  const store = await openStore(folder);
  const names = [
    REPORT_FILE,
    ...Array.from({ length: MOST_SHEETS }, (_, i) =>
      i === 0 ? 'contact_sheet.png' : `contact_sheet_${i + 1}.png`,
    ),
  ];
  const files: ArtifactFile[] = [];
  for (const path of names) {
    const bytes = await store.read(path);
    if (bytes === undefined) break;
    files.push({ path, bytes, contentType: path.endsWith('.html') ? 'text/html' : 'image/png' });
  }
  return files;
}
