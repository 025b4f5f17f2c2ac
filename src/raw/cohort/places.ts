import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { UsageError } from '../../errors.ts';
import { besideUri, displayUri } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';

/** Whether the raw data are given as a list of places. */
export function isPlaceList(uri: string): boolean {
  return /\.txt$/i.test(displayUri(uri));
}

/**
 * The places that raw data lie in: the one that a URI names, or those of a text file that names one on each line, relative
 * to it; a line that begins with # is none. Throws a UsageError where there is none, or one twice.
 */
export async function rawPlaces(uri: string, resolveUri: ResolveUri): Promise<string[]> {
  if (!isPlaceList(uri)) return [uri];
  const text = new TextDecoder().decode(await readObject(uri));
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const named = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (named.length === 0)
    throw new UsageError(`${displayUri(uri)}: names no place of raw data; write one on each line`);
  const places: string[] = [];
  for (const line of named) {
    const place = await resolveUri(besideUri(uri, line));
    if (places.includes(place))
      throw new UsageError(`${displayUri(uri)}: names ${displayUri(place)} twice; keep one of the lines`);
    places.push(place);
  }
  return places;
}
