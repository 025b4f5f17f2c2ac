/**
 * `count` stored values of 16 bits, of which `right` bits are not stored and `left` of these lie above High Bit: cleared, and
 * signed values extended (DICOM PS3.5 8.1.1).
 */
export function storedValues(pixels: usize, count: i32, left: i32, right: i32, signed: bool, out: usize): void {
  const whole = count & ~7;
  for (let at: usize = 0; at < <usize>whole << 1; at += 16) {
    const up = i16x8.shl(v128.load(pixels + at), left);
    v128.store(out + at, signed ? i16x8.shr_s(up, right) : i16x8.shr_u(up, right));
  }
  for (let at: usize = <usize>whole << 1; at < <usize>count << 1; at += 2) {
    const up = <u16>(<u32>load<u16>(pixels + at) << left);
    store<u16>(out + at, signed ? <u16>(<i32>(<i16>up) >> right) : <u16>(<u32>up >> right));
  }
}

/**
 * HU = slope * value + intercept of `count` values of 16 bits, modulo 2^16: right where the least and the largest fit into
 * int16, which the caller sees from the least and the largest value, given as two int32 at `range`.
 */
export function rescale(values: usize, count: i32, signed: bool, slope: i32, intercept: i32, out: usize, range: usize): void {
  const slopes = i16x8.splat(<i16>slope);
  const intercepts = i16x8.splat(<i16>intercept);
  const whole = count & ~7;
  let least = <i32>(signed ? <i32>load<i16>(values) : <i32>load<u16>(values));
  let most = least;
  let leasts = i16x8.splat(load<i16>(values));
  let mosts = leasts;
  for (let at: usize = 0; at < <usize>whole << 1; at += 16) {
    const value = v128.load(values + at);
    leasts = signed ? i16x8.min_s(leasts, value) : i16x8.min_u(leasts, value);
    mosts = signed ? i16x8.max_s(mosts, value) : i16x8.max_u(mosts, value);
    v128.store(out + at, i16x8.add(i16x8.mul(value, slopes), intercepts));
  }
  v128.store(range, leasts);
  for (let i: usize = 0; i < 16; i += 2)
    least = min(least, signed ? <i32>load<i16>(range + i) : <i32>load<u16>(range + i));
  v128.store(range, mosts);
  for (let i: usize = 0; i < 16; i += 2)
    most = max(most, signed ? <i32>load<i16>(range + i) : <i32>load<u16>(range + i));
  for (let at: usize = <usize>whole << 1; at < <usize>count << 1; at += 2) {
    const value = signed ? <i32>load<i16>(values + at) : <i32>load<u16>(values + at);
    least = min(least, value);
    most = max(most, value);
    store<i16>(out + at, <i16>(value * slope + intercept));
  }
  store<i32>(range, least);
  store<i32>(range + 4, most);
}
