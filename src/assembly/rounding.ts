/** `count` HU of float32 within [-32768, 32767.5) to the nearest int16, halves up: floor(hu + 0.5), in double. */
export function roundToInt16(hu: usize, count: i32, out: usize): void {
  const half = f64x2.splat(32768.5);
  const zero = i32x4.splat(32768);
  const whole = count & ~7;
  for (let i: usize = 0; i < <usize>whole; i += 8) {
    const low = four(v128.load(hu + (i << 2)), half, zero);
    const high = four(v128.load(hu + (i << 2), 16), half, zero);
    v128.store(out + (i << 1), i16x8.narrow_i32x4_s(low, high));
  }
  for (let i: usize = whole; i < <usize>count; i++)
    store<i16>(out + (i << 1), <i16>(<i32>(<f64>load<f32>(hu + (i << 2)) + 32768.5) - 32768));
}

/** Four of them as int32. The sum is positive, so that cutting off is floor. */
// @ts-ignore: decorator
@inline
function four(hu: v128, half: v128, zero: v128): v128 {
  const low = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.promote_low_f32x4(hu), half));
  const upper = v128.shuffle<i32>(hu, hu, 2, 3, 2, 3);
  const high = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.promote_low_f32x4(upper), half));
  return i32x4.sub(v128.shuffle<i32>(low, high, 0, 1, 4, 5), zero);
}
