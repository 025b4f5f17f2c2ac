import { type ResolveUri, uriResolver } from '../azureml/arm/resolve-uri.ts';
import { UsageError } from '../errors.ts';
import { isPairTable, parsePairs } from '../records/pairs.ts';
import type { Report } from '../runner/report.ts';
import { besideUri, displayUri } from '../storage/location.ts';
import { openStore, readObject } from '../storage/open.ts';
import { patientName } from '../storage/patient-store.ts';
import type { Child } from '../storage/store.ts';

/** Where a patient's data lie: a child of the raw data, or what a row of a table of pairs names. */
export type PatientSource =
  | { readonly kind: 'child'; readonly child: Child }
  /** URIs; `mask` is '' where the DICOM holds the mask. */
  | { readonly kind: 'pair'; readonly ct: string; readonly mask: string }
  /** The raw data are this one patient: a folder or an archive. */
  | { readonly kind: 'itself' };

/** A patient of the raw data. */
export interface RawPatient {
  /** Its folder, archive or row, before any HMAC. */
  readonly name: string;
  readonly source: PatientSource;
}

async function pairedPatients(uri: string, resolveUri: ResolveUri): Promise<RawPatient[]> {
  const rows = parsePairs(displayUri(uri), await readObject(uri));
  if (rows.length === 0) throw new UsageError(`${displayUri(uri)}: holds no row`);
  const patients: RawPatient[] = [];
  for (const { patientId, ct, mask } of rows) {
    const place = async (reference: string): Promise<string> => resolveUri(besideUri(uri, reference));
    patients.push({
      name: patientId,
      source: { kind: 'pair', ct: await place(ct), mask: mask === '' ? '' : await place(mask) },
    });
  }
  return patients;
}

async function storedPatients(uri: string, report: Report): Promise<RawPatient[]> {
  const raw = await openStore(uri);
  const patients: RawPatient[] = [];
  let ignored = 0;
  for await (const child of raw.children()) {
    const name = patientName(child);
    if (name === undefined || name.startsWith('.')) ignored++;
    else patients.push({ name, source: { kind: 'child', child } });
  }
  if (patients.length === 0)
    throw new UsageError(
      `${raw.uri}: holds no patient; give the folder or prefix whose children are PATIENT/ or PATIENT.zip, or a table patient_id,ct,mask (.csv)`,
    );
  if (ignored > 0)
    report({ kind: 'note', message: `${ignored} files beside the patients in ${raw.uri} are no patients` });
  return patients;
}

/**
 * The patients of the raw data by their id: a folder or archive each, or a row each of a table of pairs. Names that are
 * no patient are reported once. Datastores that a table names are looked up. Throws a UsageError where there is none, or one
 * twice.
 */
export async function findPatients(
  uri: string,
  caseId: (name: string) => string,
  report: Report,
  resolveUri: ResolveUri = uriResolver(),
): Promise<Map<string, RawPatient>> {
  const found = isPairTable(uri) ? await pairedPatients(uri, resolveUri) : await storedPatients(uri, report);
  const patients = new Map<string, RawPatient>();
  for (const patient of found) {
    const patientId = caseId(patient.name);
    if (patients.has(patientId)) {
      throw new UsageError(
        `${displayUri(uri)}: patient ${patientId} is there both as a folder and as an archive; keep one of them`,
      );
    }
    patients.set(patientId, patient);
  }
  return patients;
}
