import { backPlanes, mixPlanes, type PlaneMix, pickPlanes, planeMix } from '../../kernels/grid/mix-planes.ts';
import {
  type PlaneShift,
  planeShift,
  shiftMaskPlanes,
  shiftPlanes,
} from '../../kernels/grid/shift-planes.ts';
import { type Geometry, type Volume, vec3 } from '../../volume/geometry.ts';
import type { StudyFlag } from '../study-flag.ts';
import { type GridMap, onSlices, type PlanesOfSlices } from './back-to-slices.ts';
import { medianGapMm, missingPlanes, sliceGrid } from './gaps.ts';
import { latticeOf, type SliceLattice, slantedLattice } from './lattice.ts';
import { type OrderedSlices, orderSlices } from './slice-order.ts';
import type { SlicePlane } from './slice-plane.ts';
import {
  checkedShear,
  checkHeights,
  checkOneScan,
  checkSlices,
  checkVoxels,
  tooFarApart,
  unevenSlices,
} from './stack-checks.ts';
import { averagedFlags, missingFlags, thicknessFlags, tiltFlags, variableFlags } from './stack-flags.ts';
import type { Shear } from './tilt.ts';

/** How slices become a volume; the configuration has these under `geometry`. */
export interface StackRules {
  readonly minSlices: number;
  /** `images`: on the grid that the positions tell. `average`: spacing = extent / (N - 1) as GDCM and ITK read, no repair. */
  readonly stacking: 'images' | 'average';
  /** How far a slice may lie from its plane of the regular grid. */
  readonly spacingToleranceMm: number;
  /** How far a slice may lie aside of its place within the plane. */
  readonly positionToleranceMm: number;
  /** Most planes in a row that may be missing and are interpolated. */
  readonly maxMissingRun: number;
  readonly variableSpacing: 'exclude' | 'resample';
  readonly maxTiltDegrees: number;
}

/**
 * A CT series put in order, and how what is given slice by slice becomes a volume on one regular orthogonal grid:
 * HU are decoded slice by slice and go through `toVolume`, masks are drawn on `lattice` and go through `toMask`.
 */
export interface Stack {
  /** Ascending along the normal. */
  readonly slices: readonly SlicePlane[];
  /** The planes as scanned, missing ones of a regular grid included. */
  readonly lattice: SliceLattice;
  /** Grid of the volume and of the finished mask. */
  readonly geometry: Geometry;
  /** Planes of `geometry` that no slice was found for, from 0. */
  readonly missingPlanes: readonly number[];
  /** Angle between the slices' normal and the direction in which they were stacked. */
  readonly tiltDegrees: number;
  readonly flags: readonly StudyFlag[];
  /** HU of `slices` one after the other, onto `geometry`; `airHu` where a leaning stack leaves the grid empty. */
  readonly toVolume: (hu: Int16Array, airHu: number) => Volume<Int16Array>;
  /** A mask drawn on `lattice`, onto `geometry`: the way of the HU, by nearest neighbour. */
  readonly toMask: (drawn: Uint8Array) => Volume<Uint8Array>;
  /**
   * The way back: a map on `geometry` onto the pixels of `slices` as scanned, one after the other; planes without a slice are
   * left out. Labels (uint8, uint16) by nearest neighbour, so that what came from `toMask` is the same after a way back and
   * forth; probabilities (float32) linearly where the stack leaned or was resampled. The array itself where nothing was
   * done to the slices.
   */
  readonly toSlices: <T extends GridMap>(map: T) => T;
}

/** Grid of the slices' own size through the first slice, with a plane at each multiple of `spacingMm`. */
function gridThroughFirst(ordered: OrderedSlices, planes: number, spacingMm: number): Geometry {
  const { slices, rowDirection, columnDirection, normal } = ordered;
  const [first] = slices;
  return {
    size: [first.columns, first.rows, planes],
    spacingMm: [first.spacingMm[0], first.spacingMm[1], spacingMm],
    originMm: first.positionMm,
    direction: [0, 1, 2].flatMap((a) => [rowDirection[a], columnDirection[a], normal[a]]),
  };
}

/** Where planes lie before a lean is undone: grid, planes masks are drawn on, and how HU and masks get from one to the other. */
interface Spacing {
  readonly grid: Geometry;
  readonly drawnHeightsMm: readonly number[];
  readonly hu?: PlaneMix;
  readonly mask?: PlaneMix;
  readonly back?: PlanesOfSlices;
  readonly missing: readonly number[];
  readonly flags: readonly StudyFlag[];
}

/** Heights of planes, of slices that are not too many. */
function multiples(
  { slices: [{ columns, rows }] }: OrderedSlices,
  count: number,
  spacingMm: number,
): number[] {
  checkVoxels([columns, rows, count]);
  return Array.from({ length: count }, (_, k) => k * spacingMm);
}

