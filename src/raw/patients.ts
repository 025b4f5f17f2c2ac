import { type ResolveUri, uriResolver } from '../azureml/arm/resolve-uri.ts';
import type { Config } from '../config/schema.ts';
import { UsageError } from '../errors.ts';
import { isPairTable } from '../records/pairs.ts';
import type { Report } from '../runner/report.ts';
import { displayUri, lastName } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import { folderPatients } from './folder-patients.ts';
import { headerPatients } from './header-patients.ts';
import { byFolder } from './headers/folder-files.ts';
import { type HeaderCohort, HeaderCohortBuilder, type HeaderPatient } from './headers/header-cohort.ts';
import { readHeaderIndex } from './headers/header-index.ts';
import { layoutOf } from './headers/layout.ts';
import { ownedFiles } from './headers/owners.ts';
import { type Naming, namingOf } from './naming.ts';
import { pairPatients } from './pair-patients.ts';
import { rawPlaces } from './places.ts';
import type { RawPatient } from './raw-patient.ts';

export interface RawDataOptions {
  /** A place, an archive, a table `patient_id,ct,mask` (.csv), or a list of places (.txt). */
  readonly raw: string;
  readonly config: Pick<Config, 'privacy' | 'raw'>;
  /** Where what headers told is kept for the next run; undefined: nowhere. */
  readonly kept?: Store | undefined;
  /** Whether all of it is one patient; undefined: as it looks. */
  readonly onePatient?: boolean | undefined;
  readonly report: Report;
  /** Looks up the datastores that a table or list names. */
  readonly resolveUri?: ResolveUri | undefined;
}

/** What the raw data were found to be. */
export type RawLayout = 'pairs' | 'folders' | 'headers' | 'one-patient';

export interface RawData {
  readonly layout: RawLayout;
  /** By the id that outputs call them. */
  readonly patients: ReadonlyMap<string, RawPatient>;
  /** Patients that headers name; undefined where none was read. */
  readonly byHeader: number | undefined;
}

/** Looks at the headers of all that lies in some places, as few of them as tell the patients. */
async function lookAtHeaders(
  places: readonly string[],
  { kept }: RawDataOptions,
  naming: Naming,
): Promise<HeaderCohort> {
  const index = await readHeaderIndex(kept, naming.kind);
  const builder = new HeaderCohortBuilder();
  for (const [number, place] of places.entries()) {
    const store = await openStore(place);
    const folders = byFolder(store.list());
    for await (const owned of ownedFiles(folders, { store, place: number }, index, naming.named))
      builder.add(number, owned);
  }
  const cohort = builder.build();
  const folderNames = new Set(cohort.children.map(({ name }) => name));
  const mayName = ({
    patientId,
    identityRemoved,
  }: {
    patientId: string;
    identityRemoved: boolean;
  }): boolean => naming.hidden || identityRemoved || patientId === '' || folderNames.has(patientId);
  await index.keep(kept, naming.kind, mayName);
  return cohort;
}

/** All of a place as one patient, named by its Patient ID where that may be told, else by the place. */
function wholePlace(
  place: string,
  patient: HeaderPatient | undefined,
  { hidden, idWithin }: Naming,
): RawPatient {
  const byHeader = patient !== undefined && (hidden || patient.identityRemoved);
  const name = byHeader ? patient.patientId : lastName(place);
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

function headersNote(shown: string, why: string, patients: number): string {
  return `${shown}: ${patients} patients by the Patient ID of their files, wherever they lie: ${why} (raw.patients)`;
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

/** Patients of places that hold DICOM, by the layout that these have. */
async function dicomPatients(
  places: readonly string[],
  options: RawDataOptions,
  naming: Naming,
): Promise<{ layout: RawLayout; found: readonly RawPatient[]; byHeader: number | undefined }> {
  const { config, report, raw, onePatient: word } = options;
  const shown = displayUri(raw);
  if (word)
    return { layout: 'one-patient', found: [wholePlace(places[0], undefined, naming)], byHeader: undefined };
  const cohort = await lookAtHeaders(places, options, naming);
  const byHeader = cohort.patients.size;
  const names = places.map((place) => lastName(place));
  const layout = layoutOf(cohort, {
    mode: config.raw.patients,
    names,
    caseId: naming.caseId,
    cohort: word === false,
  });
  if (layout.kind === 'one-patient')
    return { layout: layout.kind, found: [wholePlace(places[0], layout.patient, naming)], byHeader };
  if (layout.kind === 'headers') {
    const found = headerPatients(cohort, places, shown, naming);
    report({ kind: 'note', message: headersNote(shown, layout.why, found.length) });
    for (const message of strayNotes(cohort, shown)) report({ kind: 'note', message });
    return { layout: layout.kind, found, byHeader };
  }
  const { patients, ignored } = await folderPatients(places, cohort, naming);
  if (patients.length === 0)
    throw new UsageError(
      `${shown}: holds no patient; give the folder or prefix whose children are PATIENT/ or PATIENT.zip, or a table patient_id,ct,mask (.csv)`,
    );
  for (const { place, files } of ignored)
    report({ kind: 'note', message: `${files} files beside the patients in ${place} are no patients` });
  return { layout: layout.kind, found: patients, byHeader };
}

/** Patients by what outputs call them. Throws a UsageError where two are called the same. */
function byCaseId(
  found: readonly RawPatient[],
  shown: string,
  { caseId, hidden }: Naming,
): Map<string, RawPatient> {
  const patients = new Map<string, RawPatient>();
  for (const patient of found) {
    const { name, source } = patient;
    // The Patient ID of a header is an HMAC by then.
    const named = source.kind === 'files' && source.named === 'header' && hidden;
    const patientId = named ? name : caseId(name);
    if (patients.has(patientId))
      throw new UsageError(
        `${shown}: patient ${patientId} is there twice, as a folder, an archive or in two places; keep one of them`,
      );
    patients.set(patientId, patient);
  }
  return patients;
}

/**
 * The patients of the raw data by their id: a folder or archive each, by the Patient ID of their files, or a row each of a
 * table of pairs (`raw.patients`). How they were found, and what is no patient, is reported once. Datastores that a table
 * names are looked up. Throws a UsageError where there is none, one twice, or one that may not be named.
 */
export async function findPatients(options: RawDataOptions): Promise<RawData> {
  const { raw, config, resolveUri = uriResolver() } = options;
  const naming = namingOf(config);
  const shown = displayUri(raw);
  if (isPairTable(raw)) {
    const found = await pairPatients(raw, resolveUri);
    return { layout: 'pairs', patients: byCaseId(found, shown, naming), byHeader: undefined };
  }
  const places = await rawPlaces(raw, resolveUri);
  const { layout, found, byHeader } = await dicomPatients(places, options, naming);
  return { layout, patients: byCaseId(found, shown, naming), byHeader };
}
