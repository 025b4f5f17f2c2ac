import type { CtSeries } from './series.ts';

/** What a mask object says of the images that it was drawn on. */
export interface MaskReferences {
  readonly seriesUids: readonly string[];
  readonly frameOfReferenceUids: readonly string[];
}

/** How a mask was found to belong to a series, from strongest to weakest. */
export type LinkRule = 'series-uid' | 'frame-of-reference-uid' | 'patient';

export const LINK_RULES: readonly LinkRule[] = ['series-uid', 'frame-of-reference-uid', 'patient'];

/**
 * The series that a mask belongs to: the one whose UID it lists, else one in its frame of reference, else the first
 * candidate of the patient; the mask's geometry is checked against it when it is placed. UID links break in real
 * releases, so each rule is tried. Undefined only without candidates.
 */
export function linkSeries(
  references: MaskReferences,
  candidates: readonly CtSeries[],
): { series: CtSeries; rule: LinkRule } | undefined {
  const bySeries = candidates.find((c) => references.seriesUids.includes(c.seriesUid));
  if (bySeries !== undefined) return { series: bySeries, rule: 'series-uid' };
  const byFrame = candidates.find((c) => references.frameOfReferenceUids.includes(c.frameOfReferenceUid));
  if (byFrame !== undefined) return { series: byFrame, rule: 'frame-of-reference-uid' };
  return candidates.length > 0 ? { series: candidates[0], rule: 'patient' } : undefined;
}
