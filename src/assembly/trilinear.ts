/*
 * Linear interpolation v0 + (v1 - v0) * w in double, with the bits of src/kernels/grid/row-kernels.ts: nothing is fused, and
 * each result comes of the same operations in the same order.
 */

/** A row of values of T, interpolated along x: sample i lies between those `lower[i]` and `upper[i]` bytes (int32) from `row`. */
// @ts-ignore: decorator
@inline
function lerpRow<T>(row: usize, lower: usize, upper: usize, weight: usize, count: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const v0 = <f64>load<T>(row + load<i32>(lower + (i << 2)));
    const v1 = <f64>load<T>(row + load<i32>(upper + (i << 2)));
    store<f64>(out + (i << 3), v0 + (v1 - v0) * load<f64>(weight + (i << 3)));
  }
}

/** A row of int16 into `count` doubles. */
export function lerpRowInt16(row: usize, lower: usize, upper: usize, weight: usize, count: i32, out: usize): void {
  lerpRow<i16>(row, lower, upper, weight, count, out);
}

/** A row of float32 into `count` doubles. */
export function lerpRowFloat32(row: usize, lower: usize, upper: usize, weight: usize, count: i32, out: usize): void {
  lerpRow<f32>(row, lower, upper, weight, count, out);
}

/**
 * The same of a row of int16 whose neighbours lie beside each other: at `first[i]` bytes the one with the lower address, which
 * is the upper sample where `reversed`. Where the weight is 0 the neighbour may be any number: up to two bytes beyond the row.
 */
export function lerpRowOfPairs(row: usize, first: usize, weight: usize, reversed: bool, count: i32, out: usize): void {
  const even = count & ~1;
  for (let i: usize = 0; i < <usize>even; i += 2) {
    const index = load<u64>(first + (i << 2));
    let pairs = v128.load32_zero(row + <i32>index);
    pairs = v128.load32_lane(row + <i32>(index >> 32), pairs, 1);
    const values = i32x4.extend_low_i16x8_s(pairs);
    const a = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(values, values, 0, 2, 0, 2));
    const b = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(values, values, 1, 3, 1, 3));
    const v0 = reversed ? b : a;
    const v1 = reversed ? a : b;
    const step = f64x2.mul(f64x2.sub(v1, v0), v128.load(weight + (i << 3)));
    v128.store(out + (i << 3), f64x2.add(v0, step));
  }
  if (even == count) return;
  const at = row + load<i32>(first + (<usize>even << 2));
  const v0 = <f64>load<i16>(at + (reversed ? 2 : 0));
  const v1 = <f64>load<i16>(at + (reversed ? 0 : 2));
  store<f64>(out + (<usize>even << 3), v0 + (v1 - v0) * load<f64>(weight + (<usize>even << 3)));
}

// @ts-ignore: decorator
@inline
function mixed(at0: usize, at1: usize, w: v128): v128 {
  const v0 = v128.load(at0);
  return f64x2.add(v0, f64x2.mul(f64x2.sub(v128.load(at1), v0), w));
}

/** Two rows of `count` doubles mixed into a third. */
export function mixRowsInto64(row0: usize, row1: usize, w: f64, count: i32, out: usize): void {
  const ws = f64x2.splat(w);
  const even = count & ~1;
  for (let at: usize = 0; at < <usize>even << 3; at += 16) v128.store(out + at, mixed(row0 + at, row1 + at, ws));
  if (even == count) return;
  const last = <usize>even << 3;
  const v0 = load<f64>(row0 + last);
  store<f64>(out + last, v0 + (load<f64>(row1 + last) - v0) * w);
}

/** The same into float32. */
export function mixRowsInto32(row0: usize, row1: usize, w: f64, count: i32, out: usize): void {
  const ws = f64x2.splat(w);
  const whole = count & ~3;
  for (let i: usize = 0; i < <usize>whole; i += 4) {
    const at = i << 3;
    const low = f32x4.demote_f64x2_zero(mixed(row0 + at, row1 + at, ws));
    const high = f32x4.demote_f64x2_zero(mixed(row0 + at + 16, row1 + at + 16, ws));
    v128.store(out + (i << 2), v128.shuffle<i32>(low, high, 0, 1, 4, 5));
  }
  for (let i: usize = whole; i < <usize>count; i++) {
    const v0 = load<f64>(row0 + (i << 3));
    store<f32>(out + (i << 2), <f32>(v0 + (load<f64>(row1 + (i << 3)) - v0) * w));
  }
}
