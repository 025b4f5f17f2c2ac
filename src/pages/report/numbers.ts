import { percentile } from '../../kernels/intensity/percentile.ts';

/** How values spread; percentiles as those of the statistics. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Null of no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const at = (p: number): number => percentile(values, p);
  return { count: values.length, min: at(0), p5: at(5), median: at(50), p95: at(95), max: at(100) };
}

/** Values nearer to each other than this share of them are one: a spacing of 3 mm is written as 2.9999998 too. */
const SAME = 1e-5;
/** Bins round a single value, which stands in the one in the middle. */
const BINS_ROUND_ONE = 11;
/** Bins of a logarithmic axis at least: a power of ten, within which 1, 2 and 5 are marked. */
const LOG_BINS = 6;

/**
 * Edges of about `bins` bins of one round width (1, 2 or 5 times a power of ten), the last one above all of the values. Where all
 * are one, it has a narrow bin round it, and the axis room on both sides.
 */
export function binEdges(values: readonly number[], bins: number): number[] {
  const { min, max } = spreadOf(values) ?? { min: 0, max: 1 };
  if (max - min <= SAME * Math.abs(max)) return edgesRound(Number(((min + max) / 2).toPrecision(5)));
  const step = roundStep((max - min) / bins);
  return edgesAround(min, max, {
    placeOf: (value) => value / step,
    edge: (i) => Number((i * step).toPrecision(12)),
  });
}

function edgesRound(value: number): number[] {
  const step = roundStep(Math.abs(value) / 20 || 1);
  const edge = (i: number): number => Number((value + (i - BINS_ROUND_ONE / 2) * step).toPrecision(12));
  return Array.from({ length: BINS_ROUND_ONE + 1 }, (_, i) => edge(i));
}

/** The least of 1, 2 and 5 times powers of ten that is no less than `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
}

/** The same on a logarithmic axis, six bins to a power of ten and no fewer; values are above 0. */
export function logBinEdges(values: readonly number[]): number[] {
  const { min, max } = spreadOf(values) ?? { min: 1, max: 10 };
  return edgesAround(min, max, {
    placeOf: (value) => LOG_BINS * Math.log10(value),
    edge: (i) => 10 ** (i / LOG_BINS),
    bins: LOG_BINS,
  });
}

/**
 * Edges from the last one that is not above `min` to the first one above `max`, however `placeOf` is rounded, and as far on both
 * sides as it takes for `bins` bins.
 */
function edgesAround(
  min: number,
  max: number,
  {
    placeOf,
    edge,
    bins = 1,
  }: { placeOf: (value: number) => number; edge: (i: number) => number; bins?: number },
): number[] {
  const low = Math.floor(placeOf(min));
  const first = edge(low) > min ? low - 1 : low;
  const high = Math.floor(placeOf(max)) + 1;
  const last = edge(high) > max ? high : high + 1;
  const missing = Math.max(0, bins - (last - first));
  const start = first - Math.floor(missing / 2);
  return Array.from({ length: last - first + missing + 1 }, (_, i) => edge(start + i));
}

/** How often each text stands there, the most frequent first. */
export function countsOf(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
