/** Voxels summed before their sum joins the total, so that the total never swallows small terms. */
const CHUNK: i32 = 4096;

/**
 * Adds those of `count` HU (float32) that are above `above`, clamped to [low, high]: their number, sum and sum of squares to
 * the three doubles at `moments`, in chunks and in their order, in which src/kernels/intensity/moments.ts adds them up; and,
 * as they are, to 65536 bins (uint32) of whole HU from -32768 on, halves up.
 */
export function addAbove(hu: usize, count: i32, low: f64, high: f64, above: f64, moments: usize, bins: usize): void {
  let voxels = load<f64>(moments);
  let sum = load<f64>(moments, 8);
  let squares = load<f64>(moments, 16);
  const end = hu + (<usize>count << 2);
  for (let at = hu; at < end; ) {
    const stop = min(end, at + (CHUNK << 2));
    let counted = 0;
    let chunkSum: f64 = 0;
    let chunkSquares: f64 = 0;
    for (; at < stop; at += 4) {
      const v = <f64>load<f32>(at);
      if (!(v > above)) continue;
      const value = min(max(v, low), high);
      counted++;
      chunkSum += value;
      chunkSquares += value * value;
      const bin = bins + (<usize>(<i32>(v + 32768.5)) << 2);
      store<u32>(bin, load<u32>(bin) + 1);
    }
    voxels += <f64>counted;
    sum += chunkSum;
    squares += chunkSquares;
  }
  store<f64>(moments, voxels);
  store<f64>(moments, sum, 8);
  store<f64>(moments, squares, 16);
}
