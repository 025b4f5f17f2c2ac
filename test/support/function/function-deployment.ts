import { markedJobName } from '../../../src/function/marked-run.ts';
import { blobVersion } from '../../../src/storage/blob/blob-version.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type ArmServer, startArmServer } from '../azure/arm-server.ts';
import { type Azurite, startAzurite } from '../azure/azurite.ts';
import type { FunctionApp } from './function-app.ts';
import { type Finished, type FunctionsHost, startFunctionsHost } from './functions-host.ts';
import { TOPIC } from './recorded-events.ts';

/** A function app beside a workspace and a storage account that behave like Azure's. */
export interface Deployment {
  readonly arm: ArmServer;
  readonly azurite: Azurite;
  /** The worker of the app that all tests share. */
  host(): Promise<FunctionsHost>;
  /** Another one, for this test alone; `settings` are put in place of app settings that a deployment has. */
  start(settings?: NodeJS.ProcessEnv): Promise<FunctionsHost>;
  /** Writes the marker; gives its ETag. */
  writeMarker(): Promise<string>;
  deleteMarker(): Promise<void>;
  /** Name of the job for a version of the marker. */
  jobOf(etag: string): string;
  /** Paths of the jobs in the workspace, in the order of their submission. */
  jobs(): string[];
  /** Paths of all that has been put into the workspace. */
  puts(): string[];
  /** After a test: ends its workers, and takes jobs and marker away. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDeployment(app: FunctionApp): Promise<Deployment> {
  const [arm, azurite] = await Promise.all([startArmServer(), startAzurite()]);
  const raw = `${azurite.url}/raw`;
  const marker = `${raw}/_READY`;
  let shared: Promise<FunctionsHost> | undefined;
  const others: FunctionsHost[] = [];
  const env = {
    ...arm.env,
    SWINPREP_INPUT_raw: raw,
    SWINPREP_INPUT_clinical: `${raw}/clinical.csv`,
    SWINPREP_INPUT_interim: `${azurite.url}/interim`,
    SWINPREP_INPUT_roi: `${azurite.url}/roi`,
    SWINPREP_INPUT_state: `${azurite.url}/interim/.state`,
    SWINPREP_STORAGE_ID: TOPIC,
    SWINPREP_UPLOADS: `${azurite.url}/artifacts/function`,
    AZURE_CLIENT_ID: 'identity of the function',
    SWINPREP_SETTLE_SECONDS: '0',
  };
  const deleteMarker = async (): Promise<void> => (await openStore(raw)).delete('_READY');
  const endOthers = (): Promise<unknown> => Promise.all(others.splice(0).map((host) => host.stop()));
  return {
    arm,
    azurite,
    host: () => (shared ??= startFunctionsHost(app.folder, env)),
    start: async (settings = {}) => {
      const host = await startFunctionsHost(app.folder, { ...env, ...settings });
      others.push(host);
      return host;
    },
    writeMarker: async () => {
      await (await openStore(raw)).write('_READY', new Uint8Array());
      return (await blobVersion(marker))!.etag;
    },
    deleteMarker,
    jobOf: (etag) => markedJobName(marker, etag),
    jobs: () => [...arm.resources.keys()].filter((place) => place.startsWith('/jobs/')),
    puts: () => arm.seen.filter(({ method }) => method === 'PUT').map((request) => request.path),
    reset: async () => {
      await Promise.all([endOthers(), deleteMarker()]);
      arm.reset();
    },
    stop: async () => {
      await Promise.all([endOthers(), (await shared)?.stop(), azurite.close(), arm.stop()]);
    },
  };
}

/** Delivers an event to the function `ready`. */
export function deliver(host: FunctionsHost, event: object): Promise<Finished> {
  return host.invoke('ready', { json: JSON.stringify(event) });
}

/** What the timer does. */
export function sweep(host: FunctionsHost): Promise<Finished> {
  return host.invoke('sweep', { json: JSON.stringify({ IsPastDue: false }) });
}
