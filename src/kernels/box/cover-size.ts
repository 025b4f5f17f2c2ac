/**
 * Size in voxels between min and max that holds `size`: rounded up to a multiple where one fits under max, else down to
 * the largest that does. Where no multiple lies between min and max, the clamped size itself.
 */
export function coverSize(size: number, multipleOf: number, min: number, max: number): number {
  const clamped = Math.min(Math.max(size, min), max);
  const up = Math.ceil(clamped / multipleOf) * multipleOf;
  if (up <= max) return up;
  const down = Math.floor(max / multipleOf) * multipleOf;
  return down > 0 && down >= min ? down : clamped;
}
