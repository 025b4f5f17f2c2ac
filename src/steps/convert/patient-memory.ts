import { needsLungs } from '../../both-passes/masks.ts';
import type { Config } from '../../config/schema.ts';
import { FIXED_PATIENT_BYTES } from '../../runner/worker-count.ts';

/*
 * Bytes at the peak for each byte that is read, and for each byte of an archive: DICOM deflates to somewhat less than half,
 * and the archive itself is held too. Most is held while slices become a CT beside the mask, or, where pass 1 needs the
 * lungs, while they are found. Fitted to peak RSS, an eighth or more above it, for CTs of 297 and of 1200 slices of 512x512;
 * docs/configuration.md has the numbers.
 */
const READING = { perFileByte: 2.65, perArchiveByte: 7.8 };
const FINDING_LUNGS = { perFileByte: 4.1, perArchiveByte: 10.8 };
/** What zlib deflates to lies outside the arena; the kernel's output takes the room of the files there. */
const BESIDE_ARENA = { perFileByte: 0.5, perArchiveByte: 1.2 };

type MemoryRules = Pick<Config, 'roi' | 'thorax' | 'output'>;

/** Memory that convert takes for a patient, by the bytes of its files and of its archives. */
export function convertBytes(fileBytes: number, archiveBytes: number, config: MemoryRules): number {
  const held = [
    needsLungs(config) ? FINDING_LUNGS : READING,
    ...(config.output.gzipEngine === 'wasm' ? [] : [BESIDE_ARENA]),
  ];
  return held.reduce(
    (sum, { perFileByte, perArchiveByte }) => sum + perFileByte * fileBytes + perArchiveByte * archiveBytes,
    FIXED_PATIENT_BYTES,
  );
}

/** Of the patient with the largest CT of Lung1: DICOM files of 297 slices, with a SEG of four structures. */
export function usualConvertBytes(config: MemoryRules): number {
  return convertBytes(200e6, 0, config);
}
