import { kernelsFor, room } from '../../memory/thread.ts';

/** Clamps HU to [lowHu, highHu], both included (SimpleITK `Clamp`), into a new array. */
export function windowHu(hu: Float32Array, [lowHu, highHu]: readonly [number, number]): Float32Array {
  const out = room(Float32Array, hu.length);
  for (let i = 0; i < hu.length; i++) out[i] = Math.min(Math.max(hu[i], lowHu), highHu);
  return out;
}

/** z-score: float32((double(x) - mu) * (1 / (sigma + 1e-8))) (SimpleITK `ShiftScale` as the reference calls it). */
export function zScore(values: Float32Array, mu: number, sigma: number): Float32Array {
  const scale = 1 / (sigma + 1e-8);
  const out = room(Float32Array, values.length);
  for (let i = 0; i < values.length; i++) out[i] = (values[i] - mu) * scale;
  return out;
}

/** In TypeScript: what the kernel of src/assembly is held to. */
export function roundInto(out: Int16Array, hu: Float32Array): void {
  // What Math.round gives, in a seventh of its time: the sum is exact where it decides, and positive, so that | 0 is floor.
  for (let i = 0; i < hu.length; i++) out[i] = ((hu[i] + 32768.5) | 0) - 32768;
}

/**
 * Rounds HU within [-32768, 32767.5) to the nearest integer, halves up, for storage as int16.
 *
 * @param into where they go, if it is given; it has room for them
 */
export function roundToInt16(hu: Float32Array, into?: Int16Array): Int16Array {
  const out = into?.subarray(0, hu.length) ?? room(Int16Array, hu.length);
  const kernels = kernelsFor(hu, out);
  if (kernels === undefined) roundInto(out, hu);
  else kernels.roundToInt16(hu.byteOffset, hu.length, out.byteOffset);
  return out;
}
