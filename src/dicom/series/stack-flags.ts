import { largest } from '../../kernels/intensity/extremes.ts';
import { attributesOf } from '../file/functional-groups.ts';
import { decimals, Tag } from '../file/part10.ts';
import type { StudyFlag } from '../study-flag.ts';
import { gapsOf } from './gaps.ts';
import type { OrderedSlices } from './slice-order.ts';
import type { SlicePlane } from './slice-plane.ts';
import { type Shear, shearOf } from './tilt.ts';

/** Flags that say in what the grid of a volume differs from the scanner's planes. */
export const GEOMETRY_FLAGS: readonly string[] = [
  'missing-slices',
  'variable-spacing',
  'uneven-slices',
  'gantry-tilt',
];

export function missingFlags(missing: readonly number[], planes: number): StudyFlag[] {
  if (missing.length === 0) return [];
  return [
    {
      code: 'missing-slices',
      message: `planes without a slice, interpolated: ${missing.join(', ')} of 0 to ${planes - 1} along the normal`,
      value: missing.length,
    },
  ];
}

function mostUnevenMm({ heightsMm }: OrderedSlices, spacingMm: number): number {
  return largest(gapsOf(heightsMm).map((gap) => Math.abs(gap - spacingMm)));
}

export function variableFlags(ordered: OrderedSlices, spacingMm: number): StudyFlag[] {
  return [
    {
      code: 'variable-spacing',
      message: `unevenly spaced slices, resampled to ${spacingMm.toFixed(3)} mm; largest difference of a gap, mm`,
      value: mostUnevenMm(ordered, spacingMm),
    },
  ];
}

export function tiltFlags({ degrees }: Shear): StudyFlag[] {
  if (degrees === 0) return [];
  return [
    {
      code: 'gantry-tilt',
      message: 'the stack leans and was resampled to an orthogonal grid; degrees',
      value: degrees,
    },
  ];
}

/** What averaging hides: gaps and tilt that are there and stay. */
export function averagedFlags(
  ordered: OrderedSlices,
  spacingMm: number,
  rules: { readonly spacingToleranceMm: number; readonly positionToleranceMm: number },
): StudyFlag[] {
  const flags: StudyFlag[] = [];
  const uneven = mostUnevenMm(ordered, spacingMm);
  if (uneven > rules.spacingToleranceMm) {
    flags.push({
      code: 'uneven-slices',
      message: `unevenly spaced slices, taken as ${spacingMm.toFixed(3)} mm apart; largest difference of a gap, mm`,
      value: uneven,
    });
  }
  const { degrees, deviationMm } = shearOf(ordered, rules.positionToleranceMm);
  if (degrees > 0 || deviationMm > rules.positionToleranceMm) {
    flags.push({
      code: 'gantry-tilt',
      message: 'slices are not stacked along their normal, and taken as if they were; degrees',
      value: degrees,
    });
  }
  return flags;
}

/**
 * Slice Thickness against the spacing of the grid. Thicker slices overlap and thinner ones leave space between: both
 * are ways to scan, so it is said and no more.
 */
export function thicknessFlags(
  slices: readonly SlicePlane[],
  spacingMm: number,
  toleranceMm: number,
): StudyFlag[] {
  const thicknesses = slices.flatMap(
    (slice) => decimals(attributesOf(slice, Tag.PixelMeasuresSequence), Tag.SliceThickness)?.[0] ?? [],
  );
  const differing = thicknesses.filter((mm) => mm > 0 && Math.abs(mm - spacingMm) > toleranceMm);
  if (differing.length === 0) return [];
  return [
    {
      code: 'slice-thickness-differs',
      message: `Slice Thickness of ${differing.length} slices differs from the spacing of ${spacingMm.toFixed(3)} mm; largest, mm`,
      value: largest(differing),
    },
  ];
}
