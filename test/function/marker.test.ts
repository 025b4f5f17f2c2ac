import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { contentFingerprint } from '../../src/azureml/arm/content-fingerprint.ts';
import { buildFunctionApp, type FunctionApp } from '../support/function/function-app.ts';
import { type Deployment, deliver, startDeployment, sweep } from '../support/function/function-deployment.ts';
import type { Finished } from '../support/function/functions-host.ts';
import { eventOf, TOPIC } from '../support/function/recorded-events.ts';

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

describe('a marker', () => {
  it('starts the pipeline on the places of the app settings, under a name made of URL and version', async () => {
    const etag = await deployment.writeMarker();
    // One that has no token yet.
    const { error, logs } = await deliver(await deployment.start(), eventOf(etag));
    expect({ error, logs }).toEqual({
      error: undefined,
      logs: [`information: ${deployment.jobOf(etag)}: submitted`],
    });
    expect(new Set(deployment.arm.tokens.map(({ client }) => client))).toEqual(
      new Set(['identity of the function']),
    );
    const { properties } = deployment.arm.resources.get(`/jobs/${deployment.jobOf(etag)}`) as unknown as {
      properties: { inputs: Record<string, object>; jobs: object };
    };
    expect(Object.keys(properties.jobs)).toEqual(['convert', 'split', 'pass1_stats', 'pass2_write']);
    expect(properties.inputs).toMatchObject({
      raw: { jobInputType: 'literal', value: `${deployment.azurite.url}/raw` },
      roi: { jobInputType: 'literal', value: `${deployment.azurite.url}/roi` },
      content: { jobInputType: 'literal', value: await contentFingerprint(`${deployment.azurite.url}/raw`) },
      config: { jobInputType: 'uri_file', uri: expect.stringContaining('/artifacts/function/LocalUpload/') },
    });
  });

  it('starts one run, however often its event arrives', async () => {
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    await deliver(host, eventOf(etag));
    const before = deployment.puts();
    for (const name of ['blob-created', 'blob-created.cloudevent', 'blob-created.hierarchical'] as const) {
      const { logs } = await deliver(host, eventOf(etag, name));
      expect(logs).toEqual([`information: ${deployment.jobOf(etag)}: submitted already`]);
    }
    expect(deployment.puts()).toEqual(before);
  });

  it('starts one run when its event arrives in many places at once', async () => {
    const workers = await Promise.all([deployment.start(), deployment.start()]);
    const etag = await deployment.writeMarker();
    // Each looks twice, and nobody sees the job of another one that was faster.
    const notYet = { matches: `GET ${deployment.arm.workspace}/jobs/${deployment.jobOf(etag)}`, status: 404 };
    deployment.arm.faults.push(...Array(12).fill(notYet));
    const ended = await Promise.all(
      [1, 2, 3].flatMap(() => workers.map((host) => deliver(host, eventOf(etag)))),
    );
    expect(ended.map(({ error }) => error)).toEqual(Array(6).fill(undefined));
    expect(deployment.jobs()).toEqual([`/jobs/${deployment.jobOf(etag)}`]);
    expect(deployment.puts().filter((place) => place.startsWith('/jobs/'))).toHaveLength(6);
    expect(deployment.arm.faults).toEqual([]);
  });

  it('starts one run when two look at once, and Azure ML refuses the slower one', async () => {
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    deployment.arm.lives.push(['Running']);
    await deliver(host, eventOf(etag));
    const notYet = { matches: `GET ${deployment.arm.workspace}/jobs/${deployment.jobOf(etag)}`, status: 404 };
    const error = { code: 'UserError', message: 'A job with this name already exists.' };
    deployment.arm.faults.push(notYet, notYet, {
      matches: `PUT ${deployment.arm.workspace}/jobs/`,
      status: 400,
      body: { error },
    });
    expect((await deliver(host, eventOf(etag))).logs).toEqual([
      `information: ${deployment.jobOf(etag)}: submitted already`,
    ]);
    expect(deployment.arm.faults).toEqual([]);
  });

  it('starts another run when it is written again', async () => {
    const host = await deployment.host();
    const first = await deployment.writeMarker();
    await deliver(host, eventOf(first));
    const second = await deployment.writeMarker();
    await deliver(host, eventOf(second));
    expect(deployment.jobs()).toEqual([first, second].map((etag) => `/jobs/${deployment.jobOf(etag)}`));
  });

  it('starts one run of the newest version when it is written several times in a row', async () => {
    const host = await deployment.start({ SWINPREP_SETTLE_SECONDS: '1' });
    const etags: string[] = [];
    const ended: Promise<Finished>[] = [];
    for (let i = 0; i < 4; i++) {
      etags.push(await deployment.writeMarker());
      ended.push(deliver(host, eventOf(etags[i])));
    }
    const logs = (await Promise.all(ended)).flatMap((finished) => finished.logs);
    const superseded = 'information: superseded: the marker has been written again since';
    expect(logs).toEqual([
      superseded,
      superseded,
      superseded,
      `information: ${deployment.jobOf(etags[3])}: submitted`,
    ]);
    expect(deployment.jobs()).toEqual([`/jobs/${deployment.jobOf(etags[3])}`]);
  });

  it('that has been overwritten starts nothing, when its event comes late', async () => {
    const host = await deployment.host();
    const old = await deployment.writeMarker();
    const present = await deployment.writeMarker();
    await deliver(host, eventOf(present));
    expect((await deliver(host, eventOf(old))).logs).toEqual([
      'information: superseded: the marker has been written again since',
    ]);
    expect(deployment.jobs()).toEqual([`/jobs/${deployment.jobOf(present)}`]);
  });

  it('that is gone starts nothing', async () => {
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    await deployment.deleteMarker();
    expect((await deliver(host, eventOf(etag))).logs).toEqual(['information: there is no marker']);
    expect(deployment.arm.seen).toEqual([]);
  });

  it('that is to settle for longer than a delivery may take is left to `sweep`', async () => {
    const etag = await deployment.writeMarker();
    const { error, logs } = await deliver(
      await deployment.start({ SWINPREP_SETTLE_SECONDS: '600' }),
      eventOf(etag),
    );
    expect({ error, logs }).toEqual({
      error: undefined,
      logs: ['information: waiting: the marker was written a moment ago'],
    });
    expect(deployment.jobs()).toEqual([]);
  });

  it('whose event was lost is found by `sweep`, once', async () => {
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    expect((await sweep(host)).logs).toEqual([`information: ${deployment.jobOf(etag)}: submitted`]);
    expect((await sweep(host)).logs).toEqual([`information: ${deployment.jobOf(etag)}: submitted already`]);
  });
});

