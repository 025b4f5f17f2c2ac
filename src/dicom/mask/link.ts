import type { CtSeries } from '../series/series.ts';

/** What a mask object says of the images that it was drawn on. */
export interface MaskReferences {
  readonly seriesUids: readonly string[];
  readonly frameOfReferenceUids: readonly string[];
}

/** How a mask was found to belong to a series, from strongest to weakest. */
export type LinkRule = 'series-uid' | 'frame-of-reference-uid' | 'patient';

export const LINK_RULES: readonly LinkRule[] = ['series-uid', 'frame-of-reference-uid', 'patient'];

/** What linking needs to know of a series. */
export type LinkableSeries = Pick<CtSeries, 'seriesUid' | 'frameOfReferenceUid'>;

export interface SeriesLink<T extends LinkableSeries = CtSeries> {
  readonly rule: LinkRule;
  /** In the order of the candidates: the first one on which the mask can be drawn is its series. */
  readonly series: readonly T[];
}

/**
 * The series that a mask may belong to, by the strongest rule that finds any: those whose UID it lists, else those in its
 * frame of reference, else all candidates of the patient, where only geometry remains to tell: a mask that lies outside a
 * series cannot be drawn on it. UID links break in real releases, so each rule is tried. Undefined only without candidates.
 */
export function linkSeries<T extends LinkableSeries>(
  references: MaskReferences,
  candidates: readonly T[],
): SeriesLink<T> | undefined {
  const found: Record<LinkRule, readonly T[]> = {
    'series-uid': candidates.filter((c) => references.seriesUids.includes(c.seriesUid)),
    'frame-of-reference-uid': candidates.filter(
      (c) => c.frameOfReferenceUid !== '' && references.frameOfReferenceUids.includes(c.frameOfReferenceUid),
    ),
    patient: candidates,
  };
  const rule = LINK_RULES.find((r) => found[r].length > 0);
  return rule === undefined ? undefined : { rule, series: found[rule] };
}
