import { archiveStem } from '../../storage/archive/archive-kind.ts';
import type { Entry } from '../../storage/store.ts';
import type { Look } from './look.ts';
import type { OwnedFiles } from './owners.ts';

/** Files of one patient in one folder of a place: all that lie directly in it, or those that are listed. */
export interface FileRun {
  /** Which of the places of raw data. */
  readonly place: number;
  /** Without a slash at its end; '' for the root. */
  readonly folder: string;
  readonly files?: readonly Entry[];
}

/** A patient as headers tell: Patient ID and its issuer, '' where there is none or but one. */
export interface HeaderPatient {
  readonly patientId: string;
  readonly issuer: string;
  /** Whether its CT says that identity was removed; without a CT, all that there is of it. */
  readonly identityRemoved: boolean;
  /** Whether the outermost folders or archives that hold its files and nobody else's are named by its Patient ID. */
  readonly folderNamed: boolean;
  readonly runs: readonly FileRun[];
}

/** What lies in one child of a place, or, with the name '', directly in the place. */
export interface SeenChild {
  readonly place: number;
  readonly name: string;
  /** Patients of its CT, SEG and RTSTRUCT files; of all its files where it has none of these. By the keys of `HeaderCohort.patients`. */
  readonly patients: ReadonlySet<string>;
  readonly dicom: boolean;
  readonly cts: boolean;
  readonly masks: boolean;
  /** Of its CTs, with a Patient ID or without; by their hashes. */
  readonly studies: ReadonlySet<string>;
  /** It is all of its place. */
  readonly whole?: boolean;
}

export interface HeaderCohort {
  /** By Patient ID and issuer, as one key. */
  readonly patients: ReadonlyMap<string, HeaderPatient>;
  readonly children: readonly SeenChild[];
  /** Files that no patient can be told of: DICOM without a Patient ID, damaged DICOM, and what is no DICOM. */
  readonly strays: { readonly anonymous: number; readonly damaged: number; readonly others: number };
}

type Owner = Pick<Look, 'patientId' | 'issuer'>;

const keyOf = ({ patientId, issuer }: Owner): string => JSON.stringify([patientId, issuer]);

/** The folders and archives on the way to the files of a run, the outermost first. */
function wayTo({ place, folder }: FileRun): { readonly key: string; readonly name: string }[] {
  if (folder === '') return [];
  const parts = folder.split('/');
  return parts.map((name, i) => ({ key: `${place}/${parts.slice(0, i + 1).join('/')}`, name }));
}

/** Places, folders and archives that hold files of several patients. */
function sharedFolders(patients: Iterable<readonly FileRun[]>): Set<string> {
  const owners = new Map<string, readonly FileRun[]>();
  const shared = new Set<string>();
  for (const runs of patients) {
    for (const key of runs.flatMap((run) => [String(run.place), ...wayTo(run).map((on) => on.key)])) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== runs) shared.add(key);
      owners.set(key, runs);
    }
  }
  return shared;
}

/**
 * Whether files lie in a place, folder or archive that is named so and is the outermost that is nobody else's: it is then the name
 * that somebody gave them where others can read it, and no number of a record further in.
 */
function isNamedOutside(
  run: FileRun,
  name: string,
  shared: ReadonlySet<string>,
  placeNames: readonly string[],
): boolean {
  if (placeNames[run.place] === name && !shared.has(String(run.place))) return true;
  const own = wayTo(run).find(({ key }) => !shared.has(key));
  return own !== undefined && (own.name === name || archiveStem(own.name) === name);
}

class GrowingPatient {
  readonly owner: Owner;
  readonly runs: FileRun[] = [];
  readonly studies = new Set<string>();
  cts = { seen: false, removed: true };
  others = { removed: true };

  constructor(owner: Owner) {
    this.owner = owner;
  }

  see({ kind, identityRemoved, study }: Look): void {
    if (kind === 'ct') {
      this.cts.seen = true;
      this.cts.removed &&= identityRemoved;
    } else this.others.removed &&= identityRemoved;
    if (study !== '') this.studies.add(study);
  }
}

interface GrowingChild {
  readonly place: number;
  readonly name: string;
  readonly paired: Set<string>;
  readonly any: Set<string>;
  dicom: boolean;
  cts: boolean;
  masks: boolean;
  readonly studies: Set<string>;
}

/** Whether CTs without a Patient ID are of another study than the files of the one patient beside them: of somebody else. */
function holdsForeignCt(
  looks: OwnedFiles['looks'],
  own: readonly Entry[],
  orphans: readonly Entry[],
): boolean {
  const studyOf = (file: Entry): string => (looks.get(file) as Look).study;
  const cts = orphans.filter((file) => {
    const look = looks.get(file)!;
    return typeof look !== 'string' && look.kind === 'ct' && look.study !== '';
  });
  if (cts.length === 0) return false;
  const studies = new Set(own.map(studyOf).filter((study) => study !== ''));
  return studies.size > 0 && cts.some((file) => !studies.has(studyOf(file)));
}

interface Pending {
  readonly place: number;
  readonly folder: string;
  readonly file: Entry;
  readonly study: string;
}

