import { type ResolveUri, uriResolver } from '../azureml/arm/resolve-uri.ts';
import { UsageError } from '../errors.ts';
import { isPairTable, parsePairs } from '../records/pairs.ts';
import type { Report } from '../runner/report.ts';
import { besideUri, displayUri } from '../storage/location.ts';
import { openStore, readObject } from '../storage/open.ts';
import { patientName } from '../storage/patient-store.ts';
import type { Child } from '../storage/store.ts';
import { collectedPatients } from './collected-patients.ts';
import type { CollectedRefusal, LabelRules } from './nifti-collections/collection.ts';
import { wayOut } from './way-out.ts';

/** Where a patient's data lie: a child of the raw data, or what a row of a table of pairs names. */
export type PatientSource =
  | { readonly kind: 'child'; readonly child: Child }
  /** URIs; `mask` is '' where the DICOM holds the mask. `labels` are tumour where `mask.labels` does not say. */
  | {
      readonly kind: 'pair';
      readonly ct: string;
      readonly mask: string;
      readonly labels?: readonly number[];
    }
  /** A patient of a collection of NIfTI files that cannot be taken. */
  | CollectedRefusal
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

async function storedPatients(
  uri: string,
  report: Report,
  rules: LabelRules | undefined,
): Promise<RawPatient[]> {
  const raw = await openStore(uri);
  const children: Child[] = [];
  for await (const child of raw.children()) children.push(child);
  const collected = await collectedPatients(uri, raw, children, rules);
  const patients: RawPatient[] = [...(collected?.patients ?? [])];
  const ignored: string[] = [];
  for (const child of collected?.rest ?? children) {
    const name = patientName(child);
    if (name === undefined || name.startsWith('.'))
      ignored.push(child.kind === 'file' ? child.entry.key : child.name);
    else patients.push({ name, source: { kind: 'child', child } });
  }
  if (patients.length === 0) {
    const way = wayOut(ignored);
    throw new UsageError(
      `${raw.uri}: holds no patient; give the folder or prefix whose children are PATIENT/ or PATIENT.zip, or a table patient_id,ct,mask (.csv)${way && `; ${way}`}`,
    );
  }
  for (const message of collected?.notes ?? []) report({ kind: 'note', message });
  if (ignored.length > 0)
    report({
      kind: 'note',
      message: `${ignored.length} files beside the patients in ${raw.uri} are no patients`,
    });
  return patients;
}

/**
 * The patients of the raw data by their id: a folder or archive each, a row each of a table of pairs, or a case each of a
 * collection of NIfTI files (`findNiftiCollection`), whose labels are told by `rules`. Names that are no patient are
 * reported once. Datastores that a table names are looked up. Throws a UsageError where there is none, or one twice.
 */
export async function findPatients(
  uri: string,
  caseId: (name: string) => string,
  report: Report,
  resolveUri: ResolveUri = uriResolver(),
  rules?: LabelRules,
): Promise<Map<string, RawPatient>> {
  const found = isPairTable(uri)
    ? await pairedPatients(uri, resolveUri)
    : await storedPatients(uri, report, rules);
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
