import { FIXED_PATIENT_BYTES } from '../../runner/worker-count.ts';

/*
 * Bytes at the peak for each byte that is read. Fitted to peak RSS, an eighth or more above it, for CTs of 297 and of 1200
 * slices of 512x512; docs/configuration.md has the numbers.
 */
const PER_RAW_BYTE = 2.6;
/** DICOM deflates to somewhat less than half; the archive itself is held too. */
const PER_ARCHIVE_BYTE = 7;

/** Memory that convert takes for a patient, by the bytes of its files and of its archives. */
export function convertBytes(fileBytes: number, archiveBytes: number): number {
  return FIXED_PATIENT_BYTES + PER_RAW_BYTE * fileBytes + PER_ARCHIVE_BYTE * archiveBytes;
}

/** Of the patient with the largest CT of Lung1: DICOM files of 297 slices, with a SEG of four structures. */
export const USUAL_CONVERT_BYTES = convertBytes(200e6, 0);
