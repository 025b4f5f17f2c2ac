import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { contentFingerprint } from '../../../src/azureml/arm/content-fingerprint.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { azuriteDatastore } from '../../support/azure/datastores.ts';
import { commandHere } from '../../support/in-process.ts';

const preprocess = path.join(import.meta.dirname, '../../../pipelines/preprocess.yml');

let arm: ArmServer;
let azurite: Azurite;
let jobs = 0;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());
beforeEach(async () => {
  arm = await armServerHere();
  arm.resources.set('/datastores/workspaceblobstore', azuriteDatastore(azurite.url, 'azureml'));
  arm.resources.set('/datastores/cohort', azuriteDatastore(azurite.url, 'cohort'));
  const store = await openStore(`${azurite.url}/cohort`);
  await store.write('raw/P1/1.dcm', new Uint8Array(10));
  await store.write('clinical.csv', new Uint8Array(5));
});

/** Submits the pipeline over a cohort; gives what was printed and the job's input `content`. */
async function submit(cohort: string, ...args: string[]) {
  const set = [
    `raw=${cohort}/raw`,
    `clinical=${cohort}/clinical.csv`,
    `interim=${azurite.url}/interim`,
    `roi=${azurite.url}/roi`,
  ];
  const values = set.flatMap((value) => ['--set', value]);
  const name = `j${jobs++}`;
  const submission = ['azure', 'submit', preprocess, ...values, '--name', name, ...args];
  const { code, stderr } = await commandHere(submission, arm.env);
  const job = arm.resources.get(`/jobs/${name}`) as
    | { properties: { inputs: Record<string, { value: string }> } }
    | undefined;
  return { code, stderr, content: job?.properties.inputs.content.value };
}

it('a job is submitted with the content fingerprint of its data, another one when they have changed', async () => {
  const cohort = `${azurite.url}/cohort`;
  const content = await contentFingerprint(`${cohort}/raw`, `${cohort}/clinical.csv`);
  expect(await submit(cohort)).toEqual({ code: 0, stderr: '', content });
  await (await openStore(cohort)).write('raw/P2/1.dcm', new Uint8Array(10));
  const { content: changed } = await submit(cohort);
  expect(changed).toMatch(/^[0-9a-f]{64}$/);
  expect(changed).not.toBe(content);
});

it('data in a datastore have the fingerprint of their URLs', async () => {
  const cohort = `${azurite.url}/cohort`;
  const content = await contentFingerprint(`${cohort}/raw`, `${cohort}/clinical.csv`);
  expect(await submit('azureml://datastores/cohort/paths')).toEqual({ code: 0, stderr: '', content });
});

it('what the user has set stays, and so does `unknown` with --no-content', async () => {
  const own = 'a'.repeat(64);
  const cohort = `${azurite.url}/cohort`;
  expect(await submit(cohort, '--set', `content=${own}`)).toEqual({ code: 0, stderr: '', content: own });
  expect(await submit(cohort, '--no-content')).toEqual({ code: 0, stderr: '', content: 'unknown' });
});

it('a job over data that cannot be listed from here is submitted all the same, and that is said', async () => {
  const { code, stderr, content } = await submit(`${azurite.url}/nothing-here`);
  expect({ code, content }).toEqual({ code: 0, content: 'unknown' });
  expect(stderr).toContain('input content: unknown, for the data cannot be listed from here: ');
  expect(stderr).toContain('/nothing-here/raw');
});
