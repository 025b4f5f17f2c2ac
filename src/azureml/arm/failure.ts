import type { PipelineJob, PipelineNode } from '../yaml/pipeline.ts';
import type { WorkspaceClient } from './client.ts';
import type { JobStatus } from './jobs.ts';

/** `RunDetails` of the run history, as azure-ai-ml reads it. */
interface RunDetails {
  readonly error?: { readonly error?: RootError | null } | null;
}

interface RootError {
  readonly code?: string | null;
  readonly message?: string | null;
  readonly details?: readonly RootError[] | null;
}

/** "PreemptionError: Nodes of this job got pre-empted."; of Spot nodes Azure says that they are evicted. */
const PREEMPTED = /\bPreemptionError\b|\bpre-?empt(?:ed|ion)\b|\bevict(?:ed|ion)\b/i;
/** "User process 'x' exited with status code 1.", "Submitted script failed with a non-zero exit code" */
const OWN_END = /\bUser process .* exited with status code\b|\bnon-zero exit code\b/is;

/**
 * The failed steps of a failed job, where Azure ML tells of each that its own command ended with an error. None where a
 * node was taken away or lost, and where it does not tell: Microsoft documents no code for either, only the text differs.
 * A step on many nodes never tells, for it ends with an error when one of its nodes is lost.
 */
export async function endedByThemselves(
  client: WorkspaceClient,
  { steps }: JobStatus,
  pipeline: PipelineJob,
): Promise<string[]> {
  if (steps.some(({ state }) => state === 'NotResponding')) return [];
  const failed = steps.filter(({ state }) => state === 'Failed');
  const shared = Object.entries(pipeline.jobs).flatMap(([name, node]) =>
    nodesOf(node) > 1 ? [name, node.display_name] : [],
  );
  if (failed.some(({ name }) => shared.includes(name))) return [];
  for (const { id } of failed) {
    const { error } = (await client.runHistory(id, 'details')) as RunDetails;
    const text = textOf(error?.error);
    if (PREEMPTED.test(text) || !OWN_END.test(text)) return [];
  }
  return failed.map(({ name }) => name);
}

function nodesOf(node: PipelineNode): number {
  const own = 'resources' in node && node.kind !== 'spark' ? node.resources : undefined;
  const count = (own ?? (node.kind === 'component' ? node.component.resources : undefined))?.instance_count;
  return typeof count === 'number' ? count : 1;
}

function textOf(error: RootError | null | undefined): string {
  if (!error) return '';
  return [error.code, error.message, ...(error.details ?? []).map(textOf)].join('\n');
}
