/** Between two neighbours in rank, as numpy's `_lerp` does it (numpy lib/_function_base_impl.py). */
export function betweenRanks(a: number, b: number, t: number): number {
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/**
 * Percentile by numpy's default linear rule: rank = p/100 * (n - 1), interpolated between its neighbours
 * (numpy lib/_function_base_impl.py, `_quantile` and `_lerp`). Throws a RangeError on no values.
 */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError('percentile of no values');
  const sorted = Float64Array.from(values).sort();
  const rank = (p / 100) * (sorted.length - 1);
  const below = Math.floor(rank);
  const t = rank - below;
  const a = sorted[below];
  const b = sorted[Math.min(below + 1, sorted.length - 1)];
  return betweenRanks(a, b, t);
}