describe('a run that is still going', () => {
  it('is not joined by a second one on the same places: that comes when it has ended', async () => {
    const host = await deployment.host();
    // Jobs before it, so that the list has more than one page.
    for (let i = 0; i < 3; i++) await deliver(host, eventOf(await deployment.writeMarker()));
    deployment.arm.lives.push(['Running']);
    const running = await deployment.writeMarker();
    await deliver(host, eventOf(running));
    const next = await deployment.writeMarker();
    const waiting = `information: waiting: ${deployment.jobOf(running)} writes to the same place; ${deployment.jobOf(next)} comes after it`;
    expect(await deliver(host, eventOf(next))).toMatchObject({ logs: [waiting] });
    expect(await sweep(host)).toMatchObject({ logs: [waiting] });
    expect(deployment.jobs()).toHaveLength(4);
    deployment.arm.states.set(deployment.jobOf(running), ['Completed']);
    expect((await sweep(host)).logs).toEqual([`information: ${deployment.jobOf(next)}: submitted`]);
  });

  it('on other places does not matter', async () => {
    deployment.arm.lives.push(['Running'], ['Running']);
    const other = await deployment.start({
      SWINPREP_INPUT_interim: `${deployment.azurite.url}/interim2`,
      SWINPREP_INPUT_roi: `${deployment.azurite.url}/roi2`,
    });
    await deliver(other, eventOf(await deployment.writeMarker()));
    const etag = await deployment.writeMarker();
    expect((await deliver(await deployment.host(), eventOf(etag))).logs).toEqual([
      `information: ${deployment.jobOf(etag)}: submitted`,
    ]);
  });

  it.each([
    ['a datastore', 'azureml://datastores/NAME/paths/'],
    ['a data asset', 'azureml:NAME:1'],
  ])('on places told by %s may be on the same places', async (_, form) => {
    deployment.arm.lives.push(['Running']);
    const other = await deployment.start({
      SWINPREP_INPUT_interim: form.replace('NAME', 'interim'),
      SWINPREP_INPUT_roi: form.replace('NAME', 'roi'),
    });
    await deliver(other, eventOf(await deployment.writeMarker()));
    const { logs } = await deliver(await deployment.host(), eventOf(await deployment.writeMarker()));
    expect(logs).toEqual([expect.stringMatching(/^information: waiting: .* writes to the same place/)]);
  });

  it('on data assets may be on the places of other assets', async () => {
    deployment.arm.lives.push(['Running']);
    const on = (version: string) =>
      deployment.start({
        SWINPREP_INPUT_interim: `azureml:interim:${version}`,
        SWINPREP_INPUT_roi: `azureml:roi:${version}`,
      });
    await deliver(await on('1'), eventOf(await deployment.writeMarker()));
    const { logs } = await deliver(await on('2'), eventOf(await deployment.writeMarker()));
    expect(logs).toEqual([expect.stringMatching(/^information: waiting: .* writes to the same place/)]);
  });
});

