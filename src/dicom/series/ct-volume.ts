import { CaseExclusion } from '../../errors.ts';
import { room, scratch } from '../../memory/thread.ts';
import type { Volume } from '../../volume/geometry.ts';
import { frameName } from '../file/functional-groups.ts';
import { Tag } from '../file/part10.ts';
import { type HuRules, type SliceHu, writeHounsfield } from '../pixels/hounsfield.ts';
import { storedPixels } from '../pixels/pixels.ts';
import type { StudyFlag } from '../study-flag.ts';
import { withoutDuplicates } from './duplicates.ts';
import type { CtSeries } from './series.ts';
import type { SlicePlane } from './slice-plane.ts';
import { type Stack, type StackRules, stackSlices } from './stack.ts';
import { checkCount } from './stack-checks.ts';

export interface CtRules extends StackRules, HuRules {}

/** A CT series as a volume, and how its slices came to be one. */
export interface CtVolume {
  readonly ct: Volume<Int16Array>;
  readonly stack: Stack;
  /** Pixels of the slices that were padding or fill and became air. */
  readonly paddedPixels: number;
  readonly flags: readonly StudyFlag[];
}

function writeSlice(plane: SlicePlane, rules: HuRules, target: Int16Array, offset: number): SliceHu {
  const { file, frame } = plane;
  if ((file.dataset.uint16(Tag.SamplesPerPixel) ?? 1) !== 1)
    throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: frameName(plane) });
  return scratch(() => writeHounsfield(plane, storedPixels(file, frame), target, offset, rules));
}

function paddingFlags(ignored: number): StudyFlag[] {
  if (ignored === 0) return [];
  return [
    {
      code: 'padding-ignored',
      message: 'slices whose Pixel Padding Value lies among the HU of tissue: left as stored',
      value: ignored,
    },
  ];
}

/** The slices of a CT series in order and their grid; no pixels are kept. */
export interface CtStack {
  readonly stack: Stack;
  readonly flags: readonly StudyFlag[];
}

/**
 * The stack of a CT series without its duplicates. The codecs must have been loaded. Throws a CaseExclusion where its
 * slices are no volume.
 */
export async function stackCt(series: CtSeries, rules: CtRules): Promise<CtStack> {
  checkCount(series.planes.length);
  const { planes, flags } = await withoutDuplicates(series.planes, (plane) => {
    const hu = new Int16Array(plane.columns * plane.rows);
    writeSlice(plane, rules, hu, 0);
    return hu;
  });
  return { stack: stackSlices(planes, rules), flags };
}

/**
 * The volume of a stack in HU, slices ascending along their normal, on its regular grid. Throws a CaseExclusion where
 * slices cannot be read.
 */
export function readCt({ stack, flags }: CtStack, rules: CtRules): CtVolume {
  const planeLength = stack.slices[0].columns * stack.slices[0].rows;
  const hu = room(Int16Array, stack.slices.length * planeLength);
  const written = stack.slices.map((slice, k) => writeSlice(slice, rules, hu, k * planeLength));
  const ignored = written.filter(({ paddingIgnored }) => paddingIgnored).length;
  return {
    ct: stack.toVolume(hu, rules.airHu),
    stack,
    paddedPixels: written.reduce((sum, { padded }) => sum + padded, 0),
    flags: [...flags, ...paddingFlags(ignored), ...stack.flags],
  };
}
