import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lintFiles, yamlFilesIn } from '../../src/azureml/yaml/lint.ts';
import { loadPipeline } from '../../src/azureml/yaml/pipeline.ts';
import { BLOB_CREATED } from '../../src/function/event-filter.ts';
import { readJson } from '../support/cli.ts';
import { ROOT } from '../support/documents.ts';
import { buildFunctionApp, type FunctionApp } from '../support/function/function-app.ts';
import { type Deployment, deliver, startDeployment } from '../support/function/function-deployment.ts';
import type { FunctionsHost } from '../support/function/functions-host.ts';
import { eventOf, recordedEvent } from '../support/function/recorded-events.ts';

let app: FunctionApp;
let deployment: Deployment;
beforeAll(async () => {
  app = buildFunctionApp();
  deployment = await startDeployment(app);
});
afterAll(async () => {
  await deployment.stop();
  app.remove();
});
afterEach(() => deployment.reset());

describe('the function app', () => {
  it('registers `ready` for events and `sweep` for every five minutes, and no door to the network', async () => {
    const { functions, programmingModel } = await deployment.host();
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

describe('infra/azuredeploy.json', () => {
  interface Resource {
    readonly type: string;
    readonly properties: Record<string, unknown>;
  }
  const { resources } = readJson<{ resources: Resource[] }>(ROOT, 'infra/azuredeploy.json');
  const propertiesOf = <T>(type: string): T =>
    resources.find((resource) => resource.type === type)!.properties as T;

  it('subscribes a function of the app to the marker', async () => {
    const { destination, filter } = propertiesOf<{
      destination: { endpointType: string; properties: { resourceId: string } };
      filter: { subjectBeginsWith: string; includedEventTypes: string[] };
    }>('Microsoft.EventGrid/systemTopics/eventSubscriptions');
    expect(destination.endpointType).toBe('AzureFunction');
    const [, name] = /\/functions\/(\w+)'/.exec(destination.properties.resourceId)!;
    expect((await deployment.host()).functions.get(name)).toMatchObject([{ type: 'eventGridTrigger' }]);
    expect(filter.includedEventTypes).toEqual([BLOB_CREATED]);
    expect(filter.subjectBeginsWith).toContain('/blobServices/default/containers/raw/blobs/');
  });

  it('gives the app settings that it reads, and no other', async () => {
    const { siteConfig } = propertiesOf<{ siteConfig: { appSettings: { name: string }[] } }>(
      'Microsoft.Web/sites',
    );
    const given = siteConfig.appSettings
      .map(({ name }) => name)
      .filter((name) => !/^(?:Azure|APPL)/.test(name));
    const { inputs } = await loadPipeline(path.join(ROOT, 'pipelines/preprocess.yml'));
    const places = Object.entries(inputs).filter(([, value]) => String(value).includes('<account>'));
    expect(given.sort()).toEqual([
      'AZURE_CLIENT_ID',
      'AZURE_ML_WORKSPACE',
      'AZURE_RESOURCE_GROUP',
      'AZURE_SUBSCRIPTION_ID',
      ...[...places.map(([name]) => name), 'state'].sort().map((name) => `SWINPREP_INPUT_${name}`),
      'SWINPREP_STORAGE_ID',
      'SWINPREP_UPLOADS',
    ]);
  });
});

describe('a subscription validation event', () => {
  it('is answered with its code, should it get as far as the function', async () => {
    const { result } = await deliver(await deployment.host(), recordedEvent('subscription-validation'));
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
  const startWebhook = (): Promise<FunctionsHost> => deployment.start({ SWINPREP_WEBHOOK: '1' });

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
      recordedEvent('subscription-validation'),
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
    const etag = await deployment.writeMarker();
    const delivery = request('POST', { 'aeg-event-type': 'Notification' }, [eventOf(etag)]);
    expect((await host.invoke('webhook', delivery)).result).toMatchObject({ status: 200 });
    const cloud = request('POST', {}, eventOf(etag, 'blob-created.cloudevent'));
    expect(await host.invoke('webhook', cloud)).toMatchObject({
      result: { status: 200 },
      logs: [`information: ${deployment.jobOf(etag)}: submitted already`],
    });
    expect(deployment.jobs()).toEqual([`/jobs/${deployment.jobOf(etag)}`]);
  });

  it('refuses what is no delivery, so that it is not repeated', async () => {
    const host = await startWebhook();
    for (const body of ['no JSON', '{"a": 1}'])
      expect((await host.invoke('webhook', request('POST', {}, body))).result).toMatchObject({ status: 400 });
  });
});
