import type { ServerResponse } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { findPatients } from '../../src/raw/patients.ts';
import { deal } from '../../src/runner/ranks/deal.ts';
import type { ConvertTask } from '../../src/steps/convert/task.ts';
import { weighConvert } from '../../src/steps/convert/weigh.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { startProxy } from './azure/proxy.ts';

/** A container that nobody has to fill: only its listing exists. */
export interface ListedContainer {
  readonly patients: number;
  /** Blobs of each patient. */
  readonly slices: number;
  /** Entries in an answer. */
  readonly page: number;
}

const patientOf = (i: number): string => `LUNG1-${String(i + 1).padStart(3, '0')}`;
/** Patients differ in size, so that there is something to deal by. */
const bytesOf = (i: number): number => 500_000 + 1000 * i;
const sliceOf = (i: number): string =>
  `1.3.6.1.4.1.32722.99.99.2989917765213423750.${String(i).padStart(4, '0')}.dcm`;

const named = (count: number, nameOf: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => nameOf(i));

/** One page of a listing as Blob Storage answers it (REST reference, List Blobs). */
function answerPage(response: ServerResponse, items: readonly string[], next: string): void {
  const head = '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="raw"><Blobs>';
  response.writeHead(200, { 'content-type': 'application/xml', 'x-ms-version': '2026-06-06' });
  response.end(`${head}${items.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`);
}

async function startListing({ patients, slices, page }: ListedContainer) {
  const [patientNames, sliceNames] = [named(patients, patientOf), named(slices, sliceOf)];
  const asked = { pages: 0, blobs: 0 };
  // Every request is answered here; nothing listens behind it.
  const proxy = await startProxy('http://127.0.0.1:9/devstoreaccount1', ({ url = '' }, response) => {
    const query = new URL(url, 'http://localhost').searchParams;
    const from = Number(query.get('marker') ?? 0);
    const nextOf = (length: number): string => (from + page < length ? String(from + page) : '');
    asked.pages++;
    if (query.get('delimiter') === '/') {
      const names = patientNames.slice(from, from + page);
      const prefixes = names.map((name) => `<BlobPrefix><Name>${name}/</Name></BlobPrefix>`);
      answerPage(response, prefixes, nextOf(patients));
      return true;
    }
    const patient = query.get('prefix')!;
    const bytes = bytesOf(patientNames.indexOf(patient.slice(0, -1)));
    const blobs = sliceNames
      .slice(from, from + page)
      .map(
        (name, i) =>
          `<Blob><Name>${patient}${name}</Name><Properties><Etag>0x8D${from + i}${bytes}</Etag><Content-Length>${bytes}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`,
      );
    asked.blobs += blobs.length;
    answerPage(response, blobs, nextOf(slices));
    return true;
  });
  onTestFinished(() => proxy.close());
  return { raw: `${proxy.url}/raw`, asked };
}

/**
 * Has its patients listed, weighed and dealt to 4 ranks: each page is asked for once, and the ranks get as much.
 * `look` is told of the blobs that were listed after each patient.
 */
export async function expectDealt(
  container: ListedContainer,
  look: (blobs: number) => void = () => {},
): Promise<void> {
  const { patients, slices, page } = container;
  const names = named(patients, patientOf);
  const { raw, asked } = await startListing(container);
  const found = await findPatients(
    raw,
    (name) => name,
    () => {},
  );
  expect([...found.keys()]).toEqual(names);
  const config = resolveConfig({ preset: 'lung1' });
  const tasks = [...found].map(
    ([patientId, patient]): ConvertTask => ({
      ...{ step: 'convert', patientId, patient, raw, masks: raw, interim: 'unused', config },
    }),
  );
  const weighed = await inFlight(tasks, async (task) => {
    const result = await weighConvert(task);
    look(asked.blobs);
    return result;
  });
  expect(asked.blobs).toBe(patients * slices);
  expect(asked.pages).toBe(Math.ceil(patients / page) + patients * Math.ceil(slices / page));
  expect(weighed.map(({ weight }) => weight)).toEqual(names.map((_, i) => slices * bytesOf(i)));
  expect(new Set(weighed.map(({ fingerprint }) => fingerprint)).size).toBe(patients);

  const loads = deal(weighed, 4).map((hand) => hand.reduce((sum, i) => sum + weighed[i].weight, 0));
  expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.01);
}
