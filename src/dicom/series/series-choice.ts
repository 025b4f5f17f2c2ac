import { byInstance, type ImageFrame } from '../file/functional-groups.ts';
import type { CtSeries, SeriesRules } from './series.ts';

/** Spacings and coverages are compared in steps of this, so that rounding decides nothing. */
const STEP_MM = 0.05;

function steps(mm: number): number {
  return Math.round(mm / STEP_MM);
}

function kernelRank(kernel: string, { kernelPreference }: SeriesRules): number {
  const rank = kernelPreference.findIndex((source) => new RegExp(source, 'i').test(kernel));
  return rank < 0 ? kernelPreference.length : rank;
}

/** The criteria in order: what makes the first series preferable where it is negative, and how to say that of the second. */
const CRITERIA: readonly {
  readonly compare: (a: CtSeries, b: CtSeries, rules: SeriesRules) => number;
  readonly why: (a: CtSeries, b: CtSeries) => string;
}[] = [
  {
    compare: (a, b) => Number(a.scan !== undefined) - Number(b.scan !== undefined),
    why: () => 'one of several scans in its series',
  },
  {
    compare: (a, b) => steps(a.spacingMm) - steps(b.spacingMm),
    why: (a, b) => `thicker slices: ${b.spacingMm.toFixed(2)} mm against ${a.spacingMm.toFixed(2)} mm`,
  },
  {
    compare: (a, b) => steps(b.coverageMm) - steps(a.coverageMm),
    why: (a, b) => `smaller coverage: ${b.coverageMm.toFixed(0)} mm against ${a.coverageMm.toFixed(0)} mm`,
  },
  {
    compare: (a, b) => b.planes.length - a.planes.length,
    why: (a, b) => `fewer slices: ${b.planes.length} against ${a.planes.length}`,
  },
  {
    compare: (a, b, rules) => kernelRank(a.kernel, rules) - kernelRank(b.kernel, rules),
    why: () => 'kernel less wanted (series.kernelPreference)',
  },
];

function firstImage({ planes }: CtSeries): ImageFrame {
  return planes.reduce((first, plane) => (byInstance(plane, first) < 0 ? plane : first));
}

/** Why `b` stands behind `a`; undefined where it does not, or only by its UID. */
export function whyBehind(a: CtSeries, b: CtSeries, rules: SeriesRules): string | undefined {
  for (const { compare, why } of CRITERIA) {
    const order = compare(a, b, rules);
    if (order !== 0) return order < 0 ? why(a, b) : undefined;
  }
  return undefined;
}

/**
 * A whole series before one of several scans, then thinner slices, then larger coverage, then more slices, then kernel,
 * then UID, then the order of the attribute that tells scans apart, then the UID of the first image: the same choice
 * every time.
 */
export function bySuitability(rules: SeriesRules): (a: CtSeries, b: CtSeries) => number {
  return (a, b) => {
    for (const { compare } of CRITERIA) {
      const order = compare(a, b, rules);
      if (order !== 0) return order;
    }
    if (a.seriesUid !== b.seriesUid) return a.seriesUid < b.seriesUid ? -1 : 1;
    return (a.scan?.index ?? 0) - (b.scan?.index ?? 0) || byInstance(firstImage(a), firstImage(b));
  };
}
