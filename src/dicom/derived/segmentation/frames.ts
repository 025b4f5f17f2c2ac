import type { SegmentPresence } from './presence.ts';
import type { SegmentationRules } from './rules.ts';

/** A frame of a SEG: a slice, and the segment that it shows. */
export interface SegmentFrame {
  /** Index of the segment; undefined in a label map, whose pixels tell. */
  readonly segment: number | undefined;
  /** Index of the slice. */
  readonly slice: number;
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The frames that are written, by segment, then by slice (DICOM PS3.3 C.8.20.4): where the segment has a pixel, or every slice
 * of every segment. Of a LABELMAP, a frame shows all segments. A SEG has to have a frame: all of them where nothing is set.
 */
export function framesToWrite(
  presence: SegmentPresence,
  { type, frames }: Pick<SegmentationRules, 'type' | 'frames'>,
): SegmentFrame[] {
  const all = frames === 'all' || presence.empty;
  const slices = indices(presence.slices);
  if (type === 'LABELMAP')
    return slices
      .filter((slice) => all || presence.any(slice))
      .map((slice) => ({ segment: undefined, slice }));
  return indices(presence.segments).flatMap((segment) =>
    slices.filter((slice) => all || presence.has(segment, slice)).map((slice) => ({ segment, slice })),
  );
}

/** How many frames show each segment. */
export function framesBySegment(frames: readonly SegmentFrame[], presence: SegmentPresence): number[] {
  const counts = indices(presence.segments).map(() => 0);
  for (const { segment, slice } of frames)
    if (segment !== undefined) counts[segment]++;
    else for (const s of counts.keys()) if (presence.has(s, slice)) counts[s]++;
  return counts;
}
