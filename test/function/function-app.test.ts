import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lintFiles, yamlFilesIn } from '../../src/azureml/lint.ts';
import { markedJobName } from '../../src/function/marked-run.ts';
import { blobVersion } from '../../src/storage/blob-version.ts';
import { openStore } from '../../src/storage/open.ts';
import { type ArmServer, startArmServer } from '../support/arm-server.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { buildFunctionApp, type FunctionApp } from '../support/function-app.ts';
import { type Finished, type FunctionsHost, startFunctionsHost } from '../support/functions-host.ts';

const TOPIC =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/imaging/providers/Microsoft.Storage/storageAccounts/imagingdata';

let app: FunctionApp;
let arm: ArmServer;
let azurite: Azurite;
let hosts: FunctionsHost[];
let marker: string;
beforeAll(() => {
  app = buildFunctionApp();
});
afterAll(() => app.remove());
beforeEach(async () => {
  arm = await startArmServer();
  azurite = await startAzurite();
  marker = `${azurite.url}/raw/_READY`;
  hosts = [];
});
afterEach(async () => {
  await Promise.all([...hosts.map((host) => host.stop()), azurite.close(), arm.stop()]);
});

/** A worker of the deployed app, with the app settings of a deployment. */
async function start(settings: NodeJS.ProcessEnv = {}): Promise<FunctionsHost> {
  const places = Object.fromEntries(
    ['raw', 'interim', 'roi'].map((name) => [`SWINPREP_INPUT_${name}`, `${azurite.url}/${name}`]),
  );
  const host = await startFunctionsHost(app.folder, {
    ...arm.env,
    ...places,
    SWINPREP_INPUT_clinical: `${azurite.url}/raw/clinical.csv`,
    SWINPREP_STORAGE_ID: TOPIC,
    SWINPREP_UPLOADS: `${azurite.url}/artifacts/function`,
    SWINPREP_SETTLE_SECONDS: '0',
    ...settings,
  });
  hosts.push(host);
  return host;
}

/** Writes the marker; gives its ETag. */
async function writeMarker(): Promise<string> {
  await (await openStore(`${azurite.url}/raw`)).write('_READY', new Uint8Array());
  return (await blobVersion(marker))!.etag;
}

type Recorded =
  | 'blob-created'
  | 'blob-created.cloudevent'
  | 'blob-created.hierarchical'
  | 'subscription-validation';

interface RecordedEvent {
  topic?: string;
  subject: string;
  data: Record<string, unknown>;
}

function recorded(name: Recorded): RecordedEvent {
  const file = path.join(import.meta.dirname, 'events', `${name}.json`);
  return [JSON.parse(readFileSync(file, 'utf8'))].flat()[0];
}

/** A recorded event, made to be of this version of the marker. */
function eventOf(etag: string, name: Recorded = 'blob-created'): RecordedEvent {
  const event = recorded(name);
  return { ...event, data: { ...event.data, eTag: etag } };
}

const deliver = (host: FunctionsHost, event: object): Promise<Finished> =>
  host.invoke('ready', { json: JSON.stringify(event) });
const sweep = (host: FunctionsHost): Promise<Finished> =>
  host.invoke('sweep', { json: JSON.stringify({ IsPastDue: false }) });
const jobs = (): string[] => [...arm.resources.keys()].filter((place) => place.startsWith('/jobs/'));
const jobOf = (etag: string): string => markedJobName(marker, etag);
const puts = (): string[] => arm.seen.filter(({ method }) => method === 'PUT').map((request) => request.path);

describe('the function app', () => {
  it('registers `ready` for events and `sweep` for every five minutes, and no door to the network', async () => {
    const { functions, programmingModel } = await start();
    expect(programmingModel).toMatch(/^@azure\/functions 4\./);
    expect([...functions.keys()]).toEqual(['ready', 'sweep']);
    expect(functions.get('ready')).toMatchObject([{ type: 'eventGridTrigger', direction: 'in' }]);
    expect(functions.get('sweep')).toMatchObject([{ type: 'timerTrigger', schedule: '0 */5 * * * *' }]);
  });

  it('is a package with all that it needs, and Azure ML files without a fault', async () => {
    expect(app.files).toEqual(expect.arrayContaining(['host.json', 'package.json', 'dist/main.cjs']));
    const folders = ['components', 'pipelines'].map((name) => path.join(app.folder, name));
    const { checked, problems } = await lintFiles(await yamlFilesIn(folders));
    expect(problems).toEqual([]);
    expect(checked.length).toBeGreaterThanOrEqual(9);
  });
});

