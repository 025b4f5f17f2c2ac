import { counted } from '../../counted.ts';
import { ArchiveError, UsageError } from '../../errors.ts';
import { archiveStem } from '../../storage/archive/archive-kind.ts';
import { displayUri, lastName } from '../../storage/location.ts';
import { STORES } from '../../storage/open.ts';
import { walkOf } from '../../storage/store.ts';
import { byFolder, visible } from '../headers/folder-files.ts';
import { type HeaderCohort, HeaderCohortBuilder, type HeaderPatient } from '../headers/header-cohort.ts';
import { readHeaderIndex } from '../headers/header-index.ts';
import { layoutOf } from '../headers/layout.ts';
import { withListedArchives } from '../headers/listed-archives.ts';
import type { Look } from '../headers/look.ts';
import { ownedFiles } from '../headers/owners.ts';
import { wayOut } from '../patient/way-out.ts';
import type { RawPatient } from '../raw-patient.ts';
import { isArchivePlace, openRaw, type UnopenedArchives } from '../raw-store.ts';
import { folderPatients, ignoredNote } from './folder-patients.ts';
import { headerPatients, isFolderName, mayBeNamed } from './header-patients.ts';
import type { Naming } from './naming.ts';
import { isPlaceList } from './places.ts';
import type { FoundPatients, RawDataOptions } from './raw-data.ts';
import { foreignNotes, unopenedChildren, unopenedPatients } from './unopened-archives.ts';

/** What the headers in some places tell, and which archives there could not be looked into. */
interface SeenPlaces {
  readonly cohort: HeaderCohort;
  /** By place. */
  readonly unopened: readonly UnopenedArchives[];
  readonly headersRead: number;
}

const placeName = (place: string): string => archiveStem(lastName(place));

/** Whether what a header told may be kept beside the outputs, by whom it names. */
function mayBeKept({ patients }: HeaderCohort, { hidden }: Naming): (look: Look) => boolean {
  const all = [...patients.values()];
  const idsOf = (some: readonly HeaderPatient[]): Set<string> => new Set(some.map((p) => p.patientId));
  const untold = idsOf(all.filter((patient) => !mayBeNamed(patient)));
  // A folder may tell the Patient ID, and never the issuer.
  const identified = idsOf(all.filter(({ identityRemoved }) => !identityRemoved));
  return ({ patientId, issuer }) =>
    hidden || (!untold.has(patientId) && (issuer === '' || !identified.has(patientId)));
}

/** Looks at as few headers as tell the patients, and keeps what they told for the next run. */
async function lookAtHeaders(
  places: readonly string[],
  { raw, kept }: RawDataOptions,
  naming: Naming,
): Promise<SeenPlaces> {
  const index = await readHeaderIndex(kept, naming.kind);
  const builder = new HeaderCohortBuilder(places.map(placeName));
  const unopened = places.map((): UnopenedArchives => ({ broken: new Map(), foreign: new Map() }));
  for (const [number, place] of places.entries()) {
    const store = await openRaw(place, STORES, unopened[number]).catch((error) => {
      // The place itself is an archive, of a patient or of many.
      if (!(error instanceof ArchiveError)) throw error;
      unopened[number].broken.set(lastName(place), error);
    });
    if (store === undefined) continue;
    const folders = byFolder(visible(walkOf(store)));
    let files = 0;
    const told = { store, place: `${number}/${placeName(place)}` };
    for await (const owned of ownedFiles(folders, told, index, naming.named)) {
      builder.add(number, owned);
      files += owned.files.length;
    }
    // The patients of a place whose name is mistyped would be missed by nobody.
    if (files === 0 && unopened[number].broken.size === 0 && isPlaceList(raw))
      throw new UsageError(
        `${displayUri(raw)}: ${displayUri(place)} holds nothing; correct its line, or take it out`,
      );
  }
  const archives = places.flatMap((place, i) =>
    isArchivePlace(place) ? [[i, placeName(place)] as const] : [],
  );
  const listed = new Map(places.length > 1 ? archives : []);
  const cohort = withListedArchives(builder.build(), listed, naming.caseId);
  await index.keep(kept, naming.kind, mayBeKept(cohort, naming));
  return { cohort, unopened, headersRead: index.read };
}

/** All of a place as one patient, named by its Patient ID where that may be told and can be a name, else by the place. */
function wholePlace(
  place: string,
  patient: HeaderPatient | undefined,
  { hidden, caseId, idWithin }: Naming,
): RawPatient {
  const byHeader =
    patient !== undefined && (hidden || (patient.identityRemoved && isFolderName(patient.patientId)));
  const name = byHeader ? patient.patientId : placeName(place);
  // An HMAC is no name that a pattern could look into.
  const within = byHeader && hidden ? undefined : idWithin(name);
  return {
    name,
    ...(within !== undefined && within !== name && { clinicalId: caseId(within) }),
    source: {
      kind: 'files',
      runs: [{ place, folder: '', depth: 'below' }],
      named: byHeader ? 'header' : 'folder',
    },
  };
}

