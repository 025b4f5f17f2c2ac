import { kernelsFor } from '../../memory/thread.ts';

/** Between values of 12 bits that wrapped round and what they were, where the slope is 1. */
const MODULUS_HU = 4096;

/** Steps up to this size are not looked at: bone beside air has less, and steep bone of which a part wrapped has more. */
const LEAST_STEP_HU = 2996;

/** Largest step between wrapped bone and bone that did not wrap. */
const MOST_STEP_HU = 5200;

/** From here on it may be metal. 12-bit values that wrapped to below air leave none up here: signed ones end at 2047. */
const METAL_HU = 2100;

/** Voxels to each side, and rows, within which metal makes streaks so dark that they prove nothing. */
const STREAK_VOXELS = 16;
const STREAK_ROWS = 8;

/** Air and soft tissue are smooth: so near comes their step to 4096 where one of two neighbours wrapped. */
const SMOOTH_HU = 300;

/** Air that wrapped is above this and fills slices; metal is never so large. */
const FLIPPED_HU = 3000;
const FLIPPED_PART = 0.2;

/**
 * What tells scattered voxels that wrapped from metal beside dark streaks, 3071 beside -1000, where the step is the same:
 * wraps are hardly mixed with steep steps of other sizes, as towards tissue; they are grains, with a step on most sides,
 * not solid; and they have many values, where clipped metal has one, or are over more of the slice than so many wires.
 */
const STEEP_HU = 2000;
const LEAST_OF_STEEP = 0.75;
const LEAST_PER_VOXEL = 2.5;
const MOST_AT_TOP = 0.5;
const GRAINS_PART = 0.002;

/** Whether the voxel beyond `low` has its value: fill outside the circle of reconstruction does, tissue hardly. */
function isFill(slice: Int16Array, nx: number, low: number, away: 1 | -1): boolean {
  const x = (low % nx) + away;
  return x >= 0 && x < nx && slice[low + away] === slice[low];
}

/** Whether metal lies near the neighbours `at - 1` and `at`. */
function metalNear(slice: Int16Array, nx: number, at: number): boolean {
  const x = at % nx;
  const y = (at - x) / nx;
  const lastY = Math.min(slice.length / nx - 1, y + STREAK_ROWS);
  const firstX = Math.max(0, x - 1 - STREAK_VOXELS);
  const lastX = Math.min(nx - 1, x + STREAK_VOXELS);
  for (let row = Math.max(0, y - STREAK_ROWS); row <= lastY; row++)
    for (let i = row * nx + firstX; i <= row * nx + lastX; i++) if (slice[i] >= METAL_HU) return true;
  return false;
}

/** Whether `at - 1` or `at` wrapped to below air, or to above bone, which may be metal still. */
function kindOf(slice: Int16Array, nx: number, at: number): 'below' | 'above' | 'neither' {
  const step = slice[at] - slice[at - 1];
  const size = Math.abs(step);
  if (Math.max(slice[at], slice[at - 1]) >= METAL_HU)
    return Math.abs(size - MODULUS_HU) <= SMOOTH_HU ? 'above' : 'neither';
  const fill = step < 0 ? isFill(slice, nx, at, 1) : isFill(slice, nx, at - 1, -1);
  return size <= MOST_STEP_HU && !fill && !metalNear(slice, nx, at) ? 'below' : 'neither';
}

/** Whether the steps of kind `above` in a slice come from values that wrapped, not from metal. */
function wrappedAbove(slice: Int16Array, nx: number): boolean {
  let most = slice[0];
  let flipped = 0;
  let dense = 0;
  for (let i = 0; i < slice.length; i++) {
    const value = slice[i];
    if (value > most) most = value;
    if (value >= METAL_HU) dense++;
    if (value >= FLIPPED_HU) flipped++;
  }
  if (flipped >= FLIPPED_PART * slice.length) return true;
  let steep = 0;
  let wraps = 0;
  let atTop = 0;
  const look = (a: number, b: number): void => {
    const size = Math.abs(a - b);
    if (size <= STEEP_HU) return;
    steep++;
    if (Math.abs(size - MODULUS_HU) > SMOOTH_HU) return;
    wraps++;
    if (Math.max(a, b) === most) atTop++;
  };
  for (let i = 0; i < slice.length; i++) {
    if (i % nx > 0) look(slice[i], slice[i - 1]);
    if (i >= nx) look(slice[i], slice[i - nx]);
  }
  if (wraps < LEAST_OF_STEEP * steep || wraps < LEAST_PER_VOXEL * dense) return false;
  return atTop < MOST_AT_TOP * wraps || dense >= GRAINS_PART * slice.length;
}

/** Neighbours in the rows of a slice between which values wrapped. */
function sliceWraps(slice: Int16Array, nx: number): number {
  let below = 0;
  let above = 0;
  for (let at = 1; at < slice.length; at++) {
    if (Math.abs(slice[at] - slice[at - 1]) <= LEAST_STEP_HU || at % nx === 0) continue;
    const kind = kindOf(slice, nx, at);
    if (kind === 'below') below++;
    else if (kind === 'above') above++;
  }
  return above > 0 && wrappedAbove(slice, nx) ? below + above : below;
}

/** Whether neighbours in the rows of a slice differ by so much that values may have wrapped. */
export function hasLargeStep(slice: Int16Array, nx: number): boolean {
  for (let row = 0; row < slice.length; row += nx) {
    let previous = slice[row];
    for (let i = row + 1; i < row + nx; i++) {
      const value = slice[i];
      if (Math.abs(value - previous) > LEAST_STEP_HU) return true;
      previous = value;
    }
  }
  return false;
}

/**
 * Share of neighbours in a row between which 12-bit values wrapped round: one of them is 4096 too low or too high, and
 * continues the other when that is set right. Slices of `nx` x `ny` voxels in HU, x fastest; 0 where there are no neighbours.
 *
 * The step alone does not tell: metal at the top of the 12-bit scale, 3071, stands 4095 above the dark streaks at its
 * bottom, -1024, and beside air. So a wrap must show in what no metal does. Either it lies below all that a CT holds,
 * without metal near and not as a constant fill: dense bone of unsigned values read as signed. Or it lies above dense
 * bone, over so much of the slice or in such fine grains that it is no metal: air of signed values read as unsigned,
 * or noise below the bottom of the scale.
 */
export function wrapShare(hu: Int16Array, nx: number, ny: number): number {
  const kernels = kernelsFor(hu);
  let wraps = 0;
  for (let from = 0; from < hu.length; from += nx * ny) {
    const slice = hu.subarray(from, from + nx * ny);
    // Hardly a slice has one, so that a closer look costs nothing.
    const large = kernels
      ? kernels.stepsExceed(slice.byteOffset, nx, ny, LEAST_STEP_HU) === 1
      : hasLargeStep(slice, nx);
    if (large) wraps += sliceWraps(slice, nx);
  }
  const pairs = (hu.length / nx) * (nx - 1);
  return pairs === 0 ? 0 : wraps / pairs;
}
