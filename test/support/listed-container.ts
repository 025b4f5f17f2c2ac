import type { ServerResponse } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { findPatients } from '../../src/raw/cohort/patients.ts';
import type { RawData } from '../../src/raw/cohort/raw-data.ts';
import { deal } from '../../src/runner/ranks/deal.ts';
import type { ConvertTask } from '../../src/steps/convert/task.ts';
import { weighConvert } from '../../src/steps/convert/weigh.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { startProxy } from './azure/proxy.ts';
import { elementBytes, part10Bytes } from './dicom/encoded-dicom.ts';

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

/** The first bytes of a slice, as a range of it is answered (REST reference, Get Blob): whose it is, and its number. */
function answerHeader(response: ServerResponse, path: string): void {
  const [patient, file] = path.split('/').slice(-2);
  const number = /(\d{4})\.dcm$/.exec(file)![1];
  const elements = elementBytes([
    [0x00080060, 'CS', 'CT'],
    [0x00100020, 'LO', patient],
    [0x00120062, 'CS', 'YES'],
    [0x0020000d, 'UI', `2.25.1${patient.slice(-3)}`],
    [0x0020000e, 'UI', `2.25.2${patient.slice(-3)}`],
    [0x00200013, 'IS', number],
    [0x00280303, 'CS', 'MODIFIED'],
    [0x7fe00010, 'OW', new Uint8Array(0)],
  ]);
  const header = part10Bytes('1.2.840.10008.1.2.1', elements);
  response.writeHead(206, {
    'content-length': header.length,
    'content-range': `bytes 0-${header.length - 1}/${header.length}`,
    etag: '"0x8D"',
  });
  response.end(header);
}

async function startListing({ patients, slices, page }: ListedContainer) {
  const [patientNames, sliceNames] = [named(patients, patientOf), named(slices, sliceOf)];
  const asked = { pages: 0, blobs: 0, headers: 0 };
  // Every request is answered here; nothing listens behind it.
  const proxy = await startProxy('http://127.0.0.1:9/devstoreaccount1', ({ url = '' }, response) => {
    const query = new URL(url, 'http://localhost').searchParams;
    const from = Number(query.get('marker') ?? 0);
    const nextOf = (length: number): string => (from + page < length ? String(from + page) : '');
    if (query.get('comp') !== 'list') {
      asked.headers++;
      answerHeader(response, new URL(url, 'http://localhost').pathname);
      return true;
    }
    asked.pages++;
    if (query.get('delimiter') === '/') {
      const names = patientNames.slice(from, from + page);
      const prefixes = names.map((name) => `<BlobPrefix><Name>${name}/</Name></BlobPrefix>`);
      answerPage(response, prefixes, nextOf(patients));
      return true;
    }
    const prefix = query.get('prefix') ?? '';
    const patient = patientNames.indexOf(prefix.slice(0, -1));
    const length = prefix === '' ? patients * slices : slices;
    const first = prefix === '' ? 0 : patient * slices;
    const count = Math.max(0, Math.min(page, length - from));
    const blobs = Array.from({ length: count }, (_, i) => {
      const blob = first + from + i;
      const owner = Math.floor(blob / slices);
      const bytes = bytesOf(owner);
      return `<Blob><Name>${patientNames[owner]}/${sliceNames[blob % slices]}</Name><Properties><Etag>0x8D${blob % slices}${bytes}</Etag><Content-Length>${bytes}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`;
    });
    asked.blobs += blobs.length;
    answerPage(response, blobs, nextOf(length));
    return true;
  });
  onTestFinished(() => proxy.close());
  return { raw: `${proxy.url}/raw`, asked };
}

/** The patients that are found in it. */
export async function findListed(container: ListedContainer): Promise<RawData> {
  const { raw } = await startListing(container);
  return findPatients({ raw, config: resolveConfig({ preset: 'lung1' }), report: () => {} });
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
  const config = resolveConfig({ preset: 'lung1' });
  const { patients: found, byHeader } = await findPatients({ raw, config, report: () => {} });
  expect([...found.keys()]).toEqual(names);
  expect(byHeader).toBe(patients);
  const looked = { ...asked };
  // A sample of the slices of each.
  expect(looked.headers).toBe(4 * patients);
  expect(looked.blobs).toBe(patients * slices);
  const tasks = [...found].map(
    ([patientId, patient]): ConvertTask => ({
      ...{ step: 'convert', patientId, patient, masks: undefined, interim: 'unused', config },
    }),
  );
  const weighed = await inFlight(tasks, async (task) => {
    const result = await weighConvert(task);
    look(asked.blobs - looked.blobs);
    return result;
  });
  expect(asked.blobs - looked.blobs).toBe(patients * slices);
  expect(looked.pages).toBe(Math.ceil((patients * slices) / page) + 2 * Math.ceil(patients / page));
  expect(asked.pages - looked.pages).toBe(patients * Math.ceil(slices / page));
  expect(weighed.map(({ weight }) => weight)).toEqual(names.map((_, i) => slices * bytesOf(i)));
  expect(new Set(weighed.map(({ fingerprint }) => fingerprint)).size).toBe(patients);

  const loads = deal(weighed, 4).map((hand) => hand.reduce((sum, i) => sum + weighed[i].weight, 0));
  expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.01);
}
