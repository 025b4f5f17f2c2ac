import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, StorageError, UsageError } from '../../errors.ts';
import { lastName, parseLocation } from '../../storage/location.ts';
import { locateObject, openStore, readObject } from '../../storage/open.ts';
import type { ResolveUri } from '../arm/resolve-uri.ts';
import { isAzureMlUri } from '../datastore-uri.ts';
import { TakenAssets } from '../taken-assets.ts';
import type { DataType } from '../yaml/data-type.ts';
import {
  dataValue,
  type InputValue,
  isQuotable,
  literalValue,
  type ValueReader,
  withoutQuery,
} from '../yaml/input-value.ts';
import { isRemote } from '../yaml/remote-values.ts';
import type { Report } from '../yaml/yaml-file.ts';

/** A file or folder in Blob Storage that a job gets as a local path, as Azure ML would mount it. */
export interface RemoteData {
  readonly kind: DataType;
  /** May hold a SAS. */
  readonly uri: string;
  /** Absolute path of the copy. */
  readonly path: string;
}

/**
 * For a run on this machine: every value is there, and every file. Datastores and data assets become URLs; these are told
 * to `assets`. What lies in Blob Storage is looked for, and added to `remote` with its place below `folder`; nothing is
 * written yet.
 */
export function localValues(
  folder: string,
  resolveUri: ResolveUri,
  remote: RemoteData[],
  assets = new TakenAssets(),
): ValueReader {
  return {
    placeholders: false,
    literal: async (literal, report) => {
      const value = literalValue(literal, report);
      if (value === undefined || !isAzureMlUri(value.text)) return value;
      return reported(report, async () => {
        let asset: string | undefined;
        const text = await resolveUri(value.text, { taken: (found) => (asset = found) });
        if (asset !== undefined) assets.add(text, asset);
        return { ...value, text };
      });
    },
    data: async (kind, place, base, report) =>
      isRemote(place)
        ? reported(report, () => remoteValue(kind, place, base, report))
        : dataValue(kind, place, base, report),
  };

  async function remoteValue(
    kind: DataType,
    place: string,
    base: string,
    report: Report,
  ): Promise<InputValue | undefined> {
    let asset = assets.of(place);
    const uri = await resolveUri(place, { type: kind, taken: (found) => (asset = found) });
    const location = parseLocation(uri);
    if (location.kind === 'folder') return dataValue(kind, location.path, base, report);
    if (!(await isThere(kind, uri))) {
      report(`${withoutQuery(place)} ${kind === 'uri_file' ? 'does not exist' : 'holds nothing'}`);
      return undefined;
    }
    const hash = createHash('sha256').update(withoutQuery(uri)).digest('hex').slice(0, 12);
    const copy = path.join(folder, hash, lastName(uri));
    if (!isQuotable(copy, report)) return undefined;
    if (!remote.some((data) => data.path === copy)) remote.push({ kind, uri, path: copy });
    if (asset !== undefined) assets.add(copy, asset);
    return { kind, text: copy };
  }
}

async function reported<T>(report: Report, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StorageError)) throw error;
    report(messageOf(error));
    return undefined;
  }
}

async function isThere(kind: DataType, uri: string): Promise<boolean> {
  if (kind === 'uri_file') {
    const { store, key } = await locateObject(uri);
    return (await store.stat(key)) !== undefined;
  }
  for await (const _ of (await openStore(uri)).list()) return true;
  return false;
}

/** Brings files and folders from Blob Storage to where the jobs read them; copies of an earlier run are replaced. */
export async function fetchRemote(remote: readonly RemoteData[]): Promise<void> {
  for (const { kind, uri, path: copy } of remote) {
    await rm(copy, { recursive: true, force: true });
    if (kind === 'uri_file') {
      await (await openStore(path.dirname(copy))).write(path.basename(copy), await readObject(uri));
      continue;
    }
    const [from, to] = [await openStore(uri), await openStore(copy)];
    for await (const { key } of from.list()) {
      const bytes = await from.read(key);
      if (bytes !== undefined) await to.write(key, bytes);
    }
  }
}
