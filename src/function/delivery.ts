import path from 'node:path';
import { connectTo } from '../azureml/arm/connect.ts';
import { findWorkspace } from '../azureml/arm/find-workspace.ts';
import { uriResolver } from '../azureml/arm/resolve-uri.ts';
import { readyJob } from '../azureml/request-bodies/requests.ts';
import { ArmError, messageOf, StorageError, UsageError } from '../errors.ts';
import { parseEvents } from './event.ts';
import { reasonToIgnore, VALIDATION } from './event-filter.ts';
import { type Outcome, runMarked } from './marked-run.ts';
import { readSettings, type Settings } from './settings.ts';

/** Where the function's messages go; neither secrets nor names of patients are put into them. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What the handlers stand on. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the package, which the path of the pipeline is relative to. */
  readonly root: string;
  readonly log: Log;
}

/** The answer to a subscription validation event ("Endpoint validation with Event Grid event schema"). */
export interface ValidationResponse {
  readonly validationResponse: string;
}

/**
 * Takes what Event Grid delivers, one event or several. Throws only where another delivery may go better: then Event Grid
 * repeats this one. What no repetition mends is logged as an error, and `sweep` meets it again.
 */
export async function deliver(
  delivered: unknown,
  around: Surroundings,
): Promise<ValidationResponse | undefined> {
  const { log } = around;
  return unlessLasting(log, async () => {
    const settings = readSettings(around.env);
    for (const event of parseEvents(delivered)) {
      if (event.type === VALIDATION && event.validationCode !== undefined) {
        log.info('subscription validation answered');
        return { validationResponse: event.validationCode };
      }
      const reason = reasonToIgnore(event, settings);
      if (reason === undefined) log.info(describe(await run(settings, around, event.etag)));
      else log.warn(`ignored: ${reason}`);
    }
    return undefined;
  });
}

/**
 * Looks whether a version of the marker waits: because a job was at work when its event came, because it had not
 * settled, or because the event was lost.
 */
export async function sweep(around: Surroundings): Promise<void> {
  await unlessLasting(around.log, async () => {
    around.log.info(describe(await run(readSettings(around.env), around)));
    return undefined;
  });
}

async function run(settings: Settings, { env, root, log }: Surroundings, etag?: string): Promise<Outcome> {
  const { marker, inputs: set, uploads, settleSeconds } = settings;
  const ready = await readyJob(path.resolve(root, settings.pipeline), set);
  const client = await connectTo(await findWorkspace({}, env, root), env);
  const warn = (message: string): void => log.warn(message);
  const resolveUri = uriResolver({}, env);
  return runMarked({ client, ready, set, marker, uploads, settleSeconds, resolveUri, warn }, etag);
}

function describe(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'absent':
      return 'there is no marker';
    case 'superseded':
      return 'superseded: the marker has been written again since';
    case 'settling':
      return 'waiting: the marker was written a moment ago';
    case 'busy':
      return `waiting: ${outcome.other} writes to the same place; ${outcome.job} comes after it`;
    case 'known':
      return `${outcome.job}: submitted already`;
    case 'submitted':
      return `${outcome.job}: submitted`;
  }
}

async function unlessLasting<T>(log: Log, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isPassing(error)) throw error;
    log.error(messageOf(error));
    return undefined;
  }
}

/** Whether the same may succeed a little later without anybody's doing. */
function isPassing(error: unknown): boolean {
  if (error instanceof UsageError) return false;
  if (error instanceof ArmError) return isPassingStatus(error.status);
  if (error instanceof StorageError)
    return isPassingStatus((error.cause as { statusCode?: number } | undefined)?.statusCode);
  return true;
}

/** No status: the service could not be reached. */
function isPassingStatus(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}
