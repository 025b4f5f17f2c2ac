import { CaseExclusion } from '../../errors.ts';
import { kernelsFor, room, scratch } from '../../memory/thread.ts';
import { frameName, type ImageFrame } from '../file/functional-groups.ts';
import { fillValue, paddingOf } from './padding.ts';
import type { StoredPixels } from './pixels.ts';
import { type Rescale, rescaleOf } from './rescale.ts';

const INT16_MIN = -32768;
const INT16_MAX = 32767;

/** Room that the kernel takes for the least and the largest value. */
const RANGE_WORDS = 4;

export type HuRounding = 'nearest' | 'truncate';

export interface HuRules {
  readonly huRounding: HuRounding;
  /** `air`: pixels that show no patient, by Pixel Padding Value or as a constant below air, get `airHu`. `keep`: as stored. */
  readonly huPadding: 'air' | 'keep';
  readonly airHu: number;
}

/** What became of one slice's pixels. */
export interface SliceHu {
  /** Pixels of padding and fill that were given the HU of air. */
  readonly padded: number;
  /** It declares a padding value that lies among the HU of tissue: not believed. */
  readonly paddingIgnored: boolean;
}

/** Least and largest HU written. */
interface HuRange {
  readonly low: number;
  readonly high: number;
}

/** In TypeScript: what the kernel of src/assembly is held to. Least and largest stored value. */
export function rescaleInto(
  stored: StoredPixels,
  { slope, intercept }: Rescale,
  target: Int16Array,
): [least: number, most: number] {
  let least = stored[0];
  let most = stored[0];
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i];
    if (value < least) least = value;
    if (value > most) most = value;
    target[i] = slope * value + intercept;
  }
  return [least, most];
}

/** The same by the kernel; undefined where numbers are not of 16 bits, or not all that it takes lies in the arena. */
function rescaleByKernel(
  stored: StoredPixels,
  { slope, intercept }: Rescale,
  target: Int16Array,
): [least: number, most: number] | undefined {
  const wide = stored instanceof Int16Array || stored instanceof Uint16Array;
  const fits = [slope, intercept].every((number) => Math.abs(number) <= INT16_MAX);
  if (!wide || !fits || stored.length === 0 || kernelsFor(stored, target) === undefined) return undefined;
  const signed = stored instanceof Int16Array;
  const { byteOffset, length } = stored;
  return scratch(() => {
    const range = room(Int32Array, RANGE_WORDS);
    const kernels = kernelsFor(range);
    kernels?.rescale(byteOffset, length, signed, slope, intercept, target.byteOffset, range.byteOffset);
    return kernels && [range[0], range[1]];
  });
}

/** Whole HU of every stored value, where nothing is padding: what nearly every slice is, in a loop without choices. */
function rescaleAll(stored: StoredPixels, rescale: Rescale, target: Int16Array, offset: number): HuRange {
  const { slope, intercept } = rescale;
  const slice = target.subarray(offset, offset + stored.length);
  const ends = rescaleByKernel(stored, rescale, slice) ?? rescaleInto(stored, rescale, slice);
  const hu = ends.map((value) => slope * value + intercept);
  return { low: Math.min(...hu), high: Math.max(...hu) };
}

/**
 * Writes HU = slope * stored + intercept of one slice into `target` from `offset` on. Padding becomes air where the
 * rules say so. HU of other pixels outside int16 exclude the patient.
 */
export function writeHounsfield(
  image: ImageFrame,
  stored: StoredPixels,
  target: Int16Array,
  offset: number,
  { huRounding, huPadding, airHu }: HuRules,
): SliceHu {
  const { slope, intercept } = rescaleOf(image);
  const whole = Number.isInteger(slope) && Number.isInteger(intercept);
  const round = huRounding === 'nearest' ? Math.round : Math.trunc;
  const padding = huPadding === 'air' ? paddingOf(image, stored, { slope, intercept }) : undefined;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let padded = 0;
  if (whole && padding?.range === undefined) {
    ({ low, high } = rescaleAll(stored, { slope, intercept }, target, offset));
  } else {
    // An empty range where nothing is padding.
    const { low: from, high: to } = padding?.range ?? { low: 1, high: 0 };
    for (let i = 0; i < stored.length; i++) {
      const value = stored[i];
      if (value >= from && value <= to) {
        target[offset + i] = airHu;
        padded++;
        continue;
      }
      const exact = slope * value + intercept;
      const hu = whole ? exact : round(exact);
      if (hu < low) low = hu;
      if (hu > high) high = hu;
      target[offset + i] = hu;
    }
  }
  if (padded < stored.length && !(low >= INT16_MIN && high <= INT16_MAX)) {
    throw new CaseExclusion(
      'hu-out-of-range',
      `gives HU from ${low} to ${high} (slope ${slope}, intercept ${intercept}), outside int16`,
      { file: frameName(image) },
    );
  }
  if (huPadding === 'air') {
    const slice = target.subarray(offset, offset + stored.length);
    const fill = fillValue(slice, low);
    if (fill !== undefined)
      for (let i = 0; i < slice.length; i++) {
        if (slice[i] !== fill) continue;
        slice[i] = airHu;
        padded++;
      }
  }
  return { padded, paddingIgnored: padding?.ignored ?? false };
}
