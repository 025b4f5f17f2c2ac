import { largest } from '../../kernels/intensity/extremes.ts';
import type { OrderedSlices } from './slice-order.ts';

/** How a stack leans: mm within the plane, along column and row index, per mm along the normal. */
export interface Shear {
  readonly perMm: readonly [x: number, y: number];
  /** Angle between the normal and the line through the first pixels. */
  readonly degrees: number;
  /** Largest distance of a slice from that line along either axis, mm. */
  readonly deviationMm: number;
}

/** Slope of the line through the first slice that is nearest to all; 0 along an axis where they all stay in place. */
function slope(heights: readonly number[], asides: readonly number[], toleranceMm: number): number {
  if (asides.every((aside) => Math.abs(aside) <= toleranceMm)) return 0;
  let product = 0;
  let square = 0;
  heights.forEach((height, i) => {
    product += height * asides[i];
    square += height * height;
  });
  return product / square;
}

/**
 * The shear that places the slices, measured from Image Position (Patient): Gantry/Detector Tilt (0018,1120) is nominal
 * and not meant for computing (DICOM PS3.3 C.8.2.1). `deviationMm` says how well one shear explains them.
 */
export function shearOf({ heightsMm, asideMm }: OrderedSlices, toleranceMm: number): Shear {
  const axis = (a: 0 | 1): number =>
    slope(
      heightsMm,
      asideMm.map((aside) => aside[a]),
      toleranceMm,
    );
  const perMm = [axis(0), axis(1)] as const;
  const deviationMm = largest(
    asideMm.flatMap((aside, i) => aside.map((mm, a) => Math.abs(mm - perMm[a] * heightsMm[i]))),
  );
  return { perMm, degrees: (Math.atan(Math.hypot(...perMm)) * 180) / Math.PI, deviationMm };
}
