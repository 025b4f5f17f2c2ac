import { CaseExclusion } from '../errors.ts';
import { decimals, type DicomFile, Tag } from './part10.ts';
import type { StoredPixels } from './pixels.ts';

const INT16_MIN = -32768;
const INT16_MAX = 32767;

export type HuRounding = 'nearest' | 'truncate';

/** Slope and intercept of one slice (DICOM PS3.3 C.11.1): an image without them holds HU as they are. */
export function rescaleOf({ dataset }: DicomFile): { slope: number; intercept: number } {
  return {
    slope: decimals(dataset, Tag.RescaleSlope)?.[0] ?? 1,
    intercept: decimals(dataset, Tag.RescaleIntercept)?.[0] ?? 0,
  };
}

/** Writes HU = slope * stored + intercept of one slice into `target` from `offset` on. HU outside int16 exclude the patient. */
export function writeHounsfield(
  file: DicomFile,
  stored: StoredPixels,
  target: Int16Array,
  offset: number,
  rounding: HuRounding,
): void {
  const { slope, intercept } = rescaleOf(file);
  const integer = Number.isInteger(slope) && Number.isInteger(intercept);
  const round = rounding === 'nearest' ? Math.round : Math.trunc;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < stored.length; i++) {
    const exact = slope * stored[i] + intercept;
    const hu = integer ? exact : round(exact);
    if (hu < low) low = hu;
    if (hu > high) high = hu;
    target[offset + i] = hu;
  }
  if (!(low >= INT16_MIN && high <= INT16_MAX)) {
    throw new CaseExclusion('hu-out-of-range', `gives HU from ${low} to ${high} (slope ${slope}, intercept ${intercept}), outside int16`, {
      file: file.name,
    });
  }
}
