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

/** Edges of about `bins` bins of one round width (1, 2 or 5 times a power of ten), the last one above all of the values. */
export function binEdges(values: readonly number[], bins: number): number[] {
  const { min, max } = spreadOf(values) ?? { min: 0, max: 1 };
  const rough = (max - min) / bins || Math.abs(max) / 10 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  return edgesAround(min, max, {
    placeOf: (value) => value / step,
    edge: (i) => Number((i * step).toPrecision(12)),
  });
}

/** The same on a logarithmic axis, six bins to a power of ten; values are above 0. */
export function logBinEdges(values: readonly number[]): number[] {
  const { min, max } = spreadOf(values) ?? { min: 1, max: 10 };
  return edgesAround(min, max, {
    placeOf: (value) => 6 * Math.log10(value),
    edge: (i) => 10 ** (i / 6),
  });
}

/** Edges from the last one that is not above `min` to the first one above `max`, however `placeOf` is rounded. */
function edgesAround(
  min: number,
  max: number,
  { placeOf, edge }: { placeOf: (value: number) => number; edge: (i: number) => number },
): number[] {
  const low = Math.floor(placeOf(min));
  const first = edge(low) > min ? low - 1 : low;
  const high = Math.floor(placeOf(max)) + 1;
  const last = edge(high) > max ? high : high + 1;
  return Array.from({ length: last - first + 1 }, (_, i) => edge(first + i));
}

/** How often each text stands there, the most frequent first. */
export function countsOf(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
