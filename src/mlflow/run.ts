import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TrackingError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { Metrics } from './metrics.ts';
import { LIMITS } from './names.ts';
import type { Params } from './parameters.ts';
import type { TrackingServer } from './server.ts';

/** States of a run that has ended. */
export type RunEnding = 'FINISHED' | 'FAILED' | 'KILLED';

/** What is said of a run when it is started. */
export interface NewRun {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** The run that it is a part of. */
  readonly parent?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const infoSchema = z.looseObject({ run_id: z.string().min(1), artifact_uri: z.string().optional() });
const runSchema = z.looseObject({ run: z.looseObject({ info: infoSchema }) });
const foundSchema = z.looseObject({ runs: z.array(z.looseObject({ info: infoSchema })).optional() });
const experimentSchema = z.looseObject({ experiment: z.looseObject({ experiment_id: z.string().min(1) }) });
const madeSchema = z.looseObject({ experiment_id: z.string().min(1) });
const anything = z.looseObject({});

const NOT_THERE = 'RESOURCE_DOES_NOT_EXIST';

/** That of MLflow's client where none is named. */
const DEFAULT_EXPERIMENT = '0';
/** By which a run is found again whose start was not answered. */
const START_TAG = 'swinprep.start';
const STARTS = 3;
const PAUSE_MS = 250;

/** A run, and where its artifacts lie. */
export interface Run {
  readonly id: string;
  readonly artifactUri: string | undefined;
}

const runOf = ({ run_id, artifact_uri }: z.infer<typeof infoSchema>): Run => ({
  id: run_id,
  artifactUri: artifact_uri,
});

/** What a request gives; where the server knows nothing of what the environment names, its refusal says which that is. */
async function naming<T>(what: string | undefined, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (what === undefined || !(error instanceof TrackingError) || error.code !== NOT_THERE) throw error;
    throw new TrackingError(`${what}: ${error.message}`, error);
  }
}

/** By what variable a run is given; undefined of one that this process has started. */
function givenBy({ target }: TrackingServer, runId: string): string | undefined {
  if (target.runId !== runId) return undefined;
  return `the run of ${target.workspace === undefined ? 'MLFLOW_RUN_ID' : 'MLFLOW_RUN_ID or AZUREML_RUN_ID'}`;
}

/** A run that is there. */
export async function getRun(server: TrackingServer, id: string): Promise<Run> {
  // MLflow's client sends the older name too.
  const found = server.get('runs/get', { run_uuid: id, run_id: id }, runSchema);
  const { run } = await naming(givenBy(server, id), found);
  return runOf(run.info);
}

async function experimentId(server: TrackingServer): Promise<string> {
  const { experiment } = server.target;
  if (experiment === undefined) return DEFAULT_EXPERIMENT;
  if ('id' in experiment) return experiment.id;
  const { name } = experiment;
  const byName = async (): Promise<string> => {
    const query = { experiment_name: name };
    return (await server.get('experiments/get-by-name', query, experimentSchema)).experiment.experiment_id;
  };
  try {
    return await byName();
  } catch (error) {
    if (!hasCode(error, NOT_THERE)) throw error;
  }
  try {
    return (await server.post('experiments/create', { name }, madeSchema)).experiment_id;
  } catch (error) {
    // Another process has made it, or a request that was not answered.
    if (!hasCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    return byName();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof TrackingError && error.code === code;
}

/**
 * Starts a run. To be started twice it is not safe: where it stays unclear whether it was, it is looked for before it is
 * started again.
 */
export async function startRun(
  server: TrackingServer,
  { name, startTime, parent, tags }: NewRun,
): Promise<Run> {
  const experiment_id = await experimentId(server);
  const { experiment: named } = server.target;
  const experiment = named && 'id' in named ? 'the experiment of MLFLOW_EXPERIMENT_ID' : undefined;
  const start = randomUUID();
  const all = {
    'mlflow.runName': name,
    'mlflow.source.name': 'swinprep',
    'mlflow.source.type': 'LOCAL',
    'swinprep.version': VERSION,
    ...(parent !== undefined && { 'mlflow.parentRunId': parent }),
    ...tags,
    [START_TAG]: start,
  };
  const body = {
    ...{ experiment_id, run_name: name, start_time: startTime },
    tags: Object.entries(all).map(([key, value]) => ({ key, value })),
  };
  for (let tries = 1; ; tries++) {
    try {
      const created = server.post('runs/create', body, runSchema, true);
      return runOf((await naming(experiment, created)).run.info);
    } catch (error) {
      if (!(error instanceof TrackingError && error.isUnclear) || tries === STARTS) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal: server.budget.signal });
    const filter = `tags.\`${START_TAG}\` = '${start}'`;
    const search = { experiment_ids: [experiment_id], filter, max_results: 1 };
    const { runs = [] } = await server.post('runs/search', search, foundSchema);
    if (runs.length > 0) return runOf(runs[0].info);
  }
}

/** Logs metrics at one time. The same again changes nothing: MLflow keeps one value of a metric at a time and step. */
export async function logMetrics(
  server: TrackingServer,
  runId: string,
  metrics: Metrics,
  timestamp: number,
): Promise<void> {
  const values = metrics.map(([key, value]) => ({ key, value, timestamp, step: 0 }));
  if (values.length === 0) return;
  const body = { run_id: runId, metrics: values };
  await naming(givenBy(server, runId), server.post('runs/log-batch', body, anything));
}

/** Logs parameters, which MLflow never changes: the same again is taken, another value refused, with all of its batch. */
export async function logParams(server: TrackingServer, runId: string, params: Params): Promise<void> {
  for (let from = 0; from < params.length; from += LIMITS.paramsPerBatch) {
    const batch = params.slice(from, from + LIMITS.paramsPerBatch).map(([key, value]) => ({ key, value }));
    const body = { run_id: runId, params: batch };
    await naming(givenBy(server, runId), server.post('runs/log-batch', body, anything));
  }
}

/** Ends a run that this process, or the one that it works for, has started. */
export async function endRun(
  server: TrackingServer,
  runId: string,
  status: RunEnding,
  endTime: number,
): Promise<void> {
  await server.post('runs/update', { run_uuid: runId, run_id: runId, status, end_time: endTime }, anything);
}