/** What belongs to no patient by headers, told once. */
function strayNotes({ strays: { anonymous, damaged, others } }: HeaderCohort, shown: string): string[] {
  const told = [
    [anonymous, 'DICOM file without a Patient ID', 'DICOM files without a Patient ID'],
    [damaged, 'damaged DICOM file', 'damaged DICOM files'],
    [others, 'file that is no DICOM', 'files that are no DICOM'],
  ] as const;
  const parts = told.filter(([count]) => count > 0).map(([count, one, many]) => counted(count, one, many));
  return parts.length === 0 ? [] : [`${shown}: left out, as no patient's: ${parts.join(', ')}`];
}

function noPatient(shown: string, names: readonly string[]): UsageError {
  const way = wayOut(names);
  return new UsageError(
    `${shown}: holds no patient, or does not exist; give a folder, prefix or archive with DICOM files, a folder or archive a patient or wherever they lie, or a table patient_id,ct,mask (.csv)${way && `; ${way}`}`,
  );
}

type Found = Pick<FoundPatients, 'patients' | 'notes'>;

function asOnePatient(
  [place]: readonly string[],
  { cohort, unopened }: SeenPlaces,
  patient: HeaderPatient | undefined,
  shown: string,
  naming: Naming,
): Found {
  const homes = cohort.children.filter(({ dicom }) => dicom).length;
  const by = patient === undefined ? 'whose files have no Patient ID' : 'by the one Patient ID of all files';
  // A whole cohort under one Patient ID looks so too.
  const told = homes > 1 ? [`${shown}: one patient in ${homes} folders, ${by} (raw.patients)`] : [];
  return {
    patients: [wholePlace(place, patient, naming)],
    notes: [...told, ...foreignNotes(unopened, shown)],
  };
}

function byHeaders(
  places: readonly string[],
  { cohort, unopened }: SeenPlaces,
  why: string,
  shown: string,
  naming: Naming,
): Found {
  const named = headerPatients(cohort, places, shown, why, naming);
  const lost = unopenedPatients(unopened);
  // What an archive that is called as a patient holds of it is missing.
  const lostIds = new Set(lost.map(({ name }) => naming.caseId(name)));
  const told = `${shown}: ${counted(named.length, 'patient')} by the Patient ID of the files, wherever these lie, since ${why} (raw.patients: folder takes what lies directly there as a patient each)`;
  return {
    patients: [...named.filter(({ name }) => !lostIds.has(name)), ...lost],
    notes: [told, ...strayNotes(cohort, shown)],
  };
}

async function byFolders(
  places: readonly string[],
  { cohort, unopened }: SeenPlaces,
  why: string | undefined,
  shown: string,
  naming: Naming,
): Promise<Found> {
  const { patients: found, ignored } = await folderPatients(places, cohort, naming);
  const names = new Set(found.map(({ name }) => name));
  const lost = places.flatMap((place, i) =>
    isArchivePlace(place) && !cohort.children.some((child) => child.whole && child.place === i)
      ? unopenedChildren(unopened[i], names)
      : [],
  );
  const patients = [...found, ...lost];
  if (patients.length === 0)
    throw noPatient(
      shown,
      ignored.flatMap(({ names: files }) => files),
    );
  const notes = ignored.map(({ place, names: files }) => ignoredNote(files.length, place));
  const told = why === undefined ? [] : [`${shown}: ${why}`];
  return { patients, notes: [...told, ...notes, ...foreignNotes(unopened, shown)] };
}

/** The patients of places that hold DICOM, by the layout that these have (`raw.patients`). */
export async function dicomPatients(
  places: readonly string[],
  options: RawDataOptions,
  naming: Naming,
): Promise<FoundPatients> {
  const { config, raw, onePatient } = options;
  const shown = displayUri(raw);
  if (onePatient) {
    if (places.length > 1)
      throw new UsageError(`${shown}: lists ${places.length} places, and --patient takes one; give that`);
    const patients = [wholePlace(places[0], undefined, naming)];
    return { layout: 'one-patient', patients, byHeader: undefined, headersRead: 0, notes: [] };
  }
  const seen = await lookAtHeaders(places, options, naming);
  const layout = layoutOf(seen.cohort, {
    mode: config.raw.patients,
    names: places.map(placeName),
    caseId: naming.caseId,
    cohort: onePatient === false,
  });
  const found =
    layout.kind === 'one-patient'
      ? asOnePatient(places, seen, layout.patient, shown, naming)
      : layout.kind === 'headers'
        ? byHeaders(places, seen, layout.why, shown, naming)
        : await byFolders(places, seen, layout.why, shown, naming);
  const { cohort, headersRead } = seen;
  return { layout: layout.kind, byHeader: cohort.patients.size, headersRead, ...found };
}