describe('a marker', () => {
  it('starts the pipeline on the places of the app settings, under a name made of URL and version', async () => {
    const etag = await writeMarker();
    const { error, logs } = await deliver(await start(), eventOf(etag));
    expect({ error, logs }).toEqual({ error: undefined, logs: [`information: ${jobOf(etag)}: submitted`] });
    const { properties } = arm.resources.get(`/jobs/${jobOf(etag)}`) as unknown as {
      properties: { inputs: Record<string, object>; jobs: object };
    };
    expect(Object.keys(properties.jobs)).toEqual(['convert', 'split', 'pass1_stats', 'pass2_write']);
    expect(properties.inputs).toMatchObject({
      raw: { jobInputType: 'literal', value: `${azurite.url}/raw` },
      roi: { jobInputType: 'literal', value: `${azurite.url}/roi` },
      config: { jobInputType: 'uri_file', uri: expect.stringContaining('/artifacts/function/LocalUpload/') },
    });
  });

  it('starts one run, however often its event arrives', async () => {
    const host = await start();
    const etag = await writeMarker();
    await deliver(host, eventOf(etag));
    const before = puts();
    for (const name of ['blob-created', 'blob-created.cloudevent', 'blob-created.hierarchical'] as const) {
      const { logs } = await deliver(host, eventOf(etag, name));
      expect(logs).toEqual([`information: ${jobOf(etag)}: submitted already`]);
    }
    expect(puts()).toEqual(before);
  });

  it('starts one run when its event arrives in many places at once', async () => {
    const workers = await Promise.all([start(), start()]);
    const etag = await writeMarker();
    const ended = await Promise.all(
      [1, 2, 3].flatMap(() => workers.map((host) => deliver(host, eventOf(etag)))),
    );
    expect(ended.map(({ error }) => error)).toEqual(Array(6).fill(undefined));
    expect(jobs()).toEqual([`/jobs/${jobOf(etag)}`]);
    expect(puts().filter((place) => place.startsWith('/jobs/')).length).toBeGreaterThan(1);
  });

  it('starts one run when two look at once, and Azure ML refuses the slower one', async () => {
    const host = await start();
    const etag = await writeMarker();
    arm.lives.push(['Running']);
    await deliver(host, eventOf(etag));
    const notYet = { matches: `GET ${arm.workspace}/jobs/${jobOf(etag)}`, status: 404 };
    const error = { code: 'UserError', message: 'A job with this name already exists.' };
    arm.faults.push(notYet, notYet, { matches: `PUT ${arm.workspace}/jobs/`, status: 400, body: { error } });
    expect((await deliver(host, eventOf(etag))).logs).toEqual([
      `information: ${jobOf(etag)}: submitted already`,
    ]);
    expect(arm.faults).toEqual([]);
  });

  it('starts another run when it is written again', async () => {
    const host = await start();
    const first = await writeMarker();
    await deliver(host, eventOf(first));
    const second = await writeMarker();
    await deliver(host, eventOf(second));
    expect(jobs()).toEqual([first, second].map((etag) => `/jobs/${jobOf(etag)}`));
  });

  it('starts one run of the newest version when it is written several times in a row', async () => {
    const host = await start({ SWINPREP_SETTLE_SECONDS: '1' });
    const etags: string[] = [];
    const ended: Promise<Finished>[] = [];
    for (let i = 0; i < 4; i++) {
      etags.push(await writeMarker());
      ended.push(deliver(host, eventOf(etags[i])));
    }
    const logs = (await Promise.all(ended)).flatMap((finished) => finished.logs);
    const superseded = 'information: superseded: the marker has been written again since';
    expect(logs).toEqual([superseded, superseded, superseded, `information: ${jobOf(etags[3])}: submitted`]);
    expect(jobs()).toEqual([`/jobs/${jobOf(etags[3])}`]);
  });

  it('that has been overwritten starts nothing, when its event comes late', async () => {
    const host = await start();
    const old = await writeMarker();
    const present = await writeMarker();
    await deliver(host, eventOf(present));
    expect((await deliver(host, eventOf(old))).logs).toEqual([
      'information: superseded: the marker has been written again since',
    ]);
    expect(jobs()).toEqual([`/jobs/${jobOf(present)}`]);
  });

  it('that is gone starts nothing', async () => {
    const host = await start();
    const etag = await writeMarker();
    await (await openStore(`${azurite.url}/raw`)).delete('_READY');
    expect((await deliver(host, eventOf(etag))).logs).toEqual(['information: there is no marker']);
    expect(arm.seen).toEqual([]);
  });

  it('that is to settle for longer than a delivery may take is left to `sweep`', async () => {
    const etag = await writeMarker();
    const { error, logs } = await deliver(await start({ SWINPREP_SETTLE_SECONDS: '600' }), eventOf(etag));
    expect({ error, logs }).toEqual({
      error: undefined,
      logs: ['information: waiting: the marker was written a moment ago'],
    });
    expect(jobs()).toEqual([]);
  });

  it('whose event was lost is found by `sweep`, once', async () => {
    const host = await start();
    const etag = await writeMarker();
    expect((await sweep(host)).logs).toEqual([`information: ${jobOf(etag)}: submitted`]);
    expect((await sweep(host)).logs).toEqual([`information: ${jobOf(etag)}: submitted already`]);
  });
});

