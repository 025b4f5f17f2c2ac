import { CaseExclusion } from '../../errors.ts';
import { zeros } from '../../memory/thread.ts';
import { vec3, voxelCount } from '../../volume/geometry.ts';
import type { SliceLattice } from '../series/lattice.ts';
import type { StudyFlag } from '../study-flag.ts';
import type { MaskFit } from './drawn-mask.ts';
import { nearestVoxel, placeOnVoxels, resampleFrame, type VoxelPlacement } from './frame-placement.ts';
import { type MaskFrames, planeDistanceMm, type VisitInside } from './mask-frames.ts';

/** Pixels inside, and those of them that fell outside the lattice. */
interface Placed {
  readonly pixels: number;
  readonly outside: number;
}

/** Distance of a lattice's planes along the axis nearest to a direction. */
function planeSpacingMm({ direction, spacingMm }: SliceLattice, normal: readonly number[]): number {
  const cosines = vec3((j) =>
    Math.abs(direction[j] * normal[0] + direction[3 + j] * normal[1] + direction[6 + j] * normal[2]),
  );
  return spacingMm[cosines.indexOf(Math.max(...cosines))];
}

/** Spacing Between Slices, unless the positions of the frames contradict it: they tell the truth. */
function believedSpacingMm(frames: MaskFrames): number | undefined {
  const { declaredSpacingMm: declared } = frames;
  const distance = planeDistanceMm(frames);
  return declared !== undefined && (distance === undefined || declared <= 1.01 * distance)
    ? declared
    : undefined;
}

/** Whether a frame stands for more than one plane of the lattice: it declares so, it is not merely alone on its plane. */
function isThick(frames: MaskFrames, lattice: SliceLattice): boolean {
  const latticeMm = planeSpacingMm(lattice, frames.plane(0).normal);
  return (frames.declaredSpacingMm ?? 0) > 1.5 * latticeMm && believedSpacingMm(frames) !== undefined;
}

/** Thickness in mm that a frame stands for. */
function slabMm(frames: MaskFrames, lattice: SliceLattice): number {
  return (
    believedSpacingMm(frames) ?? planeDistanceMm(frames) ?? planeSpacingMm(lattice, frames.plane(0).normal)
  );
}

/** Sets the voxel of each pixel. Undefined, with `mask` half done, where a frame does not fall on voxels. */
function placeExactly(
  frames: MaskFrames,
  shown: readonly number[],
  visitInside: VisitInside,
  lattice: SliceLattice,
  mask: Uint8Array,
): Placed | undefined {
  const [nx, ny, nz] = lattice.size;
  const { columns } = frames;
  let [pixels, outside] = [0, 0];
  for (const frame of shown) {
    let placement: VoxelPlacement | undefined;
    let placed = false;
    visitInside(frame, (offset) => {
      if (!placed) {
        placement = placeOnVoxels(frames.plane(frame), lattice);
        placed = true;
      }
      if (placement === undefined) return;
      pixels++;
      const { first, column: dc, row: dr } = placement;
      const row = Math.floor(offset / columns);
      const column = offset - row * columns;
      const x = first[0] + column * dc[0] + row * dr[0];
      const y = first[1] + column * dc[1] + row * dr[1];
      const z = first[2] + column * dc[2] + row * dr[2];
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) outside++;
      else mask[(z * ny + y) * nx + x] = 1;
    });
    if (placed && placement === undefined) return undefined;
  }
  return { pixels, outside };
}

/** How often frames may pass over the voxels of the lattice, all in all: frames of one mask lie beside each other. */
const MOST_PASSES = 32;

/** Sets the voxels whose nearest pixel is inside. */
function placeNearest(
  frames: MaskFrames,
  shown: readonly number[],
  visitInside: VisitInside,
  lattice: SliceLattice,
  mask: Uint8Array,
): Placed {
  const thickness = slabMm(frames, lattice);
  let [pixels, outside, looked] = [0, 0, 0];
  for (const frame of shown) {
    const plane = frames.plane(frame);
    const inside = new Uint8Array(plane.columns * plane.rows);
    const before = pixels;
    visitInside(frame, (offset) => {
      inside[offset] = 1;
      pixels++;
      const row = Math.floor(offset / plane.columns);
      const voxel = nearestVoxel(plane, lattice, offset - row * plane.columns, row);
      if (voxel.some((n, a) => n < 0 || n >= lattice.size[a])) outside++;
    });
    if (pixels > before) looked += resampleFrame(plane, inside, thickness, lattice, mask);
    if (looked > MOST_PASSES * (mask.length + MOST_PASSES))
      throw new CaseExclusion(
        'overlapping-frames',
        'the frames of a mask lie in each other many times over: export it again',
      );
  }
  return { pixels, outside };
}

/** Volume of the mask as a share of that of the segment's pixels within the CT. */
function volumeShare(frames: MaskFrames, placed: Placed, lattice: SliceLattice, mask: Uint8Array): number {
  const { spacingMm } = frames.plane(0);
  const pixelMm3 = spacingMm[0] * spacingMm[1] * slabMm(frames, lattice);
  const voxelMm3 = lattice.spacingMm[0] * lattice.spacingMm[1] * lattice.spacingMm[2];
  let voxels = 0;
  for (let i = 0; i < mask.length; i++) voxels += mask[i];
  return (voxels * voxelMm3) / ((placed.pixels - placed.outside) * pixelMm3);
}

export interface FrameMask extends Placed {
  /** 1 inside. */
  readonly mask: Uint8Array;
  /** Whether the frames did not fall on voxels, so that the mask was resampled. */
  readonly resampled: boolean;
  readonly fit: MaskFit;
}

/**
 * Mask of the inside pixels of some frames on a CT's slices, each placed by its position, whatever the order and
 * orientation of the frames; frames that are absent are empty. Where every frame falls on voxels of the CT, pixels become
 * voxels one by one; otherwise they are resampled to the nearest neighbour. The mask may come out empty.
 */
export function frameMask(
  frames: MaskFrames,
  shown: readonly number[],
  visitInside: VisitInside,
  lattice: SliceLattice,
): FrameMask {
  const mask = zeros(Uint8Array, voxelCount(lattice.size));
  const exact = isThick(frames, lattice)
    ? undefined
    : placeExactly(frames, shown, visitInside, lattice, mask);
  if (exact === undefined) mask.fill(0);
  const placed = exact ?? placeNearest(frames, shown, visitInside, lattice, mask);
  const resampled = exact === undefined;
  return {
    ...placed,
    mask,
    resampled,
    fit: {
      outsideShare: placed.pixels === 0 ? 0 : placed.outside / placed.pixels,
      volumeShare: resampled ? volumeShare(frames, placed, lattice, mask) : 1,
    },
  };
}

/** Says what the placing of frames met; `source` begins the codes. */
export function placementFlags(
  { pixels, outside, resampled, fit }: FrameMask,
  source: 'seg' | 'nifti',
): StudyFlag[] {
  const flags: StudyFlag[] = [];
  if (resampled)
    flags.push({
      code: `${source}-resampled`,
      message: 'mask on another grid than the CT, resampled to the nearest: share of its volume kept',
      value: fit.volumeShare,
    });
  if (outside > 0)
    flags.push({
      code: `${source}-outside-ct`,
      message: `of ${pixels} pixels of the mask left out, being outside the CT`,
      value: outside,
    });
  return flags;
}
