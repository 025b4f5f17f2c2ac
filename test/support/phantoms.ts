import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PhantomFile, phantomFiles } from '../../src/phantom/cohort.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { openStore } from '../../src/storage/open.ts';
import { readJson, temporaryFolder } from './cli.ts';
import { isScratch } from './scratch.ts';

/** The cohort that most tests need no more than: small slices, SEG and RTSTRUCT in turn, the last one without a stage. */
export const COHORT = { patients: 6, full: 0, gridSize: 64 } as const;

/** Names every file of it, in the order of `phantomFiles`. */
const KEYS = 'keys.json';

function put(folder: string, key: string, bytes: Uint8Array): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

let ofProcess: string | undefined;

/** COHORT in a folder of the whole run of tests, or of a script: a patient takes half a second to draw. */
async function drawn(): Promise<string> {
  if (!isScratch(tmpdir())) ofProcess ??= temporaryFolder();
  const folder = join(ofProcess ?? tmpdir(), 'phantoms');
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

/** A patient of COHORT by its number, from 1. */
export const phantomId = (number: number): string => `PHANTOM-00${number}`;

/** Patients of COHORT, the first ones or those of these numbers, and their clinical table, as `phantomFiles` yields them. */
export async function phantoms(which: number | readonly number[]): Promise<PhantomFile[]> {
  const folder = await drawn();
  const numbers = typeof which === 'number' ? Array.from({ length: which }, (_, i) => i + 1) : which;
  const keys = readJson<string[]>(folder, KEYS);
  const files = numbers.flatMap((number) => {
    const own = keys.filter((key) => key.startsWith(`raw/${phantomId(number)}/`));
    if (own.length === 0) throw new Error(`COHORT has no patient ${number}`);
    return own.map((key) => ({ key, bytes: readFileSync(join(folder, key)) }));
  });
  const [header, ...rows] = readFileSync(join(folder, 'clinical.csv'), 'utf8').split('\r\n');
  const table = [header, ...numbers.map((number) => rows[number - 1])].map((row) => `${row}\r\n`);
  return [...files, { key: 'clinical.csv', bytes: new TextEncoder().encode(table.join('')) }];
}

/** Writes patients of COHORT to a folder or container, as `writePhantom` does. */
export async function writePhantoms(out: string, which: number | readonly number[]): Promise<void> {
  const store = await openStore(out);
  await inFlight(await phantoms(which), ({ key, bytes }) => store.write(key, bytes));
}
