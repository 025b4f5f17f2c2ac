import { keyStart } from '../../storage/key.ts';
import type { Entry, ReadableStore } from '../../storage/store.ts';
import type { PatientRun } from '../raw-patient.ts';

/** A file of a run, and the place that it lies in. */
export interface RunFile {
  readonly place: string;
  readonly entry: Entry;
}

/** Opens a place of raw data. */
type OpenPlace = (place: string) => Promise<ReadableStore>;

/** Opens the places of some runs, each once. */
async function openPlaces(runs: readonly PatientRun[], open: OpenPlace): Promise<Map<string, ReadableStore>> {
  const opened = new Map<string, ReadableStore>();
  for (const { place } of runs) if (!opened.has(place)) opened.set(place, await open(place));
  return opened;
}

async function filesOfRun(
  store: ReadableStore,
  { folder, depth, files }: PatientRun,
): Promise<readonly Entry[]> {
  if (files !== undefined) return files;
  const start = keyStart(store.uri, folder);
  const found: Entry[] = [];
  for await (const entry of store.list(folder))
    if (depth === 'below' || !entry.key.includes('/', start.length)) found.push(entry);
  return found;
}

/** The files of a patient wherever they lie, in the order of places and keys. */
export async function runFiles(runs: readonly PatientRun[], open: OpenPlace): Promise<RunFile[]> {
  const stores = await openPlaces(runs, open);
  const found: RunFile[] = [];
  for (const run of runs)
    for (const entry of await filesOfRun(stores.get(run.place)!, run))
      found.push({ place: run.place, entry });
  return found;
}

/** The files of a patient as one store, the keys of the n-th place below `n/`. */
export async function runStore(
  files: readonly RunFile[],
  runs: readonly PatientRun[],
  open: OpenPlace,
): Promise<ReadableStore> {
  const stores = [...(await openPlaces(runs, open))];
  const numberOf = new Map(stores.map(([place], i) => [place, i]));
  const entries = files
    .map(({ place, entry }) => ({ ...entry, key: `${numberOf.get(place)}/${entry.key}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const within = <T>(key: string, read: (store: ReadableStore, key: string) => T): T => {
    const slash = key.indexOf('/');
    return read(stores[Number(key.slice(0, slash))][1], key.slice(slash + 1));
  };
  return {
    uri: stores.length === 1 ? stores[0][1].uri : `${stores[0][1].uri} and ${stores.length - 1} more`,
    async *list(prefix = '') {
      const start = prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`;
      yield* entries.filter(({ key }) => key.startsWith(start));
    },
    read: (key) => within(key, (store, own) => store.read(own)),
    readStart: (key, bytes) => within(key, (store, own) => store.readStart(own, bytes)),
    readRange: (key, start, length) => within(key, (store, own) => store.readRange(own, start, length)),
  };
}
