import { readFileSync } from 'node:fs';
import type { Geometry } from '../../src/volume/geometry.ts';

/** A case of test/goldens/simpleitk-resample.json, recorded by test/reference/record_goldens.py. */
export interface ResampleGolden {
  name: string;
  size: [number, number, number];
  spacing_mm: [number, number, number];
  origin_lps_mm: [number, number, number];
  direction_lps: number[];
  target_mm: [number, number, number];
  nifti_header: string;
  orientation: string;
  ras_origin_lps_mm: number[];
  ras_direction_lps: number[];
  resampled_size: number[];
  resampled_hu: string;
  resampled_mask: string;
}

export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../goldens/${name}`, import.meta.url), 'utf8')) as T;
}

export const resampleGoldens = readGolden<{ cases: ResampleGolden[] }>('simpleitk-resample.json').cases;

export function geometryOfGolden(golden: ResampleGolden): Geometry {
  return {
    size: golden.size,
    spacingMm: golden.spacing_mm,
    originMm: golden.origin_lps_mm,
    direction: golden.direction_lps,
  };
}

/** The voxels that record_goldens.py makes: `voxels(size)`. */
export function goldenVoxels(count: number): { hu: Int16Array; mask: Uint8Array } {
  return {
    hu: Int16Array.from({ length: count }, (_, i) => ((i * 7919 + 12345) % 4093) - 1024),
    mask: Uint8Array.from({ length: count }, (_, i) => ((i * 31 + 7) % 5 < 2 ? 1 : 0)),
  };
}

export function decodeFloats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
}

export function decodeBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** A mask from its digits, x fastest, as record_masks.py writes it. */
export function readMask(text: string): Uint8Array {
  return Uint8Array.from(text, Number);
}

export function digits(mask: Uint8Array): string {
  return mask.join('');
}
