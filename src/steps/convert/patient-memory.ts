import { FIXED_PATIENT_BYTES } from '../../runner/worker-count.ts';

/*
 * Bytes at the peak for each byte that is read. Fitted to peak RSS, an eighth or more above it, for CTs of 297 and of 1200
 * slices of 512x512; docs/configuration.md has the numbers.
 */
const PER_RAW_BYTE = 2.6;
/** DICOM deflates to somewhat less than half; the archive itself is held too. */
const PER_ARCHIVE_BYTE = 7;

/** Memory that convert takes for a patient, by the bytes of its files or of its archive. */
export function convertBytes(rawBytes: number, isArchive: boolean): number {
  return FIXED_PATIENT_BYTES + (isArchive ? PER_ARCHIVE_BYTE : PER_RAW_BYTE) * rawBytes;
}

/** Of the patient with the largest CT of Lung1: DICOM files of 297 slices, with a SEG of four structures. */
export const USUAL_CONVERT_BYTES = convertBytes(200e6, false);
