import { z } from 'zod';
import { exclusion, flag, outputFile } from '../record.ts';
import { okMapped } from './mapped.ts';

/** Of a DICOM object nothing that names the patient: neither UIDs nor what it copies of the CT. */
const okExport = z.strictObject({
  patient_id: z.string(),
  state: z.literal('ok'),
  kind: z.enum(['dicom-seg', 'rtstruct']),
  output: outputFile,
  /** Images of the CT that it refers to. */
  source_images: z.int(),
  /** Planes of the CT grid that the scanner made no image of: they are left out. */
  planes_left_out: z.int(),
  segments: z.array(
    z.strictObject({
      label: z.int(),
      /** On the images as scanned; of a probability map from 0.5 on. */
      voxels: z.int(),
      /** Frames of a SEG, contours of an RTSTRUCT. */
      parts: z.int(),
    }),
  ),
  /** What was done to bring the mask onto the images as scanned, and what else a reader has to know. */
  flags: z.array(flag),
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
  kind: z.enum(['dicom-seg', 'rtstruct']),
  summary: z.strictObject({ num_ok: z.int(), num_excluded: z.int() }),
  patients: z.array(exportSchema),
});

export type DicomExport = z.infer<typeof dicomExportSchema>;

export const DICOM_EXPORT_FILE = 'dicom_export.json';
