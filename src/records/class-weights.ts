/** Weights of the classes for a loss, in class order; null for a class that no training patient has. */
export type ClassWeights = readonly (number | null)[];

function normalised(counts: readonly number[], weightOf: (count: number) => number): ClassWeights {
  return counts.map((count) => (count === 0 ? null : weightOf(count)));
}

/** n / (k n_c) with n patients and k classes that have any: `class_weight="balanced"` of scikit-learn. */
export function inverseFrequency(counts: readonly number[]): ClassWeights {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const classes = counts.filter((count) => count > 0).length;
  return normalised(counts, (count) => n / (classes * count));
}

/**
 * (1 - beta) / (1 - beta^n_c), scaled to sum to the number of classes that have any patient: Cui et al., "Class-Balanced
 * Loss Based on Effective Number of Samples", CVPR 2019, equation 2. `beta` in [0, 1): 0 weighs all classes alike, near 1
 * it is inverse frequency.
 */
export function effectiveNumber(counts: readonly number[], beta: number): ClassWeights {
  // 1 - beta^n without the cancellation of a beta near 1.
  const raw = (count: number): number => (1 - beta) / -Math.expm1(count * Math.log(beta));
  const present = counts.filter((count) => count > 0);
  const sum = present.reduce((total, count) => total + raw(count), 0);
  return normalised(counts, (count) => (raw(count) * present.length) / sum);
}
