import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { startProxy } from '../support/azure/proxy.ts';
import { temporaryFolder } from '../support/cli.ts';
import { keysOf } from '../support/gather.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 3;

/** Coarse and small: what is asked for when counts here. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {qcOverlay: false}
`;

let azurite: Azurite;
let proxy: Awaited<ReturnType<typeof startProxy>>;

/** Requests as they were passed on, `GET out/interim/PATIENT/ct.nii.gz`; a listing is `LIST PREFIX`. */
const passed: string[] = [];
const arrived: { request: string; step: number }[] = [];
/** Records that were committed so far, by patient: it tells which step a patient is in. */
const steps = new Map<string, number>();
let changed = Promise.withResolvers<void>();

function requestOf({ method, url = '' }: IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (searchParams.get('comp') === 'list') return `LIST ${searchParams.get('prefix') ?? ''}`;
  return `${method} ${decodeURIComponent(pathname).replace(/^.*?\/cohort\//, '')}`;
}

const patientOf = (request: string): string => /PHANTOM-\d+/.exec(request)?.[0] ?? '';

/** What has to be asked for before a request is answered: whoever waits for the answer first waits for ever. */
function partnerOf(request: string): RegExp | undefined {
  const patient = patientOf(request);
  const step = steps.get(patient) ?? 0;
  // What an earlier run left is taken away while the inputs are read.
  if (/^DELETE .*\.json$/.test(request))
    return step === 0
      ? new RegExp(`^GET raw/${patient}/`)
      : new RegExp(`^GET out/interim/${patient}/ct.nii.gz`);
  // Both volumes are asked for at once.
  if (/^GET out\/interim\/.*\/ct\.nii\.gz$/.test(request))
    return new RegExp(`^GET out/interim/${patient}/tumor.nii.gz`);
  // The next patient is listed while this one is worked on.
  const number = Number(patient.slice(-3));
  if (/^PUT .*\/case\.json$/.test(request) && number < PATIENTS)
    return new RegExp(`^LIST raw/PHANTOM-${String(number + 1).padStart(3, '0')}/`);
  return undefined;
}

beforeAll(async () => {
  azurite = await startAzurite();
  proxy = await startProxy(azurite.url, async (incoming) => {
    const request = requestOf(incoming);
    const patient = patientOf(request);
    const step = steps.get(patient) ?? 0;
    arrived.push({ request, step });
    changed.resolve();
    changed = Promise.withResolvers();
    const partner = partnerOf(request);
    const isThere = () =>
      arrived.some(
        (other) =>
          partner!.test(other.request) && (patientOf(other.request) !== patient || other.step === step),
      );
    while (partner !== undefined && !isThere()) await changed.promise;
    passed.push(request);
    if (/^PUT .*\/(case|pass1|meta)\.json$/.test(request)) steps.set(patient, step + 1);
    return false;
  });
  await writePhantoms(`${azurite.url}/cohort`, PATIENTS);
  const at = (name: string): string => `${proxy.url}/cohort/${name}`;
  const config = join(temporaryFolder(), 'config.yml');
  writeFileSync(config, CONFIG);
  const places = { raw: at('raw'), clinical: at('clinical.csv'), out: at('out') };
  const artifacts = join(temporaryFolder(), 'artifacts');
  await inProcess.preprocess({ ...places, artifacts, config, workers: 1 });
});
afterAll(async () => {
  await proxy.close();
  await azurite.close();
});

test('a run whose independent requests wait for each other comes to its end', async () => {
  const roi = await openStore(`${azurite.url}/cohort/out/roi`);
  expect((await keysOf(roi)).filter((key) => key.endsWith('/meta.json'))).toHaveLength(PATIENTS);
});

test('nothing is deleted of a patient once something of it has been written in a step', () => {
  for (const [place, record] of [
    ['out/interim', 'case.json'],
    ['out/roi', 'meta.json'],
  ])
    for (const patient of steps.keys()) {
      const own = passed.filter((request) => new RegExp(`^(PUT|DELETE) ${place}/${patient}/`).test(request));
      const step = own.slice(0, own.indexOf(`PUT ${place}/${patient}/${record}`));
      const first = step.findIndex((request) => request.startsWith('PUT'));
      expect(first).toBeGreaterThan(0);
      expect(step.slice(first).filter((request) => request.startsWith('DELETE'))).toEqual([]);
    }
});

test('a patient of a first run is listed once, and each of its records and volumes asked for once', () => {
  for (const patient of steps.keys()) {
    const count = (request: string): number => passed.filter((other) => other === request).length;
    expect(count(`LIST raw/${patient}/`)).toBe(1);
    for (const record of ['interim/PATIENT/case.json', 'interim/PATIENT/pass1.json', 'roi/PATIENT/meta.json'])
      expect(count(`GET out/${record.replace('PATIENT', patient)}`)).toBe(1);
    // By pass2-write: pass 1 is measured before the volumes leave memory.
    for (const volume of ['ct.nii.gz', 'tumor.nii.gz'])
      expect(count(`GET out/interim/${patient}/${volume}`)).toBe(1);
  }
});
