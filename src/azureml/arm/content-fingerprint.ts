import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import { isPairTable, parsePairs } from '../../records/pairs.ts';
import { besideUri, displayUri } from '../../storage/location.ts';
import { locateObject, openStore, readObject } from '../../storage/open.ts';
import type { Entry } from '../../storage/store.ts';
import { type ResolveUri, uriResolver } from './resolve-uri.ts';

/** In place of a fingerprint where nobody has worked one out. */
export const UNKNOWN_CONTENT = 'unknown';

/** Whether `text` is a content fingerprint: SHA-256, 64 hex digits in lower case. */
export function isContentFingerprint(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Throws a UsageError unless `content` is a fingerprint, `unknown` or ''. */
export function assertContent(content: string): void {
  if (content === '' || content === UNKNOWN_CONTENT || isContentFingerprint(content)) return;
  throw new UsageError(
    `--content: must be the 64 hex digits that "swinprep azure fingerprint" prints, or ${UNKNOWN_CONTENT}`,
  );
}

/** Sums of hashes are taken modulo this. */
const MODULUS = 2n ** 256n;

/** An object of a listing, with what it is for: `raw`, `clinical`, or the patient and column of a table of pairs. */
export interface ListedObject extends Entry {
  readonly role: string;
}

/**
 * Fingerprint of what a listing tells: names, sizes and versions. The order of the objects does not matter, and no more
 * than one is held: their SHA-256 are summed modulo 2^256, and number and sum are hashed once more. It is to tell one
 * state of the data from another, and no defence against somebody who looks for two states with one fingerprint.
 */
export async function fingerprintOfListing(
  objects: AsyncIterable<ListedObject> | Iterable<ListedObject>,
): Promise<{ readonly fingerprint: string; readonly objects: number }> {
  let sum = 0n;
  let count = 0;
  for await (const { role, key, bytes, version } of objects) {
    sum = (sum + BigInt(`0x${sha256([role, key, bytes, version])}`)) % MODULUS;
    count++;
  }
  return { fingerprint: sha256(['swinprep content', 1, count, sum.toString(16)]), objects: count };
}

function sha256(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Fingerprint of the raw data (a store of patients, or a table of pairs with all that its rows name) and of the clinical
 * table, from listings; the table of pairs alone is read. Places are not in it, but a copy elsewhere may have other
 * versions. Throws a UsageError where `raw` holds nothing, a StorageError where it cannot be listed.
 */
export async function contentFingerprint(
  raw: string,
  clinical?: string,
  resolveUri: ResolveUri = uriResolver(),
): Promise<string> {
  const place = await resolveUri(raw);
  const table = clinical === undefined ? undefined : await resolveUri(clinical);
  const listing = isPairTable(place) ? listPairs(place, resolveUri) : listFolder(place, 'raw');
  let found = 0;
  const { fingerprint } = await fingerprintOfListing(all());
  if (found === 0) throw new UsageError(`${displayUri(raw)}: holds nothing`);
  return fingerprint;

  async function* all(): AsyncGenerator<ListedObject> {
    for await (const object of listing) {
      found++;
      yield object;
    }
    // That it is absent is for the step to say that reads it.
    const entry = table === undefined ? undefined : await statObject(table);
    if (entry !== undefined) yield { ...entry, role: 'clinical' };
  }
}

async function statObject(uri: string): Promise<Entry | undefined> {
  const { store, key } = await locateObject(uri);
  return store.stat(key);
}

async function* listFolder(uri: string, role: string): AsyncGenerator<ListedObject> {
  for await (const entry of (await openStore(uri)).list()) yield { ...entry, role };
}

/** The table itself and, for each row, the file or all of the folder that it names as CT and as mask. */
async function* listPairs(uri: string, resolveUri: ResolveUri): AsyncGenerator<ListedObject> {
  const table = await statObject(uri);
  if (table !== undefined) yield { ...table, role: 'raw' };
  for (const { patientId, ct, mask } of parsePairs(displayUri(uri), await readObject(uri))) {
    for (const [column, reference] of Object.entries({ ct, mask })) {
      if (reference === '') continue;
      const place = await resolveUri(besideUri(uri, reference));
      const role = JSON.stringify([patientId, column]);
      const file = await statObject(place);
      if (file === undefined) yield* listFolder(place, role);
      else yield { ...file, role };
    }
  }
}
