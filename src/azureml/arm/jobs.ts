import { setTimeout as wait } from 'node:timers/promises';
import { ArmError, UsageError } from '../../errors.ts';
import type { WorkspaceClient } from './client.ts';

/** States after which a job does not change ("JobStatus", Azure Resource Manager). */
const FINAL = new Set(['Completed', 'Failed', 'Canceled', 'NotResponding']);

export interface StepStatus {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export interface JobStatus {
  readonly id: string;
  readonly state: string;
  /** In order of their start; those that have not started are not there yet. */
  readonly steps: readonly StepStatus[];
  /** Where Azure ML Studio shows it. */
  readonly studio: string | undefined;
}

export function isFinal(state: string): boolean {
  return FINAL.has(state);
}

interface JobResource {
  readonly properties: {
    readonly status?: string;
    readonly services?: Readonly<Record<string, { readonly endpoint?: string }>>;
  };
}

interface Run {
  readonly runId: string;
  readonly displayName?: string;
  readonly status: string;
  readonly startTimeUtc?: string | null;
}

/** Where a job and its steps stand. Throws a UsageError where there is no such job. */
export async function jobStatus(client: WorkspaceClient, id: string): Promise<JobStatus> {
  const job = (await client.get(`/jobs/${encodeURIComponent(id)}`)) as JobResource | undefined;
  if (job === undefined)
    throw new UsageError(`there is no job ${id} in the workspace ${client.workspace.workspaceName}`);
  return {
    id,
    state: job.properties.status ?? 'Unknown',
    steps: await stepsOf(client, id),
    studio: job.properties.services?.Studio?.endpoint,
  };
}

async function stepsOf(client: WorkspaceClient, id: string): Promise<StepStatus[]> {
  let runs: Run[];
  try {
    runs = ((await client.runHistory(id, 'children')) as { value?: Run[] }).value ?? [];
  } catch (error) {
    // The run history learns of a job a little later than Azure Resource Manager.
    if (error instanceof ArmError && error.status === 404) return [];
    throw error;
  }
  const started = (run: Run): string => run.startTimeUtc ?? '9';
  return runs
    .toSorted((a, b) => (started(a) < started(b) ? -1 : 1))
    .map(({ runId, displayName, status }) => ({ id: runId, name: displayName ?? runId, state: status }));
}

/** Looks at a job until it has ended; `onChange` gets every step whose state is another one, and the job. */
export async function followJob(
  client: WorkspaceClient,
  id: string,
  onChange: (what: string, state: string) => void,
  pollSeconds: number,
): Promise<JobStatus> {
  const seen = new Map<string, string>();
  for (;;) {
    const status = await jobStatus(client, id);
    for (const { id: key, name, state } of [...status.steps, { id, name: id, state: status.state }]) {
      if (seen.get(key) === state) continue;
      seen.set(key, state);
      onChange(name, state);
    }
    if (isFinal(status.state)) return status;
    await wait(1000 * pollSeconds);
  }
}

/** Names of a run's logs with URLs that hold a SAS: secrets. */
export async function logFiles(client: WorkspaceClient, runId: string): Promise<Map<string, string>> {
  const { logFiles: files = {} } = (await client.runHistory(runId, 'details')) as {
    logFiles?: Record<string, string>;
  };
  return new Map(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}
