/** Voxels summed before their sum joins the total, so that the total never swallows small terms. */
const CHUNK: i32 = 4096;

/** HU of int16. */
const BINS: i32 = 65536;

/** Chunks that are summed side by side: each sum waits for its last addition. */
const SIDE_BY_SIDE: i32 = 4;

/** Voxels counted, sums and sums of squares of two chunks each. */
let counts0: v128 = f64x2.splat(0);
let counts1: v128 = f64x2.splat(0);
let sums0: v128 = f64x2.splat(0);
let sums1: v128 = f64x2.splat(0);
let squares0: v128 = f64x2.splat(0);
let squares1: v128 = f64x2.splat(0);

/**
 * Adds those of `count` HU (float32) that are above `above`, clamped to [low, high]: their number, sum and sum of squares to
 * the three doubles at `moments`, in chunks and in their order, in which src/kernels/intensity/moments.ts adds them up; and,
 * as they are, to 65536 bins (uint32) of whole HU from -32768 on, halves up: at `bins` and at `spare`, which add up. Behind each lie
 * two more, for what is not counted.
 */
export function addAbove(hu: usize, count: i32, low: f64, high: f64, above: f64, moments: usize, bins: usize, spare: usize): void {
  const limit = floorOf(above);
  let done = 0;
  for (; done + SIDE_BY_SIDE * CHUNK <= count; done += SIDE_BY_SIDE * CHUNK) {
    const at = hu + (<usize>done << 2);
    addFourChunks(at, low, high, above);
    join(moments, <f64>i64x2.extract_lane(counts0, 0), f64x2.extract_lane(sums0, 0), f64x2.extract_lane(squares0, 0));
    join(moments, <f64>i64x2.extract_lane(counts0, 1), f64x2.extract_lane(sums0, 1), f64x2.extract_lane(squares0, 1));
    join(moments, <f64>i64x2.extract_lane(counts1, 0), f64x2.extract_lane(sums1, 0), f64x2.extract_lane(squares1, 0));
    join(moments, <f64>i64x2.extract_lane(counts1, 1), f64x2.extract_lane(sums1, 1), f64x2.extract_lane(squares1, 1));
    tally(at, SIDE_BY_SIDE * CHUNK, limit, bins, spare);
  }
  for (; done < count; done += CHUNK) {
    const at = hu + (<usize>done << 2);
    const voxels = min(CHUNK, count - done);
    addChunk(at, voxels, low, high, above, moments);
    tally(at, voxels, limit, bins, spare);
  }
}

// @ts-ignore: decorator
@inline
function join(moments: usize, voxels: f64, sum: f64, squares: f64): void {
  store<f64>(moments, load<f64>(moments) + voxels);
  store<f64>(moments, load<f64>(moments, 8) + sum, 8);
  store<f64>(moments, load<f64>(moments, 16) + squares, 16);
}

function addChunk(hu: usize, count: i32, low: f64, high: f64, above: f64, moments: usize): void {
  let voxels: f64 = 0;
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let at = hu; at < hu + (<usize>count << 2); at += 4) {
    const v = <f64>load<f32>(at);
    if (!(v > above)) continue;
    const value = min(max(v, low), high);
    voxels++;
    sum += value;
    squares += value * value;
  }
  join(moments, voxels, sum, squares);
}

