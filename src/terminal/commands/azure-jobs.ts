import { randomBytes } from 'node:crypto';
import type { WorkspaceClient } from '../../azureml/arm/client.ts';
import { endedByThemselves } from '../../azureml/arm/failure.ts';
import { followJob, isFinal, type JobStatus, jobStatus, logFiles } from '../../azureml/arm/jobs.ts';
import { prepareJob } from '../../azureml/arm/submit.ts';
import { jobRequest, type ReadyJob } from '../../azureml/request-bodies/requests.ts';
import { UsageError } from '../../errors.ts';
import { say, tell } from './command.ts';

/** A name that sorts by time and is nobody else's. */
function newJobId(): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `swinprep_${time}_${randomBytes(3).toString('hex')}`;
}

interface SubmitOptions {
  readonly name?: string | undefined;
  readonly follow: boolean;
  readonly retryPreempted: number;
  readonly poll: number;
}

/** Submits a pipeline, and again where it failed and Azure ML does not say that a command did. Returns the exit code. */
export async function submit(
  client: WorkspaceClient,
  ready: ReadyJob,
  options: SubmitOptions,
): Promise<number> {
  const uploaded = await prepareJob(client, ready);
  const first = options.name ?? newJobId();
  for (let attempt = 0; ; attempt++) {
    const id = attempt === 0 ? first : `${first}_retry${attempt}`;
    await client.put(jobRequest(ready, id, client.workspace, uploaded));
    say(id);
    if (!options.follow && options.retryPreempted === 0) return 0;
    const status = await followJob(client, id, showChange, options.poll);
    const retry = status.state === 'Failed' || status.state === 'NotResponding';
    if (!retry || attempt >= options.retryPreempted) return exitCode(status);
    const ended = await endedByThemselves(client, status, ready.pipeline);
    if (ended.length > 0) {
      tell(
        `${id}: ${ended.join(', ')} ended with an error of its own, no node was taken away; not submitted again`,
      );
      return exitCode(status);
    }
    tell(`${id}: ${status.state}; submitted again, ${attempt + 1} of ${options.retryPreempted}`);
  }
}

function showChange(what: string, state: string): void {
  tell(`${new Date().toISOString().slice(11, 19)} ${what}: ${state}`);
}

function exitCode({ state }: JobStatus): number {
  return isFinal(state) && state !== 'Completed' ? 1 : 0;
}

/** Prints where a job and its steps stand. Returns the exit code. */
export async function showStatus(
  client: WorkspaceClient,
  id: string,
  follow: boolean,
  poll: number,
): Promise<number> {
  const status = follow ? await followJob(client, id, showChange, poll) : await jobStatus(client, id);
  say(`${id}: ${status.state}`);
  for (const step of status.steps) say(`  ${step.name}: ${step.state}`);
  if (status.studio !== undefined) say(status.studio);
  return exitCode(status);
}

/** Prints the logs of a job's steps, or of one of them. */
export async function showLogs(client: WorkspaceClient, id: string, step: string | undefined): Promise<void> {
  const { steps } = await jobStatus(client, id);
  const wanted = step === undefined ? steps : steps.filter(({ name }) => name === step);
  if (wanted.length === 0)
    throw new UsageError(
      step === undefined
        ? `${id}: no step has started`
        : `${id}: no step ${step} has started; those that have: ${steps.map(({ name }) => name).join(', ') || 'none'}`,
    );
  for (const { id: run, name } of wanted) {
    for (const [file, url] of await logFiles(client, run)) {
      if (!/^(?:user_logs|azureml-logs)\//.test(file)) continue;
      say(`--- ${name}: ${file}`);
      // The URL holds a SAS and is never shown.
      const text = await fetch(url)
        .then((answer) => (answer.ok ? answer.text() : undefined))
        .catch(() => undefined);
      say(text === undefined ? '(cannot be read)' : text.trimEnd());
    }
  }
}