describe('a run that is still going', () => {
  it('is not joined by a second one on the same places: that comes when it has ended', async () => {
    const host = await start();
    // Jobs before it, so that the list has more than one page.
    for (let i = 0; i < 3; i++) await deliver(host, eventOf(await writeMarker()));
    arm.lives.push(['Running']);
    const running = await writeMarker();
    await deliver(host, eventOf(running));
    const next = await writeMarker();
    const waiting = `information: waiting: ${jobOf(running)} writes to the same place; ${jobOf(next)} comes after it`;
    expect(await deliver(host, eventOf(next))).toMatchObject({ logs: [waiting] });
    expect(await sweep(host)).toMatchObject({ logs: [waiting] });
    expect(jobs()).toHaveLength(4);
    arm.states.set(jobOf(running), ['Completed']);
    expect((await sweep(host)).logs).toEqual([`information: ${jobOf(next)}: submitted`]);
  });

  it('on other places does not matter', async () => {
    arm.lives.push(['Running'], ['Running']);
    const other = await start({
      SWINPREP_INPUT_interim: `${azurite.url}/interim2`,
      SWINPREP_INPUT_roi: `${azurite.url}/roi2`,
    });
    await deliver(other, eventOf(await writeMarker()));
    const etag = await writeMarker();
    expect((await deliver(await start(), eventOf(etag))).logs).toEqual([
      `information: ${jobOf(etag)}: submitted`,
    ]);
  });
});

describe('an event of something else', () => {
  it('is let pass with a line that names no blob, and nothing is asked of Azure', async () => {
    const host = await start();
    const etag = await writeMarker();
    const event = eventOf(etag);
    const others = [
      { ...event, subject: '/blobServices/default/containers/raw/blobs/LUNG1-001/1.dcm' },
      { ...event, subject: '/blobServices/default/containers/roi/blobs/LUNG1-001/_READY' },
      { ...event, topic: `${TOPIC}elsewhere` },
      { ...event, eventType: 'Microsoft.Storage.BlobDeleted' },
      { ...event, data: { ...event.data, api: 'CreateFile' } },
    ];
    for (const other of others) {
      const { error, logs } = await deliver(host, other);
      expect(error).toBeUndefined();
      expect(logs).toEqual([expect.stringMatching(/^warning: ignored: /)]);
      expect(logs.join()).not.toMatch(/LUNG1|elsewhere/);
    }
    expect(arm.seen).toEqual([]);
  });
});

