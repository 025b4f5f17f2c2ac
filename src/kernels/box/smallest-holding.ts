/**
 * Smallest of the sizes that is a multiple and holds `size`; the largest multiple among them where none does. Where none
 * of the sizes is a multiple, `size` rounded up to one.
 */
export function smallestHolding(size: number, sizes: readonly number[], multipleOf: number): number {
  const multiples = sizes.filter((n) => n > 0 && n % multipleOf === 0);
  if (multiples.length === 0) return Math.ceil(size / multipleOf) * multipleOf;
  const holding = multiples.filter((n) => n >= size);
  return holding.length > 0 ? Math.min(...holding) : Math.max(...multiples);
}
