/** A number with that many decimals, without zeros at its end. */
export const short = (value: number, decimals = 2): string => String(Number(value.toFixed(decimals)));

/** x, y and z. */
export const triple = (values: readonly number[], decimals = 2): string =>
  values.map((value) => short(value, decimals)).join(' x ');

export const percent = (share: number, decimals = 1): string => `${(100 * share).toFixed(decimals)} %`;

/** A number with what it counts: `1 patient`, `12 patients`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** How values spread; percentiles by numpy's linear rule. */
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
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return { count: sorted.length, min: at(0), p5: at(0.05), median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Edges of about `bins` bins of one round width (1, 2 or 5 times a power of ten) that hold all of the values. */
export function binEdges(values: readonly number[], bins: number): number[] {
  const { min, max } = spreadOf(values) ?? { min: 0, max: 1 };
  const rough = (max - min) / bins || Math.abs(max) / 10 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(min / step);
  const last = Math.floor(max / step) + 1;
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The same on a logarithmic axis, six bins to a power of ten; values are above 0. */
export function logBinEdges(values: readonly number[]): number[] {
  const { min, max } = spreadOf(values) ?? { min: 1, max: 10 };
  const first = Math.floor(6 * Math.log10(min));
  const last = Math.floor(6 * Math.log10(max)) + 1;
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** ((first + i) / 6));
}

/** How often each text stands there, the most frequent first. */
export function countsOf(texts: readonly string[]): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
