import type { Entry, ReadableStore } from '../../storage/store.ts';
import type { FolderFiles } from './folder-files.ts';
import type { HeaderIndex, Sight } from './header-index.ts';
import type { Look, NoLook } from './look.ts';
import { isOneSeries, isShort, type Sampled, type SeriesRun, sampleOf, seriesRuns } from './series-runs.ts';

/** Files of a folder with what their headers tell; of a file that was not looked at, that of its series. */
export interface OwnedFiles extends FolderFiles {
  readonly looks: ReadonlyMap<Entry, Look | NoLook>;
}

/** Folders that are looked into together. */
const TOGETHER_FILES = 4096;

interface OpenRun {
  readonly run: SeriesRun;
  readonly sample: readonly number[];
}

/** Looks at what of some folders has to be looked at: a sample of each run, then the rest of those that are no series. */
async function lookInto(
  folders: readonly FolderFiles[],
  sightOf: (entry: Entry) => Sight,
  index: HeaderIndex,
  named: (look: Look) => Look,
): Promise<Map<Entry, Look | NoLook>> {
  const looks = new Map<Entry, Look | NoLook>();
  const lookAll = async (entries: readonly Entry[]): Promise<void> => {
    const seen = await index.look(entries.map(sightOf), named);
    for (const [i, entry] of entries.entries()) looks.set(entry, seen[i]);
  };
  const runs = folders.flatMap(({ files }) => seriesRuns(files));
  const open: OpenRun[] = runs.filter((run) => !isShort(run)).map((run) => ({ run, sample: sampleOf(run) }));
  await lookAll([
    ...runs.filter(isShort).flatMap(({ files }) => files),
    ...open.flatMap(({ run, sample }) => sample.map((i) => run.files[i])),
  ]);
  const rest: Entry[] = [];
  for (const { run, sample } of open) {
    const seen = sample.map((i) => [i, looks.get(run.files[i])!] as const);
    const told = seen.filter((each): each is Sampled => typeof each[1] !== 'string');
    const one = told.length === seen.length && isOneSeries(run, told);
    for (const file of run.files) {
      if (looks.has(file)) continue;
      if (one) looks.set(file, told[0][1]);
      else rest.push(file);
    }
  }
  await lookAll(rest);
  return looks;
}

/** The files of a store folder by folder, with what their headers tell. Holds some thousand files at a time. */
export async function* ownedFiles(
  folders: AsyncIterable<FolderFiles>,
  { store, place }: { readonly store: ReadableStore; readonly place: string },
  index: HeaderIndex,
  named: (look: Look) => Look,
): AsyncIterable<OwnedFiles> {
  const sightOf = (entry: Entry): Sight => ({ store, place, entry });
  let together: FolderFiles[] = [];
  let files = 0;
  const looked = async (): Promise<OwnedFiles[]> => {
    const looks = await lookInto(together, sightOf, index, named);
    const owned = together.map((folder) => ({ ...folder, looks }));
    [together, files] = [[], 0];
    return owned;
  };
  for await (const folder of folders) {
    together.push(folder);
    files += folder.files.length;
    if (files >= TOGETHER_FILES) yield* await looked();
  }
  yield* await looked();
}
