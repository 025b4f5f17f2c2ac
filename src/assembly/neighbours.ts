/** Whether two neighbours in one of `rows` rows of `nx` int16 differ by more than `most`. */
export function stepsExceed(hu: usize, nx: i32, rows: i32, most: i32): bool {
  const limit = i16x8.splat(<i16>most);
  const bytes = <usize>nx << 1;
  for (let y = 0; y < rows; y++, hu += bytes) {
    let over = i16x8.splat(0);
    let at: usize = 0;
    for (; at + 18 <= bytes; at += 16) {
      const a = v128.load(hu + at);
      const b = v128.load(hu + at, 2);
      // Saturated: beyond int16 a step exceeds all that can be asked for.
      const step = i16x8.max_s(i16x8.sub_sat_s(a, b), i16x8.sub_sat_s(b, a));
      over = v128.or(over, i16x8.gt_s(step, limit));
    }
    if (v128.any_true(over)) return true;
    for (; at + 4 <= bytes; at += 2)
      if (abs(<i32>load<i16>(hu + at) - <i32>load<i16>(hu + at, 2)) > most) return true;
  }
  return false;
}

/**
 * Counts differences of neighbours in `rows` rows of `nx` int16 that both lie within [low, high]: at `counts` (uint32), by
 * their size up to `most`, where larger ones count too.
 */
export function neighbourDifferences(hu: usize, nx: i32, rows: i32, low: i32, high: i32, most: i32, counts: usize): void {
  const lows = i16x8.splat(<i16>low);
  const highs = i16x8.splat(<i16>high);
  for (let y = 0; y < rows; y++, hu += <usize>nx << 1) {
    const end = hu + (<usize>nx << 1);
    let a = <i32>load<i16>(hu);
    let tissue = a >= low && a <= high;
    let at = hu + 2;
    while (at < end) {
      if (at + 16 <= end) {
        const eight = v128.load(at);
        const inside = v128.and(i16x8.ge_s(eight, lows), i16x8.le_s(eight, highs));
        // Most of a CT is air, of which eight are passed over at once.
        if (!v128.any_true(inside)) {
          tissue = false;
          at += 16;
          continue;
        }
      }
      const stop = min(end, at + 16);
      for (; at < stop; at += 2) {
        const b = <i32>load<i16>(at);
        const both = tissue;
        tissue = b >= low && b <= high;
        if (both && tissue) {
          const count = counts + (<usize>min(most, abs(a - b)) << 2);
          store<u32>(count, load<u32>(count) + 1);
        }
        a = b;
      }
    }
  }
}
