/** HU of int16 begin at bin 0. */
const ZERO: i32 = 32768;

const BINS: i32 = 65536;

/**
 * Counts `count` HU of int16 into 65536 bins (uint32) from -32768 on, which need not be empty. `spare` has room for as many
 * more, for every other voxel: a bin that is counted twice in a row would be waited for.
 */
export function histogram(hu: usize, count: i32, bins: usize, spare: usize): void {
  memory.fill(spare, 0, BINS << 2);
  const middle = bins + (ZERO << 2);
  const spareMiddle = spare + (ZERO << 2);
  const end = hu + (<usize>count << 1);
  let at = hu;
  while (at + 16 <= end) {
    const eight = v128.load(at);
    const first = <i32>load<i16>(at);
    if (i16x8.all_true(i16x8.eq(eight, i16x8.splat(<i16>first)))) {
      add(middle, first, 8);
    } else {
      add(middle, first, 1);
      add(spareMiddle, load<i16>(at, 2), 1);
      add(middle, load<i16>(at, 4), 1);
      add(spareMiddle, load<i16>(at, 6), 1);
      add(middle, load<i16>(at, 8), 1);
      add(spareMiddle, load<i16>(at, 10), 1);
      add(middle, load<i16>(at, 12), 1);
      add(spareMiddle, load<i16>(at, 14), 1);
    }
    at += 16;
  }
  for (; at < end; at += 2) add(middle, load<i16>(at), 1);
  for (let i: usize = 0; i < <usize>BINS << 2; i += 16)
    v128.store(bins + i, i32x4.add(v128.load(bins + i), v128.load(spare + i)));
}

// @ts-ignore: decorator
@inline
function add(middle: usize, hu: i32, voxels: u32): void {
  const bin = middle + (hu << 2);
  store<u32>(bin, load<u32>(bin) + voxels);
}
