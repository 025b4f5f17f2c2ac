import { CaseExclusion } from '../errors.ts';
import { vec3, voxelCount } from '../volume/geometry.ts';
import type { DrawnMask, StudyFlag } from './drawn-mask.ts';
import type { SliceLattice } from './lattice.ts';
import type { MaskReferences } from './link.ts';
import { type DicomFile, items, Tag, text } from './part10.ts';
import type { NamedRoi } from './roi-choice.ts';
import { planeDistanceMm, type SegFrames, segFrames } from './seg-frames.ts';
import { segPixels, type VisitInside } from './seg-pixels.ts';
import { nearestVoxel, placeOnVoxels, resampleFrame, type VoxelPlacement } from './seg-placement.ts';

/** A DICOM Segmentation object (DICOM PS3.3 A.51), read as far as choosing a segment needs. */
export interface Segmentation {
  readonly segments: readonly NamedRoi[];
  readonly references: MaskReferences;
}

const STUDIES_CONTAINING_OTHER_REFERENCED_INSTANCES_SEQUENCE = 'x00081200';

export function readSegmentation({ dataset }: DicomFile): Segmentation {
  const studies = items(dataset, STUDIES_CONTAINING_OTHER_REFERENCED_INSTANCES_SEQUENCE);
  const series = [dataset, ...studies].flatMap((study) => items(study, Tag.ReferencedSeriesSequence));
  return {
    segments: items(dataset, Tag.SegmentSequence).map((segment) => {
      const [description, label] = [text(segment, Tag.SegmentDescription), text(segment, Tag.SegmentLabel)];
      const names = description === '' || description === label ? [label] : [description, label];
      return {
        number: segment.uint16(Tag.SegmentNumber) ?? -1,
        names: names.filter((n, i) => i === 0 || n !== ''),
      };
    }),
    references: {
      seriesUids: series.map((item) => text(item, Tag.SeriesInstanceUID)),
      frameOfReferenceUids: [text(dataset, Tag.FrameOfReferenceUID)].filter((uid) => uid !== ''),
    },
  };
}

/** Pixels of the segment, and those of them that fell outside the lattice. */
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
function believedSpacingMm(frames: SegFrames): number | undefined {
  const { declaredSpacingMm: declared } = frames;
  const distance = planeDistanceMm(frames);
  return declared !== undefined && (distance === undefined || declared <= 1.01 * distance)
    ? declared
    : undefined;
}

/** Whether a frame stands for more than one plane of the lattice: it declares so, it is not merely alone on its plane. */
function isThick(frames: SegFrames, lattice: SliceLattice): boolean {
  const latticeMm = planeSpacingMm(lattice, frames.plane(0).normal);
  return (frames.declaredSpacingMm ?? 0) > 1.5 * latticeMm && believedSpacingMm(frames) !== undefined;
}

/** Thickness in mm that a frame stands for. */
function slabMm(frames: SegFrames, lattice: SliceLattice): number {
  return (
    believedSpacingMm(frames) ?? planeDistanceMm(frames) ?? planeSpacingMm(lattice, frames.plane(0).normal)
  );
}

/** Sets the voxel of each pixel. Undefined, with `mask` half done, where a frame does not fall on voxels. */
function placeExactly(
  frames: SegFrames,
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

/** Sets the voxels whose nearest pixel belongs to the segment. */
function placeNearest(
  frames: SegFrames,
  shown: readonly number[],
  visitInside: VisitInside,
  lattice: SliceLattice,
  mask: Uint8Array,
): Placed {
  const thickness = slabMm(frames, lattice);
  let [pixels, outside] = [0, 0];
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
    if (pixels > before) resampleFrame(plane, inside, thickness, lattice, mask);
  }
  return { pixels, outside };
}

function refusal(segmentNumber: number, { pixels, outside }: Placed, file: string): CaseExclusion {
  if (pixels === 0)
    return new CaseExclusion('tumor-empty', `segment ${segmentNumber} holds no pixel`, { file });
  return outside > 0
    ? new CaseExclusion('segmentation-outside-ct', `segment ${segmentNumber} lies outside the CT`, { file })
    : new CaseExclusion('tumor-empty', `segment ${segmentNumber} holds no voxel centre of the CT`, { file });
}

/** Volume of the mask as a share of that of the segment's pixels within the CT. */
function volumeShare(frames: SegFrames, placed: Placed, lattice: SliceLattice, mask: Uint8Array): number {
  const { spacingMm } = frames.plane(0);
  const pixelMm3 = spacingMm[0] * spacingMm[1] * slabMm(frames, lattice);
  const voxelMm3 = lattice.spacingMm[0] * lattice.spacingMm[1] * lattice.spacingMm[2];
  let voxels = 0;
  for (let i = 0; i < mask.length; i++) voxels += mask[i];
  return (voxels * voxelMm3) / ((placed.pixels - placed.outside) * pixelMm3);
}

/**
 * Mask of one segment on a CT's slices, 1 inside. Frames are found by their segment and placed by position, whatever
 * their order and orientation; frames that are absent are empty. Where every frame falls on voxels of the CT, pixels
 * become voxels one by one; otherwise the segment is resampled to the nearest neighbour, and flagged with the share of
 * its volume that the mask has. Pixels outside the CT have no HU to go with: they are left out and flagged.
 * Throws a CaseExclusion where none is left.
 */
export function segmentMask(
  file: DicomFile,
  segmentNumber: number,
  lattice: SliceLattice,
  fractionalThreshold: number,
): DrawnMask {
  const frames = segFrames(file);
  const { visitInside, fractionalType } = segPixels(file, frames, segmentNumber, fractionalThreshold);
  const shown = Array.from({ length: frames.count }, (_, f) => f).filter(
    (f) => (frames.segmentNumber(f) ?? segmentNumber) === segmentNumber,
  );
  const mask = new Uint8Array(voxelCount(lattice.size));
  const exact = isThick(frames, lattice)
    ? undefined
    : placeExactly(frames, shown, visitInside, lattice, mask);
  if (exact === undefined) mask.fill(0);
  const placed = exact ?? placeNearest(frames, shown, visitInside, lattice, mask);
  const empty = exact === undefined ? !mask.includes(1) : placed.pixels === placed.outside;
  if (empty) throw refusal(segmentNumber, placed, file.name);
  const flags: StudyFlag[] = [];
  if (fractionalType !== undefined)
    flags.push({
      code: 'seg-fractional',
      message: `segmentation of ${fractionalType} values: inside from this share on (mask.fractionalThreshold)`,
      value: fractionalThreshold,
    });
  if (exact === undefined)
    flags.push({
      code: 'seg-resampled',
      message: 'segmentation on another grid than the CT, resampled to the nearest: share of its volume kept',
      value: volumeShare(frames, placed, lattice, mask),
    });
  if (placed.outside > 0)
    flags.push({
      code: 'seg-outside-ct',
      message: `of ${placed.pixels} pixels of the segment left out, being outside the CT`,
      value: placed.outside,
    });
  return { mask, flags };
}
