import type { ImageFrame } from '../file/functional-groups.ts';
import { Tag } from '../file/part10.ts';
import type { StoredPixels } from './pixels.ts';
import type { Rescale } from './rescale.ts';

/** HU between which a value can be of a patient: a padding value within them would take tissue for air. */
const TISSUE_HU = [-850, 3071] as const;

/** HU below this are of no matter: the lowest that a 12-bit scanner gives to air. */
const LOWEST_AIR_HU = -1024;

/** A value that fills the corners outside the circle of reconstruction covers a good part of the slice; noise covers none. */
const LEAST_FILL_SHARE = 0.01;

export interface Padding {
  /** Stored values that are padding, both ends included; undefined where none is believed. */
  readonly range: { readonly low: number; readonly high: number } | undefined;
  /** Declared, and not believed. */
  readonly ignored: boolean;
}

const NONE: Padding = { range: undefined, ignored: false };

/**
 * Stored values that mark pixels without image: Pixel Padding Value, up to Pixel Padding Range Limit where there is one
 * (DICOM PS3.3 C.7.5.1.1.2), signed as the pixels are. A range that reaches into the HU of a patient is not believed:
 * writers are known to state 0 where 0 is water.
 */
export function paddingOf(
  { file: { dataset } }: ImageFrame,
  stored: StoredPixels,
  { slope, intercept }: Rescale,
): Padding {
  const signed = stored instanceof Int16Array || stored instanceof Int8Array;
  const read = (tag: string) => (signed ? dataset.int16(tag) : dataset.uint16(tag));
  const value = read(Tag.PixelPaddingValue);
  if (value === undefined) return NONE;
  const limit = read(Tag.PixelPaddingRangeLimit) ?? value;
  const [low, high] = [Math.min(value, limit), Math.max(value, limit)];
  const hu = [slope * low + intercept, slope * high + intercept];
  const reaches = Math.min(...hu) <= TISSUE_HU[1] && Math.max(...hu) > TISSUE_HU[0];
  return reaches ? { range: undefined, ignored: true } : { range: { low, high }, ignored: false };
}

/**
 * The HU of what lies outside the circle of reconstruction, where it is a constant below air that no Pixel Padding Value
 * tells: the lowest HU of the slice, if many pixels have it. Undefined where there is none.
 */
export function fillValue(slice: Int16Array, lowestHu: number): number | undefined {
  if (!(lowestHu < LOWEST_AIR_HU)) return undefined;
  let count = 0;
  for (let i = 0; i < slice.length; i++) if (slice[i] === lowestHu) count++;
  return count >= LEAST_FILL_SHARE * slice.length ? lowestHu : undefined;
}
