import { archiveStem } from '../../storage/archive/archive-kind.ts';
import { baseName } from '../nifti-collections/collection.ts';
import type { RawPatient, Refused } from '../raw-patient.ts';
import type { UnopenedArchives } from '../raw-store.ts';

/** Of an archive of a kind that is not opened: what to do is told, and its patient is not lost. */
function foreignRefusal(whatToDo: string): Refused {
  return {
    kind: 'refused',
    code: 'unsupported-archive',
    message: `the archive is of a kind that is not read: ${whatToDo}`,
  };
}

/** The name of an archive of a foreign kind without its ending: without `.7z`, `.tar.xz`, `.part1.rar`. */
function foreignStem(name: string): string {
  return name.replace(/(\.(tar|part\d+))?\.[a-z0-9]{1,4}$/i, '');
}

interface Unopened {
  readonly key: string;
  /** The key without its ending. */
  readonly stem: string;
  readonly source: Refused;
}

function unopened({ broken, foreign }: UnopenedArchives): Unopened[] {
  return [
    ...[...broken].map(
      ([key, { reason }]): Unopened => ({
        key,
        stem: archiveStem(key),
        source: {
          kind: 'refused',
          code: 'unreadable-archive',
          message: `the archive ${reason.replace(/^(it|the archive) /, '')}`,
        },
      }),
    ),
    ...[...foreign].map(
      ([key, whatToDo]): Unopened => ({ key, stem: foreignStem(key), source: foreignRefusal(whatToDo) }),
    ),
  ];
}

const joined = (path: string): string => path.replaceAll('/', '_');

/** What an archive may be called, the shortest first. */
const NAMES: readonly ((archive: Unopened) => string)[] = [
  ({ stem }) => baseName(stem),
  ({ stem }) => joined(stem),
  ({ key }) => joined(key),
];

/**
 * Archives that could not be looked into, where patients go by headers: nobody knows whose they are, so each is one by its
 * name, or by its path where others are named so too.
 */
export function unopenedPatients(places: readonly UnopenedArchives[]): RawPatient[] {
  const archives = places.flatMap(unopened);
  const counts = NAMES.map((nameOf) => Map.groupBy(archives, nameOf));
  return archives.map((archive) => {
    const form = NAMES.findIndex((nameOf, i) => counts[i].get(nameOf(archive))!.length === 1);
    const name = NAMES.at(form)!(archive);
    // In several places: numbered by these.
    const alike = form < 0 ? counts.at(-1)!.get(name)! : [archive];
    return {
      name: alike.length > 1 ? `${name}_${alike.indexOf(archive) + 1}` : name,
      source: archive.source,
    };
  });
}

/** The same where a place is an archive with a folder a patient: those that lie in one that is `known` are told with it. */
export function unopenedChildren(archives: UnopenedArchives, known: ReadonlySet<string>): RawPatient[] {
  const children = Map.groupBy(unopened(archives), ({ key, stem }) =>
    key.includes('/') ? archiveStem(key.split('/', 1)[0]) : stem,
  );
  return [...children]
    .filter(([name]) => !known.has(name))
    .map(([name, [{ source }]]): RawPatient => ({ name, source }));
}

/** The patient that an archive of a foreign kind beside the patients stands for. */
export function foreignPatient(key: string, whatToDo: string): RawPatient {
  return { name: baseName(foreignStem(key)), source: foreignRefusal(whatToDo) };
}

/** What to say of archives within patients' folders and archives that were left as files; none where there are none. */
export function foreignNotes(places: readonly UnopenedArchives[], shown: string): string[] {
  const within = places.flatMap(({ foreign }) => [...foreign]).filter(([key]) => key.includes('/'));
  if (within.length === 0) return [];
  const ways = [...new Set(within.map(([, whatToDo]) => whatToDo))];
  return [
    `${shown}: ${within.length} ${within.length === 1 ? 'archive' : 'archives'} within folders or archives were not read: ${ways.join('; ')}`,
  ];
}