describe('whatever is written, delivered and swept in whatever order', () => {
  const version = fc.nat({ max: 5 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('write' as const) }),
    fc.record({
      kind: fc.constant('deliver' as const),
      versions: fc.array(version, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('sweep' as const) }),
    fc.record({ kind: fc.constant('end' as const) }),
  );

  it('one job at most is at work, each version has one at most, and the newest has one in the end', async () => {
    const host = await deployment.host();
    deployment.arm.lives.push(...Array.from({ length: 1000 }, () => ['Running']));
    const atWork = (): string[] =>
      [...deployment.arm.states].filter(([, [state]]) => state === 'Running').map(([id]) => id);
    const endAll = (): void => {
      for (const id of deployment.arm.states.keys()) deployment.arm.states.set(id, ['Completed']);
    };
    const law = fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      for (const job of deployment.jobs()) deployment.arm.resources.delete(job);
      deployment.arm.states.clear();
      const versions = [await deployment.writeMarker()];
      for (const what of steps) {
        if (what.kind === 'write') versions.push(await deployment.writeMarker());
        else if (what.kind === 'sweep') await sweep(host);
        else if (what.kind === 'end') endAll();
        else {
          const events = what.versions.map((index) => eventOf(versions[index % versions.length]));
          await Promise.all(events.map((event) => deliver(host, event)));
        }
        expect(atWork().length).toBeLessThanOrEqual(1);
      }
      endAll();
      await sweep(host);
      const known = versions.map((etag) => `/jobs/${deployment.jobOf(etag)}`);
      expect(known).toEqual(expect.arrayContaining(deployment.jobs()));
      expect(deployment.jobs().at(-1)).toBe(known.at(-1));
    });
    await fc.assert(law, { numRuns: 20 });
  });
});

describe('an event of something else', () => {
  it('is let pass with a line that names no blob, and nothing is asked of Azure', async () => {
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
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
    expect(deployment.arm.seen).toEqual([]);
  });
});

describe('a fault of Azure', () => {
  it('that passes is outlasted', async () => {
    deployment.arm.faults.push(
      { matches: 'GET', status: 429, headers: { 'retry-after': '0' } },
      { matches: '/components/', status: 503, headers: { 'retry-after': '0' } },
      { matches: 'PUT', status: 500 },
    );
    const etag = await deployment.writeMarker();
    expect((await deliver(await deployment.host(), eventOf(etag))).logs).toEqual([
      `information: ${deployment.jobOf(etag)}: submitted`,
    ]);
    expect(deployment.arm.faults).toEqual([]);
  });

  it('that lasts makes the delivery fail, and the next one by Event Grid starts the one run', async () => {
    const busy = { matches: 'PUT', status: 503, headers: { 'retry-after': '0' } };
    deployment.arm.faults.push(...Array(6).fill(busy));
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    const { error, logs } = await deliver(host, eventOf(etag));
    expect({ error, logs }).toEqual({ error: expect.stringContaining('503'), logs: [] });
    expect((await deliver(host, eventOf(etag))).logs).toEqual([
      `information: ${deployment.jobOf(etag)}: submitted`,
    ]);
    expect(deployment.jobs()).toHaveLength(1);
  });

  it('that only somebody can mend is logged and not repeated by Event Grid, but tried by `sweep`', async () => {
    const message = 'The client does not have authorization to perform action';
    deployment.arm.faults.push({
      matches: 'GET',
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message } },
    });
    const host = await deployment.host();
    const etag = await deployment.writeMarker();
    expect(await deliver(host, eventOf(etag))).toEqual({ logs: [`error: AuthorizationFailed: ${message}`] });
    expect((await sweep(host)).logs).toEqual([`information: ${deployment.jobOf(etag)}: submitted`]);
  });

  it('in the app settings is logged by name', async () => {
    const host = await deployment.start({ SWINPREP_INPUT_clinical: '', SWINPREP_INPUT_nonsense: '1' });
    const { error, logs } = await deliver(host, eventOf(await deployment.writeMarker()));
    expect(error).toBeUndefined();
    expect(logs.join('\n')).toContain('--set nonsense: the pipeline has no such input');
    expect(logs.join('\n')).toContain('input clinical has not been set');
    expect(deployment.arm.seen).toEqual([]);
  });
});
