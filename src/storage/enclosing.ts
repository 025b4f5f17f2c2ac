import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { type BlobLocation, blobUrl, displayUri, parseLocation } from './location.ts';

/** A folder with its links followed, as far as it exists. */
async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realFolder(parent), basename(path));
  }
}

/** One name for a place however a URI writes it: an absolute path without links, or the https URL of a prefix. */
export async function trueName(uri: string): Promise<string> {
  const location = parseLocation(uri);
  return location.kind === 'folder' ? realFolder(resolve(location.path)) : blobUrl(location);
}

/** Whether a place is another, or lies in it, by their true names. */
export function liesIn(place: string, other: string): boolean {
  const start = other.endsWith('/') ? other : `${other}/`;
  return place === other || place.startsWith(start);
}

/**
 * URIs of a place and of those that it lies in, from the nearest on: folders up to the root, prefixes up to the container. What a
 * URI is opened with (SAS) they have too.
 */
export async function enclosingPlaces(uri: string): Promise<string[]> {
  const location = parseLocation(uri);
  if (location.kind === 'folder') {
    const places = [await realFolder(resolve(location.path))];
    for (;;) {
      const parent = dirname(places[places.length - 1]);
      if (parent === places[places.length - 1]) return places;
      places.push(parent);
    }
  }
  const parts = location.prefix === '' ? [] : location.prefix.split('/');
  return Array.from({ length: parts.length + 1 }, (_, up) =>
    uriOf({ ...location, prefix: parts.slice(0, parts.length - up).join('/') }),
  );
}

/** Of the container of a blob, with what it is opened with. */
function uriOf(location: BlobLocation): string {
  return location.sas === '' ? blobUrl(location) : `${blobUrl(location)}?${location.sas}`;
}

/** The place that a file or blob lies in, as a URI, and its name there. Throws a UsageError where a URI names none. */
export function placeAndName(uri: string): { uri: string; key: string } {
  const location = parseLocation(uri);
  if (location.kind === 'folder') {
    const path = resolve(location.path);
    return { uri: dirname(path), key: basename(path) };
  }
  const slash = location.prefix.lastIndexOf('/');
  const key = location.prefix.slice(slash + 1);
  if (key === '') throw new UsageError(`${displayUri(uri)}: names no single file; add its name`);
  return { uri: uriOf({ ...location, prefix: location.prefix.slice(0, Math.max(slash, 0)) }), key };
}
