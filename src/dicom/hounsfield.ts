import { CaseExclusion } from '../errors.ts';
import { type DicomFile, decimals, Tag, text } from './part10.ts';
import type { StoredPixels } from './pixels.ts';

const INT16_MIN = -32768;
const INT16_MAX = 32767;

export type HuRounding = 'nearest' | 'truncate';

/**
 * Slope and intercept of one slice (DICOM PS3.3 C.11.1); an image that has neither holds HU as they are. One that has
 * them and cannot be read excludes the patient: a default would shift every HU.
 */
export function rescaleOf({ name, dataset }: DicomFile): { slope: number; intercept: number } {
  const value = (tag: string, keyword: string, absent: number): number => {
    if (text(dataset, tag) === '') return absent;
    const number = decimals(dataset, tag)?.[0];
    if (number === undefined)
      throw new CaseExclusion('malformed-rescale', `${keyword} is no number`, { file: name });
    return number;
  };
  return {
    slope: value(Tag.RescaleSlope, 'Rescale Slope', 1),
    intercept: value(Tag.RescaleIntercept, 'Rescale Intercept', 0),
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
    throw new CaseExclusion(
      'hu-out-of-range',
      `gives HU from ${low} to ${high} (slope ${slope}, intercept ${intercept}), outside int16`,
      {
        file: file.name,
      },
    );
  }
}
