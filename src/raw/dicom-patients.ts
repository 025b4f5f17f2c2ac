import { ArchiveError, UsageError } from '../errors.ts';
import { archiveStem } from '../storage/archive/archive-kind.ts';
import { displayUri, lastName } from '../storage/location.ts';
import { STORES } from '../storage/open.ts';
import { walkOf } from '../storage/shortcuts.ts';
import { folderPatients } from './folder-patients.ts';
import { headerPatients, mayBeNamed } from './header-patients.ts';
import { byFolder, visible } from './headers/folder-files.ts';
import { type HeaderCohort, HeaderCohortBuilder, type HeaderPatient } from './headers/header-cohort.ts';
import { readHeaderIndex } from './headers/header-index.ts';
import { layoutOf } from './headers/layout.ts';
import type { Look } from './headers/look.ts';
import { ownedFiles } from './headers/owners.ts';
import type { Naming } from './naming.ts';
import { counted } from './nifti-collections/collection.ts';
import { isPlaceList } from './places.ts';
import type { FoundPatients, RawDataOptions } from './raw-data.ts';
import type { RawPatient } from './raw-patient.ts';
import { isArchivePlace, openRaw, type UnopenedArchives } from './raw-store.ts';
import { foreignNotes, unopenedChildren, unopenedPatients } from './unopened-archives.ts';
import { wayOut } from './way-out.ts';

/** What the headers in some places tell, and which archives there could not be looked into. */
interface SeenPlaces {
  readonly cohort: HeaderCohort;
  /** By place. */
  readonly unopened: readonly UnopenedArchives[];
  readonly headersRead: number;
}

const placeName = (place: string): string => archiveStem(lastName(place));

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
  const cohort = builder.build();
  const untold = new Set(
    [...cohort.patients.values()].filter((patient) => !mayBeNamed(patient)).map(({ patientId }) => patientId),
  );
  const mayName = ({ patientId }: Look): boolean => naming.hidden || !untold.has(patientId);
  await index.keep(kept, naming.kind, mayName);
  return { cohort, unopened, headersRead: index.read };
}

/** All of a place as one patient, named by its Patient ID where that may be told, else by the place. */
function wholePlace(
  place: string,
  patient: HeaderPatient | undefined,
  { hidden, idWithin }: Naming,
): RawPatient {
  const byHeader = patient !== undefined && (hidden || patient.identityRemoved);
  const name = byHeader ? patient.patientId : placeName(place);
  const within = hidden ? undefined : idWithin(name);
  return {
    name,
    ...(within !== undefined && within !== name && { clinicalId: within }),
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
    [anonymous, 'DICOM files without a Patient ID'],
    [damaged, 'damaged DICOM files'],
    [others, 'files that are no DICOM'],
  ] as const;
  const parts = told.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return parts.length === 0 ? [] : [`${shown}: ${parts.join(', ')} belong to no patient and are left out`];
}

function noPatient(shown: string, names: readonly string[]): UsageError {
  const way = wayOut(names);
  return new UsageError(
    `${shown}: holds no patient; give a folder, prefix or archive with DICOM files, a folder or archive a patient or wherever they lie, or a table patient_id,ct,mask (.csv)${way && `; ${way}`}`,
  );
}

/** The patients of places that hold DICOM, by the layout that these have (`raw.patients`). */
export async function dicomPatients(
  places: readonly string[],
  options: RawDataOptions,
  naming: Naming,
): Promise<FoundPatients> {
  const { config, raw, onePatient } = options;
  const shown = displayUri(raw);
  if (onePatient)
    return {
      layout: 'one-patient',
      patients: [wholePlace(places[0], undefined, naming)],
      byHeader: undefined,
      headersRead: 0,
      notes: [],
    };
  const { cohort, unopened, headersRead } = await lookAtHeaders(places, options, naming);
  const byHeader = cohort.patients.size;
  const layout = layoutOf(cohort, {
    mode: config.raw.patients,
    names: places.map(placeName),
    caseId: naming.caseId,
    cohort: onePatient === false,
  });
  switch (layout.kind) {
    case 'one-patient': {
      const homes = cohort.children.filter(({ dicom }) => dicom).length;
      return {
        layout: layout.kind,
        patients: [wholePlace(places[0], layout.patient, naming)],
        byHeader,
        headersRead,
        // A whole cohort under one Patient ID looks so too.
        notes: [
          ...(homes > 1
            ? [
                `${shown}: one patient in ${homes} folders, ${layout.patient === undefined ? 'whose files have no Patient ID' : 'by the one Patient ID of all files'} (raw.patients)`,
              ]
            : []),
          ...foreignNotes(unopened, shown),
        ],
      };
    }
    case 'headers': {
      const named = headerPatients(cohort, places, shown, naming);
      const lost = unopenedPatients(unopened);
      // What an archive that is called as a patient holds of it is missing.
      const lostIds = new Set(lost.map(({ name }) => naming.caseId(name)));
      const patients = [...named.filter(({ name }) => !lostIds.has(name)), ...lost];
      const told = `${shown}: ${counted(named.length, 'patient')} by the Patient ID of the files, wherever these lie, since ${layout.why} (raw.patients: folder takes what lies directly there as a patient each)`;
      return {
        layout: layout.kind,
        patients,
        byHeader,
        headersRead,
        notes: [told, ...strayNotes(cohort, shown)],
      };
    }
    case 'folders': {
      const { patients: found, ignored } = await folderPatients(places, cohort, naming);
      const names = new Set(found.map(({ name }) => name));
      const lost = places.flatMap((place, i) =>
        isArchivePlace(place) ? unopenedChildren(unopened[i], names) : [],
      );
      const patients = [...found, ...lost];
      if (patients.length === 0)
        throw noPatient(
          shown,
          ignored.flatMap(({ names: files }) => files),
        );
      const notes = ignored.map(
        ({ place, names: files }) => `${files.length} files beside the patients in ${place} are no patients`,
      );
      const told = layout.why === undefined ? [] : [`${shown}: ${layout.why}`];
      const unread = foreignNotes(unopened, shown);
      return { layout: layout.kind, patients, byHeader, headersRead, notes: [...told, ...notes, ...unread] };
    }
  }
}
