import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PhantomFile, phantomFiles } from '../../src/phantom/cohort.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { openStore } from '../../src/storage/open.ts';
import { readJson } from './cli.ts';

/** The cohort that most tests need no more than: small slices, SEG and RTSTRUCT in turn, the last one without a stage. */
export const COHORT = { patients: 6, full: 0, gridSize: 64 } as const;

/** Names every file of it, in the order of `phantomFiles`. */
const KEYS = 'keys.json';

function put(folder: string, key: string, bytes: Uint8Array): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** COHORT in a folder of the whole run of tests: a patient takes half a second to draw. */
async function drawn(): Promise<string> {
  const folder = join(tmpdir(), 'phantoms');
  if (existsSync(folder)) return folder;
  try {
    mkdirSync(`${folder}.started`);
  } catch {
    // Another file's tests are at it.
    while (!existsSync(folder)) await sleep(20);
    return folder;
  }
  const keys = [];
  for (const { key, bytes } of phantomFiles(COHORT)) {
    put(`${folder}.started`, key, bytes);
    keys.push(key);
  }
  writeFileSync(join(`${folder}.started`, KEYS), JSON.stringify(keys));
  renameSync(`${folder}.started`, folder);
  return folder;
}

/** The first patients of COHORT and their clinical table, as `phantomFiles` yields them. */
export async function phantoms(patients: number): Promise<PhantomFile[]> {
  if (patients > COHORT.patients) throw new Error(`there are no ${patients} phantoms`);
  const folder = await drawn();
  const names = Array.from({ length: patients }, (_, i) => `raw/PHANTOM-00${i + 1}/`);
  const files = readJson<string[]>(folder, KEYS)
    .filter((key) => names.some((name) => key.startsWith(name)))
    .map((key) => ({ key, bytes: readFileSync(join(folder, key)) }));
  const rows = readFileSync(join(folder, 'clinical.csv'), 'utf8').split('\r\n');
  const table = rows.slice(0, patients + 1).map((row) => `${row}\r\n`);
  return [...files, { key: 'clinical.csv', bytes: new TextEncoder().encode(table.join('')) }];
}

/** Writes the first patients of COHORT to a folder or container, as `writePhantom` does. */
export async function writePhantoms(out: string, patients: number): Promise<void> {
  const store = await openStore(out);
  await inFlight(await phantoms(patients), ({ key, bytes }) => store.write(key, bytes));
}