/** Grows by what is found of files folder by folder; keeps names of folders, and of files only where folders are shared. */
export class HeaderCohortBuilder {
  readonly #patients = new Map<string, GrowingPatient>();
  readonly #children = new Map<string, GrowingChild>();
  readonly #pending: Pending[] = [];
  readonly #strays = { anonymous: 0, damaged: 0, others: 0 };
  readonly #placeNames: readonly string[];

  /** `placeNames`: of the places of raw data, without the endings of archives. */
  constructor(placeNames: readonly string[] = []) {
    this.#placeNames = placeNames;
  }

  #child(place: number, folder: string): GrowingChild {
    const name = folder.split('/', 1)[0];
    const key = `${place}/${name}`;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const sets = { paired: new Set<string>(), any: new Set<string>(), studies: new Set<string>() };
    const child: GrowingChild = { place, name, ...sets, dicom: false, cts: false, masks: false };
    this.#children.set(key, child);
    return child;
  }

  #patient(owner: Owner): GrowingPatient {
    const key = keyOf(owner);
    const patient = this.#patients.get(key) ?? new GrowingPatient(owner);
    this.#patients.set(key, patient);
    return patient;
  }

  add(place: number, { folder, files, whole, looks }: OwnedFiles): void {
    const child = this.#child(place, folder);
    const owned = new Map<string, Entry[]>();
    const orphans: Entry[] = [];
    for (const file of files) {
      const look = looks.get(file)!;
      if (look !== 'no-dicom') child.dicom = true;
      if (typeof look !== 'string') {
        if (look.kind === 'ct') child.studies.add(look.study);
        child.cts ||= look.kind === 'ct';
        child.masks ||= look.kind === 'mask';
      }
      if (typeof look === 'string' || look.patientId === '') {
        orphans.push(file);
        continue;
      }
      const key = keyOf(look);
      if (look.kind !== 'other') child.paired.add(key);
      child.any.add(key);
      this.#patient(look).see(look);
      const own = owned.get(key);
      if (own === undefined) owned.set(key, [file]);
      else own.push(file);
    }
    if (owned.size === 1 && whole && !holdsForeignCt(looks, owned.values().next().value!, orphans)) {
      const [key] = owned.keys();
      // What cannot be told apart here goes with the one patient of the folder, as in a folder a patient.
      this.#patients.get(key)!.runs.push({ place, folder });
      return;
    }
    for (const [key, own] of owned) this.#patients.get(key)!.runs.push({ place, folder, files: own });
    for (const file of orphans) {
      const look = looks.get(file)!;
      if (look === 'no-dicom') this.#strays.others++;
      else if (look === 'damaged') this.#strays.damaged++;
      else this.#pending.push({ place, folder, file, study: (look as Look).study });
    }
  }

  /** Files without a Patient ID go with the one patient of their study. */
  #settlePending(): void {
    const ofStudy = new Map<string, Set<string>>();
    for (const [key, { studies }] of this.#patients)
      for (const study of studies) ofStudy.set(study, (ofStudy.get(study) ?? new Set()).add(key));
    for (const { place, folder, file, study } of this.#pending) {
      const owners = [...(ofStudy.get(study) ?? [])];
      if (study !== '' && owners.length === 1)
        this.#patients.get(owners[0])!.runs.push({ place, folder, files: [file] });
      else this.#strays.anonymous++;
    }
  }

  /** What patients are called where an issuer tells two of one Patient ID apart: by `keyOf`, the key of each. */
  #issued(): Map<string, Owner> {
    const byId = Map.groupBy(this.#patients.values(), ({ owner }) => owner.patientId);
    const owners = new Map<string, Owner>();
    for (const [patientId, several] of byId) {
      const issuers = new Set(several.map(({ owner }) => owner.issuer).filter((issuer) => issuer !== ''));
      // An object that was made later often lacks the issuer.
      for (const { owner } of several)
        owners.set(keyOf(owner), issuers.size > 1 ? owner : { patientId, issuer: '' });
    }
    return owners;
  }

  build(): HeaderCohort {
    this.#settlePending();
    const owners = this.#issued();
    const merged = Map.groupBy(this.#patients, ([key]) => keyOf(owners.get(key)!));
    const allRuns = new Map(
      [...merged].map(([key, several]) => [key, several.flatMap(([, { runs }]) => runs)]),
    );
    const shared = sharedFolders(allRuns.values());
    const patients = new Map<string, HeaderPatient>();
    for (const [key, several] of merged) {
      const all = several.map(([, patient]) => patient);
      const cts = all.filter(({ cts: { seen } }) => seen);
      patients.set(key, {
        ...owners.get(several[0][0])!,
        identityRemoved:
          cts.length > 0 ? cts.every((p) => p.cts.removed) : all.every((p) => p.others.removed),
        folderNamed: allRuns
          .get(key)!
          .every((run) => isNamedOutside(run, several[0][1].owner.patientId, shared, this.#placeNames)),
        runs: allRuns.get(key)!,
      });
    }
    const called = (keys: ReadonlySet<string>): Set<string> =>
      new Set([...keys].map((key) => keyOf(owners.get(key)!)));
    const children = [...this.#children.values()].map(({ paired, any, ...child }) => ({
      ...child,
      patients: called(paired.size > 0 ? paired : any),
    }));
    return { patients, children, strays: this.#strays };
  }
}
