import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cases } from '../../src/records/cases.ts';
import type { Changes } from '../../src/records/changes.ts';
import { openStore } from '../../src/storage/open.ts';
import type { Store } from '../../src/storage/store.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { startProxy } from '../support/azure/proxy.ts';
import { readJson, temporaryFolder } from '../support/cli.ts';
import { withElements } from '../support/edited-file.ts';
import { gather, keysOf } from '../support/gather.ts';
import * as inProcess from '../support/in-process.ts';
import { PATIENT_ID } from '../support/layouts.ts';
import { phantoms, writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 4;

/** Coarse and small: what is done counts here, not how well. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {auditVolumes: false, qcOverlay: false, gzipLevelInt: 1}
`;

let azurite: Azurite;
let proxy: Awaited<ReturnType<typeof startProxy>>;
const artifacts = temporaryFolder();
const config = join(artifacts, 'config.yml');

/** Blobs below the cohort that were written or deleted by requests through the proxy. */
const touched: string[] = [];
let requests = 0;

beforeAll(async () => {
  writeFileSync(config, CONFIG);
  azurite = await startAzurite();
  proxy = await startProxy(azurite.url, ({ method, url = '' }) => {
    requests++;
    if (method !== 'GET' && method !== 'HEAD')
      touched.push(decodeURIComponent(url).replace(/^.*?\/cohort\/?|\?.*$/g, ''));
    return false;
  });
  await writePhantoms(`${azurite.url}/cohort`, PATIENTS);
});
afterAll(async () => {
  await proxy.close();
  await azurite.close();
});

/** The same under another name, in folders and headers. */
async function copy(raw: Store, from: string, to: string): Promise<void> {
  for (const { key } of await gather(raw.list(from))) await put(raw, key, (await raw.read(key))!, to);
}

async function put(raw: Store, key: string, bytes: Uint8Array, patient: string): Promise<void> {
  await raw.write(key.replace(/^[^/]+/, patient), withElements(bytes, { [PATIENT_ID]: patient }));
}

async function remove(uri: string): Promise<void> {
  const store = await openStore(uri);
  for (const key of await keysOf(store)) await store.delete(key);
}

async function preprocess(): Promise<string> {
  const at = (name: string): string => `${proxy.url}/cohort/${name}`;
  const places = { raw: at('raw'), clinical: at('clinical.csv'), out: at('out'), artifacts };
  touched.length = requests = 0;
  return (await inProcess.preprocess({ ...places, config })).stdout;
}

/** Convert alone, over whatever the raw data are now. */
async function convert(...more: string[]): Promise<string> {
  const at = (name: string): string => `${proxy.url}/cohort/${name}`;
  const cases = join(artifacts, 'convert/cases');
  touched.length = requests = 0;
  const places = ['--raw', at('raw'), '--interim', at('out/interim'), '--cases', cases];
  const args = ['convert', ...places, '--config', config, '--workers', '1', ...more];
  return (await inProcess.command(args)).stdout;
}

function changes(): Changes {
  return readJson<Changes>(artifacts, 'convert/cases/changes.json');
}

const names = Array.from({ length: PATIENTS }, (_, i) => `PHANTOM-00${i + 1}`);

test('a first run adds every patient and writes to both stores', async () => {
  expect(await preprocess()).not.toContain('since the last run');
  expect(changes()).toMatchObject({
    previous: null,
    added: names.map((patient_id) => ({ patient_id, state: 'ok' })),
    summary: { num_added: PATIENTS, num_changed: 0, num_removed: 0, num_unchanged: 0 },
  });
  for (const blob of [
    'out/interim/PHANTOM-001/ct.nii.gz',
    'out/interim/cases.json',
    'out/roi/PHANTOM-004/meta.json',
  ])
    expect(touched).toContain(blob);
});

test('a run over an unchanged cohort writes nothing to interim or roi, and says so', async () => {
  const stdout = await preprocess();
  expect(stdout).toContain('nothing has changed since the last run');
  expect(touched).toEqual([]);
  expect(requests).toBeGreaterThan(PATIENTS);
  expect(changes()).toMatchObject({ added: [], changed: [], removed: [], unchanged: names });
});

describe('a cohort in which one patient is new, one is another and one is gone', () => {
  beforeAll(async () => {
    const cohort = `${azurite.url}/cohort`;
    const raw = await openStore(`${cohort}/raw`);
    await copy(raw, 'PHANTOM-001', 'NEW-001');
    await remove(`${cohort}/raw/PHANTOM-002`);
    for (const { key, bytes } of await phantoms(PATIENTS + 1)) {
      const [, within, another] = /^raw\/(PHANTOM-(\d+)\/.*)$/.exec(key) ?? [];
      if (Number(another) === PATIENTS + 1) await put(raw, within, bytes, 'PHANTOM-002');
    }
    await remove(`${cohort}/raw/PHANTOM-003`);
  });

  test('is told as such, and nobody else is written', async () => {
    const stdout = await convert();
    expect(stdout).toContain('since the last run: 1 added, 1 changed, 1 removed, 2 unchanged');
    expect(stdout).toContain(
      'removed: PHANTOM-003: no longer in the artifacts; the volumes made of them are kept',
    );
    expect(changes()).toEqual({
      swinprep_version: expect.any(String),
      previous: { swinprep_version: expect.any(String) },
      summary: { num_added: 1, num_changed: 1, num_removed: 1, num_unchanged: 2 },
      added: [{ patient_id: 'NEW-001', state: 'ok' }],
      changed: [
        {
          ...{ patient_id: 'PHANTOM-002', state: 'ok', state_before: 'ok' },
          ...{ why: ['files'], volumes: ['ct', 'tumor'] },
        },
      ],
      removed: [{ patient_id: 'PHANTOM-003', state_before: 'ok' }],
      unchanged: ['PHANTOM-001', 'PHANTOM-004'],
      pruned: null,
    });
    const folders = touched.map((blob) => blob.split('/').slice(2, 3)[0]);
    expect([...new Set(folders)].sort()).toEqual([
      'NEW-001',
      'PHANTOM-002',
      'cases.json',
      'raw-index.json.gz',
    ]);
  });

  test('loses the one that is gone from the artifact, and keeps its volumes', async () => {
    const { cases } = readJson<Cases>(artifacts, 'convert/cases/cases.json');
    expect(cases.map(({ patient_id }) => patient_id)).toEqual([
      'NEW-001',
      'PHANTOM-001',
      'PHANTOM-002',
      'PHANTOM-004',
    ]);
    const interim = await openStore(`${azurite.url}/cohort/out/interim/PHANTOM-003`);
    expect(await keysOf(interim)).toContain('ct.nii.gz');
  });

  test('done again by another configuration is told to be so, with volumes that stayed as they were', async () => {
    writeFileSync(config, `${CONFIG}\nqc: {slices: {low: 30}}\n`);
    await convert();
    const { changed, unchanged } = changes();
    expect(unchanged).toEqual([]);
    expect(changed.map(({ patient_id, why, volumes }) => [patient_id, why, volumes])).toEqual(
      ['NEW-001', 'PHANTOM-001', 'PHANTOM-002', 'PHANTOM-004'].map((name) => [name, ['configuration'], []]),
    );
    writeFileSync(config, `${CONFIG}\nqc: {slices: {low: 30}}\nstats: {scope: all}\n`);
    await convert();
    expect(changes().unchanged).toHaveLength(4);
    expect(touched).toEqual(['out/interim/cases.json']);
  });
});

test('what is no list of an earlier run is none', async () => {
  const interim = await openStore(`${azurite.url}/cohort/out/interim`);
  await interim.write('cases.json', new TextEncoder().encode('not JSON'));
  await convert();
  expect(changes().previous).toBeNull();
});