function spacingOf(ordered: OrderedSlices, rules: StackRules): Spacing {
  const { heightsMm } = ordered;
  const regular = sliceGrid(heightsMm, rules.spacingToleranceMm);
  if (regular !== undefined) {
    const { planeOfSlice, spacingMm } = regular;
    tooFarApart(ordered, spacingMm, rules.maxMissingRun);
    const count = planeOfSlice[planeOfSlice.length - 1] + 1;
    const heights = multiples(ordered, count, spacingMm);
    const missing = missingPlanes(regular);
    return {
      grid: gridThroughFirst(ordered, count, spacingMm),
      drawnHeightsMm: heights,
      missing,
      flags: missingFlags(missing, count),
      ...(missing.length > 0 && {
        hu: planeMix(planeOfSlice, [...heights.keys()]),
        back: { planes: planeOfSlice },
      }),
    };
  }
  if (rules.variableSpacing === 'exclude') throw unevenSlices(ordered);
  const spacingMm = medianGapMm(heightsMm);
  tooFarApart(ordered, spacingMm, rules.maxMissingRun);
  const count = Math.floor(heightsMm[heightsMm.length - 1] / spacingMm + 0.5) + 1;
  const planesMm = multiples(ordered, count, spacingMm);
  const mix = planeMix(heightsMm, planesMm);
  return {
    grid: gridThroughFirst(ordered, count, spacingMm),
    drawnHeightsMm: heightsMm,
    hu: mix,
    mask: mix,
    back: { planes: backPlanes(heightsMm, planesMm), between: planeMix(planesMm, heightsMm) },
    missing: [],
    flags: variableFlags(ordered, spacingMm),
  };
}

/** How each plane moves so that a leaning stack stands straight, undefined where it does. */
function straightening({ size, spacingMm }: Geometry, { perMm, degrees }: Shear): PlaneShift | undefined {
  if (degrees === 0) return undefined;
  const pixels = (a: 0 | 1): Float64Array =>
    Float64Array.from({ length: size[2] }, (_, k) => (k * spacingMm[2] * perMm[a]) / spacingMm[a]);
  return planeShift(size, pixels(0), pixels(1));
}

/** The grid with the margins of a shift. */
function shiftedGrid(grid: Geometry, { before, outputSize }: PlaneShift): Geometry {
  const { originMm, spacingMm, direction } = grid;
  const step = (a: number, axis: 0 | 1): number => before[axis] * spacingMm[axis] * direction[3 * a + axis];
  return { ...grid, size: outputSize, originMm: vec3((a) => originMm[a] - step(a, 0) - step(a, 1)) };
}

function averagedStack(ordered: OrderedSlices, rules: StackRules): Stack {
  const { slices, heightsMm } = ordered;
  const spacingMm = heightsMm[slices.length - 1] / (slices.length - 1);
  const geometry = gridThroughFirst(ordered, slices.length, spacingMm);
  checkVoxels(geometry.size);
  return {
    slices,
    lattice: latticeOf(geometry),
    geometry,
    missingPlanes: [],
    tiltDegrees: 0,
    flags: [
      ...averagedFlags(ordered, spacingMm, rules),
      ...thicknessFlags(slices, spacingMm, rules.spacingToleranceMm),
    ],
    toVolume: (data) => ({ data, geometry }),
    toMask: (data) => ({ data, geometry }),
    toSlices: (map) => map,
  };
}

/**
 * Orders slices along their normal and finds the regular grid that their positions tell: missing planes are
 * interpolated between their neighbours, a leaning stack (gantry tilt) is straightened by shifting each plane within
 * itself, unevenly spaced slices are resampled where the rules say so. Give it what `withoutDuplicates` leaves.
 *
 * Throws a CaseExclusion: `too-few-slices`, `duplicate-slices`, `too-many-missing-slices`, `uneven-slices`,
 * `overlapping-scans`, `volume-too-large`, `shifted-slices` (displaced, but not as by tilt), `tilted-stack` (beyond
 * `maxTiltDegrees`).
 */
export function stackSlices(planes: readonly SlicePlane[], rules: StackRules): Stack {
  checkSlices(planes, rules.minSlices);
  const ordered = orderSlices(planes);
  checkHeights(ordered);
  checkOneScan(ordered);
  if (rules.stacking === 'average') return averagedStack(ordered, rules);
  const shear = checkedShear(ordered, rules);
  const { grid, drawnHeightsMm, hu, mask, back, missing, flags } = spacingOf(ordered, rules);
  const shift = straightening(grid, shear);
  const geometry = shift === undefined ? grid : shiftedGrid(grid, shift);
  checkVoxels(geometry.size);
  const planeLength = grid.size[0] * grid.size[1];
  const straight = shift === undefined && mask === undefined;
  return {
    slices: ordered.slices,
    lattice: straight ? latticeOf(grid) : slantedLattice(grid, drawnHeightsMm, shear.perMm),
    geometry,
    missingPlanes: missing,
    tiltDegrees: shear.degrees,
    flags: [
      ...flags,
      ...tiltFlags(shear),
      ...thicknessFlags(ordered.slices, grid.spacingMm[2], rules.spacingToleranceMm),
    ],
    toVolume: (native, airHu) => {
      const regular = hu === undefined ? native : mixPlanes(native, planeLength, hu);
      return { data: shift === undefined ? regular : shiftPlanes(regular, shift, airHu), geometry };
    },
    toMask: (drawn) => {
      const regular = mask === undefined ? drawn : pickPlanes(drawn, planeLength, mask);
      return { data: shift === undefined ? regular : shiftMaskPlanes(regular, shift), geometry };
    },
    toSlices: (map) => onSlices(map, { spacing: back, shift, planeLength }),
  };
}
