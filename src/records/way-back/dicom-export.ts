import { z } from 'zod';
import { byPatient } from '../cases.ts';
import { exclusion, outputFile } from '../record.ts';
import { type DicomKind, dicomFacts, dicomKind, okMapped } from './mapped.ts';

/** Of a DICOM object nothing that names the patient: neither UIDs nor what it copies of the CT. */
const okExport = z.strictObject({
  patient_id: z.string(),
  state: z.literal('ok'),
  output: outputFile,
  ...dicomFacts.shape,
  /** How a prediction came onto the CT grid; null for a mask that convert wrote. */
  mapped: okMapped
    .pick({ interpolation: true, threshold: true, voxels: true, volume_ml: true, compared: true })
    .nullable(),
  swinprep_version: z.string(),
  fingerprint: z.string(),
});

const excludedExport = z.strictObject({
  patient_id: z.string(),
  state: z.literal('excluded'),
  exclusion,
  swinprep_version: z.string(),
  fingerprint: z.string(),
});

/** `export.json` beside a patient's DICOM object, committed last. */
export const exportSchema = z.discriminatedUnion('state', [okExport, excludedExport]);

export type ExportRecord = z.infer<typeof exportSchema>;
export type OkExport = z.infer<typeof okExport>;

export const EXPORT_RECORD_FILE = 'export.json';

/** File names of a patient's objects. */
export const DICOM_FILES = { 'dicom-seg': 'seg.dcm', rtstruct: 'rtstruct.dcm' } as const;

/** `dicom_export.json`: what became of each patient of an export. */
export const dicomExportSchema = z.strictObject({
  swinprep_version: z.string(),
  kind: dicomKind,
  summary: z.strictObject({ num_ok: z.int(), num_excluded: z.int() }),
  patients: z.array(exportSchema),
});

export type DicomExport = z.infer<typeof dicomExportSchema>;

export const DICOM_EXPORT_FILE = 'dicom_export.json';

/** The records of an export, in order of their patients. */
export function mergeExports(
  version: string,
  kind: DicomKind,
  records: readonly ExportRecord[],
): DicomExport {
  const patients = [...records].sort(byPatient);
  const ok = patients.filter(({ state }) => state === 'ok').length;
  const summary = { num_ok: ok, num_excluded: patients.length - ok };
  return { swinprep_version: version, kind, summary, patients };
}
