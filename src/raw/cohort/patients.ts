import { uriResolver } from '../../azureml/arm/resolve-uri.ts';
import { UsageError } from '../../errors.ts';
import { isPairTable } from '../../records/pairs.ts';
import { foreignArchive } from '../../storage/archive/archive-kind.ts';
import { displayUri, lastName } from '../../storage/location.ts';
import { locateObject } from '../../storage/open.ts';
import type { RawPatient } from '../raw-patient.ts';
import { dicomPatients } from './dicom-patients.ts';
import { type Naming, namingOf } from './naming.ts';
import { niftiPatients } from './nifti-patients.ts';
import { pairPatients } from './pair-patients.ts';
import { rawPlaces } from './places.ts';
import type { FoundPatients, RawData, RawDataOptions } from './raw-data.ts';

/** Refuses a file that is no folder, archive or table; another list or table as a place of a list too. */
async function assertPlaces(places: readonly string[]): Promise<void> {
  for (const place of places) {
    const name = lastName(displayUri(place));
    const whatToDo = foreignArchive(name) ?? (isPairTable(place) ? 'give it as --raw itself' : undefined);
    if (whatToDo === undefined) continue;
    const { store, key } = await locateObject(place);
    if ((await store.stat(key)) !== undefined)
      throw new UsageError(`${displayUri(place)}: is no folder, and no archive that is read: ${whatToDo}`);
  }
}

/** The patients of some places, each a collection of NIfTI files or not. */
async function placedPatients(
  places: readonly string[],
  options: RawDataOptions,
  naming: Naming,
): Promise<FoundPatients> {
  await assertPlaces(places);
  const collections = await Promise.all(
    places.map((place) => (options.onePatient ? undefined : niftiPatients(place, options.config.mask))),
  );
  const nifti = collections.filter((found) => found !== undefined);
  const others = places.filter((_, i) => collections[i] === undefined);
  const dicom = others.length === 0 ? undefined : await dicomPatients(others, options, naming);
  const all = [...nifti, ...(dicom === undefined ? [] : [dicom])];
  return {
    layout: dicom?.layout ?? 'nifti',
    patients: all.flatMap(({ patients }) => patients),
    byHeader: dicom?.byHeader,
    headersRead: dicom?.headersRead ?? 0,
    notes: all.flatMap(({ notes }) => notes),
  };
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
        `${shown}: patient ${patientId} is there twice, as a folder, an archive or in two places; keep one of them, or take patients by Patient ID (raw.patients: header)`,
      );
    patients.set(patientId, patient);
  }
  return patients;
}

/**
 * The patients of the raw data by their id: a folder or archive each, by the Patient ID of their files, a row each of a table
 * of pairs, or a case each of a collection of NIfTI files (`raw.patients`, docs/bring-your-data.md). How they were found, and
 * what is no patient, is reported once. Datastores that a table or list names are looked up. Throws a UsageError where there
 * is none, one twice, or one that may not be named.
 */
export async function findPatients(options: RawDataOptions): Promise<RawData> {
  const { raw, config, report, resolveUri = uriResolver() } = options;
  const naming = namingOf(config);
  const shown = displayUri(raw);
  if (isPairTable(raw)) {
    const found = await pairPatients(raw, resolveUri);
    return { layout: 'pairs', patients: byCaseId(found, shown, naming), byHeader: undefined, headersRead: 0 };
  }
  const places = await rawPlaces(raw, resolveUri);
  const { patients, notes, ...told } = await placedPatients(places, options, naming);
  const found = byCaseId(patients, shown, naming);
  for (const message of notes) report({ kind: 'note', message });
  return { ...told, patients: found };
}