/** Four chunks, a lane each. What does not count adds 0, which changes no sum. */
function addFourChunks(hu: usize, low: f64, high: f64, above: f64): void {
  const lows = f64x2.splat(low);
  const highs = f64x2.splat(high);
  const aboves = f64x2.splat(above);
  let c0 = i64x2.splat(0);
  let c1 = c0;
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let q0 = s0;
  let q1 = s0;
  for (let at = hu; at < hu + (CHUNK << 2); at += 16) {
    const a = v128.load(at);
    const b = v128.load(at, CHUNK << 2);
    const c = v128.load(at, 2 * CHUNK << 2);
    const d = v128.load(at, 3 * CHUNK << 2);
    const v00 = f64x2.promote_low_f32x4(v128.shuffle<i32>(a, b, 0, 4, 0, 4));
    const v01 = f64x2.promote_low_f32x4(v128.shuffle<i32>(c, d, 0, 4, 0, 4));
    const in00 = f64x2.gt(v00, aboves);
    const in01 = f64x2.gt(v01, aboves);
    const value00 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v00)), in00);
    const value01 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v01)), in01);
    c0 = i64x2.sub(c0, in00);
    c1 = i64x2.sub(c1, in01);
    s0 = f64x2.add(s0, value00);
    s1 = f64x2.add(s1, value01);
    q0 = f64x2.add(q0, f64x2.mul(value00, value00));
    q1 = f64x2.add(q1, f64x2.mul(value01, value01));
    const v10 = f64x2.promote_low_f32x4(v128.shuffle<i32>(a, b, 1, 5, 1, 5));
    const v11 = f64x2.promote_low_f32x4(v128.shuffle<i32>(c, d, 1, 5, 1, 5));
    const in10 = f64x2.gt(v10, aboves);
    const in11 = f64x2.gt(v11, aboves);
    const value10 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v10)), in10);
    const value11 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v11)), in11);
    c0 = i64x2.sub(c0, in10);
    c1 = i64x2.sub(c1, in11);
    s0 = f64x2.add(s0, value10);
    s1 = f64x2.add(s1, value11);
    q0 = f64x2.add(q0, f64x2.mul(value10, value10));
    q1 = f64x2.add(q1, f64x2.mul(value11, value11));
    const v20 = f64x2.promote_low_f32x4(v128.shuffle<i32>(a, b, 2, 6, 2, 6));
    const v21 = f64x2.promote_low_f32x4(v128.shuffle<i32>(c, d, 2, 6, 2, 6));
    const in20 = f64x2.gt(v20, aboves);
    const in21 = f64x2.gt(v21, aboves);
    const value20 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v20)), in20);
    const value21 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v21)), in21);
    c0 = i64x2.sub(c0, in20);
    c1 = i64x2.sub(c1, in21);
    s0 = f64x2.add(s0, value20);
    s1 = f64x2.add(s1, value21);
    q0 = f64x2.add(q0, f64x2.mul(value20, value20));
    q1 = f64x2.add(q1, f64x2.mul(value21, value21));
    const v30 = f64x2.promote_low_f32x4(v128.shuffle<i32>(a, b, 3, 7, 3, 7));
    const v31 = f64x2.promote_low_f32x4(v128.shuffle<i32>(c, d, 3, 7, 3, 7));
    const in30 = f64x2.gt(v30, aboves);
    const in31 = f64x2.gt(v31, aboves);
    const value30 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v30)), in30);
    const value31 = v128.and(f64x2.pmin(highs, f64x2.pmax(lows, v31)), in31);
    c0 = i64x2.sub(c0, in30);
    c1 = i64x2.sub(c1, in31);
    s0 = f64x2.add(s0, value30);
    s1 = f64x2.add(s1, value31);
    q0 = f64x2.add(q0, f64x2.mul(value30, value30));
    q1 = f64x2.add(q1, f64x2.mul(value31, value31));
  }
  counts0 = c0;
  counts1 = c1;
  sums0 = s0;
  sums1 = s1;
  squares0 = q0;
  squares1 = q1;
}

/** Counts HU above `limit` into two tables in turn, since a bin that is counted twice in a row would be waited for; others behind them. */
function tally(hu: usize, count: i32, limit: f32, bins: usize, spare: usize): void {
  const limits = f32x4.splat(limit);
  const half = f64x2.splat(32768.5);
  const behind = i32x4(BINS, BINS, BINS + 1, BINS + 1);
  const whole = count & ~3;
  for (let at = hu; at < hu + (<usize>whole << 2); at += 16) {
    const v = v128.load(at);
    const low = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.promote_low_f32x4(v), half));
    const upper = f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
    const high = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(upper, half));
    const own = v128.shuffle<i32>(low, high, 0, 1, 4, 5);
    const bin = v128.bitselect(own, behind, f32x4.gt(v, limits));
    increment(bins, i32x4.extract_lane(bin, 0));
    increment(spare, i32x4.extract_lane(bin, 1));
    increment(bins, i32x4.extract_lane(bin, 2));
    increment(spare, i32x4.extract_lane(bin, 3));
  }
  for (let at = hu + (<usize>whole << 2); at < hu + (<usize>count << 2); at += 4) {
    const v = load<f32>(at);
    if (v > limit) increment(bins, <i32>(<f64>v + 32768.5));
  }
}

// @ts-ignore: decorator
@inline
function increment(bins: usize, bin: i32): void {
  const at = bins + (<usize>bin << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** The largest float32 that is not above a number: of float32, those above the one are those above the other. */
function floorOf(above: f64): f32 {
  const nearest = <f32>above;
  if (<f64>nearest <= above) return nearest;
  return reinterpret<f32>(reinterpret<u32>(nearest) + (nearest > 0 ? -1 : 1));
}
