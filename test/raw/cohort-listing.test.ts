import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { findPatients } from '../../src/raw/patients.ts';
import { deal } from '../../src/runner/ranks/deal.ts';
import type { ConvertTask } from '../../src/steps/convert/task.ts';
import { weighConvert } from '../../src/steps/convert/weigh.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { startProxy } from '../support/azure/proxy.ts';

const PATIENTS = 400;
const SLICES = 150;
const PAGE = 100;

const patientOf = (i: number): string => `LUNG1-${String(i + 1).padStart(3, '0')}`;
/** Patients differ in size, so that there is something to deal by. */
const bytesOf = (i: number): number => 500_000 + 1000 * i;

const PATIENT_NAMES = Array.from({ length: PATIENTS }, (_, i) => patientOf(i));
const SLICE_NAMES = Array.from(
  { length: SLICES },
  (_, i) => `1.3.6.1.4.1.32722.99.99.2989917765213423750.${String(i).padStart(4, '0')}.dcm`,
);

/** One page of a listing as Blob Storage answers it (REST reference, List Blobs). */
function answerPage(response: ServerResponse, items: readonly string[], next: string): void {
  const head = '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="raw"><Blobs>';
  response.writeHead(200, { 'content-type': 'application/xml', 'x-ms-version': '2026-06-06' });
  response.end(`${head}${items.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`);
}

/** A container of 60 000 blobs that nobody has to upload: only their listing exists. */
async function generatedContainer() {
  const asked = { pages: 0, blobs: 0 };
  // Every request is answered here; nothing listens behind it.
  const proxy = await startProxy('http://127.0.0.1:9/devstoreaccount1', ({ url = '' }, response) => {
    const query = new URL(url, 'http://localhost').searchParams;
    const from = Number(query.get('marker') ?? 0);
    const nextOf = (length: number): string => (from + PAGE < length ? String(from + PAGE) : '');
    asked.pages++;
    if (query.get('delimiter') === '/') {
      const names = PATIENT_NAMES.slice(from, from + PAGE);
      const prefixes = names.map((name) => `<BlobPrefix><Name>${name}/</Name></BlobPrefix>`);
      answerPage(response, prefixes, nextOf(PATIENTS));
      return true;
    }
    const patient = query.get('prefix')!;
    const bytes = bytesOf(PATIENT_NAMES.indexOf(patient.slice(0, -1)));
    const blobs = SLICE_NAMES.slice(from, from + PAGE).map(
      (name, i) =>
        `<Blob><Name>${patient}${name}</Name><Properties><Etag>0x8D${from + i}${bytes}</Etag><Content-Length>${bytes}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`,
    );
    asked.blobs += blobs.length;
    answerPage(response, blobs, nextOf(SLICES));
    return true;
  });
  onTestFinished(() => proxy.close());
  return { raw: `${proxy.url}/raw`, asked };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

test('60 000 blobs are listed, weighed and dealt, and memory stays flat', async () => {
  const { raw, asked } = await generatedContainer();
  const patients = await findPatients(
    raw,
    (name) => name,
    () => {},
  );
  expect([...patients.keys()]).toEqual(PATIENT_NAMES);
  const config = resolveConfig({ preset: 'lung1' });
  const tasks = [...patients].map(
    ([patientId, patient]): ConvertTask => ({
      ...{ step: 'convert', patientId, patient, raw, masks: raw, interim: 'unused', config },
    }),
  );
  const heap: number[] = [];
  const weighed = await inFlight(tasks, async (task) => {
    const result = await weighConvert(task);
    if (asked.blobs % (50 * SLICES) === 0) heap.push(heapMb());
    return result;
  });
  expect(asked.blobs).toBe(60_000);
  expect(asked.pages).toBe(PATIENTS / PAGE + PATIENTS * Math.ceil(SLICES / PAGE));
  expect(weighed.map(({ weight }) => weight)).toEqual(PATIENT_NAMES.map((_, i) => SLICES * bytesOf(i)));
  expect(new Set(weighed.map(({ fingerprint }) => fingerprint)).size).toBe(PATIENTS);
  // Kept, the entries make it grow by 5 MB from the first look to the last; not kept, it shrinks by 3 MB.
  expect(heap.length).toBeGreaterThan(2);
  expect(heap.at(-1)! - heap[0]).toBeLessThan(2);

  const loads = deal(weighed, 4).map((hand) => hand.reduce((sum, i) => sum + weighed[i].weight, 0));
  expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.01);
});