describe('a fault of Azure', () => {
  it('that passes is outlasted', async () => {
    arm.faults.push(
      { matches: 'GET', status: 429, headers: { 'retry-after': '0' } },
      { matches: '/components/', status: 503, headers: { 'retry-after': '0' } },
      { matches: 'PUT', status: 500 },
    );
    const etag = await writeMarker();
    expect((await deliver(await start(), eventOf(etag))).logs).toEqual([
      `information: ${jobOf(etag)}: submitted`,
    ]);
    expect(arm.faults).toEqual([]);
  });

  it('that lasts makes the delivery fail, and the next one by Event Grid starts the one run', async () => {
    const busy = { matches: 'PUT', status: 503, headers: { 'retry-after': '0' } };
    arm.faults.push(...Array(6).fill(busy));
    const host = await start();
    const etag = await writeMarker();
    const { error, logs } = await deliver(host, eventOf(etag));
    expect({ error, logs }).toEqual({ error: expect.stringContaining('503'), logs: [] });
    expect((await deliver(host, eventOf(etag))).logs).toEqual([`information: ${jobOf(etag)}: submitted`]);
    expect(jobs()).toHaveLength(1);
  });

  it('that only somebody can mend is logged and not repeated by Event Grid, but tried by `sweep`', async () => {
    const message = 'The client does not have authorization to perform action';
    arm.faults.push({
      matches: 'GET',
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message } },
    });
    const host = await start();
    const etag = await writeMarker();
    expect(await deliver(host, eventOf(etag))).toEqual({ logs: [`error: AuthorizationFailed: ${message}`] });
    expect((await sweep(host)).logs).toEqual([`information: ${jobOf(etag)}: submitted`]);
  });

  it('in the app settings is logged by name', async () => {
    const host = await start({ SWINPREP_INPUT_clinical: '', SWINPREP_INPUT_nonsense: '1' });
    const { error, logs } = await deliver(host, eventOf(await writeMarker()));
    expect(error).toBeUndefined();
    expect(logs.join('\n')).toContain('--set nonsense: the pipeline has no such input');
    expect(logs.join('\n')).toContain('input clinical has not been set');
    expect(arm.seen).toEqual([]);
  });
});

describe('a subscription validation event', () => {
  it('is answered with its code, should it get as far as the function', async () => {
    const { result } = await deliver(await start(), recorded('subscription-validation'));
    expect(result).toEqual({ validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' });
  });
});

describe('the webhook, where it is asked for', () => {
  const request = (method: string, headers: Record<string, string>, body?: unknown): object => ({
    http: {
      method,
      url: 'https://app.azurewebsites.net/api/webhook',
      headers,
      body: { string: typeof body === 'string' ? body : JSON.stringify(body ?? '') },
    },
  });
  const startWebhook = (): Promise<FunctionsHost> => start({ SWINPREP_WEBHOOK: '1' });

  it('wants a key', async () => {
    const { functions } = await startWebhook();
    expect(functions.get('webhook')).toMatchObject([
      { type: 'httpTrigger', authLevel: 'function', methods: ['POST', 'OPTIONS'] },
      { direction: 'out' },
    ]);
  });

  it('passes the handshakes of both schemas', async () => {
    const host = await startWebhook();
    const validation = request('POST', { 'aeg-event-type': 'SubscriptionValidation' }, [
      recorded('subscription-validation'),
    ]);
    const { result } = (await host.invoke('webhook', validation)) as {
      result: { status: number; body: string };
    };
    expect(result.status).toBe(200);
    expect(JSON.parse(result.body)).toEqual({ validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' });
    const handshake = request('OPTIONS', {
      'webhook-request-origin': 'eventgrid.azure.net',
      'webhook-request-rate': '120',
    });
    expect((await host.invoke('webhook', handshake)).result).toMatchObject({
      status: 200,
      headers: { 'webhook-allowed-origin': 'eventgrid.azure.net', 'webhook-allowed-rate': '120' },
    });
    const stranger = request('OPTIONS', { 'webhook-request-origin': 'example.org' });
    expect((await host.invoke('webhook', stranger)).result).toMatchObject({ status: 400 });
  });

  it('starts the same run as an event that comes the other way', async () => {
    const host = await startWebhook();
    const etag = await writeMarker();
    const delivery = request('POST', { 'aeg-event-type': 'Notification' }, [eventOf(etag)]);
    expect((await host.invoke('webhook', delivery)).result).toMatchObject({ status: 200 });
    const cloud = request('POST', {}, eventOf(etag, 'blob-created.cloudevent'));
    expect(await host.invoke('webhook', cloud)).toMatchObject({
      result: { status: 200 },
      logs: [`information: ${jobOf(etag)}: submitted already`],
    });
    expect(jobs()).toEqual([`/jobs/${jobOf(etag)}`]);
  });

  it('refuses what is no delivery, so that it is not repeated', async () => {
    const host = await startWebhook();
    for (const body of ['no JSON', '{"a": 1}'])
      expect((await host.invoke('webhook', request('POST', {}, body))).result).toMatchObject({ status: 400 });
  });
});
