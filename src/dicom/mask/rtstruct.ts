import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../../errors.ts';
import { largest, least } from '../../kernels/intensity/extremes.ts';
import { zeros } from '../../memory/thread.ts';
import { voxelCount } from '../../volume/geometry.ts';
import { type DicomFile, items, Tag, text } from '../file/part10.ts';
import type { SliceLattice } from '../series/lattice.ts';
import type { StudyFlag } from '../study-flag.ts';
import { type ContourRule, fillContours } from './contour-fill.ts';
import {
  areaPixels,
  isClosed,
  leavesSlice,
  type PlanarContour,
  planarContour,
  pointCountDiffers,
} from './contour-plane.ts';
import type { DrawnMask } from './drawn-mask.ts';
import type { MaskReferences } from './link.ts';
import { algorithmOf, type MaskDate, maskDate } from './mask-order.ts';
import type { NamedRoi } from './roi-choice.ts';

/** An RT Structure Set (DICOM PS3.3 A.19), read as far as choosing an ROI needs. */
export interface StructureSet {
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
  readonly dates: readonly MaskDate[];
}

export interface ContourDrawing {
  readonly rule: ContourRule;
  /** How far a contour may lie from its slice's plane; contours nearer to each other than this share a plane. */
  readonly toleranceMm: number;
}

const STRUCTURE_SET_DATE = 'x30060008';
const STRUCTURE_SET_TIME = 'x30060009';
const ROI_DESCRIPTION = 'x30060028';
const ROI_GENERATION_ALGORITHM = 'x30060036';
const RT_ROI_OBSERVATIONS_SEQUENCE = 'x30060080';
const ROI_OBSERVATION_LABEL = 'x30060085';

function roiContours({ dataset }: DicomFile, roiNumber: number) {
  return items(dataset, Tag.ROIContourSequence)
    .filter((roi) => roi.intString(Tag.ReferencedROINumber) === roiNumber)
    .flatMap((roi) => items(roi, Tag.ContourSequence));
}

/** Labels of one ROI that are looked at. */
const MOST_LABELS = 16;

/** The labels that observations give to ROIs, by ROI number. */
function observationLabels(dataset: DataSet): Map<number, Set<string>> {
  const labels = new Map<number, Set<string>>();
  for (const observation of items(dataset, RT_ROI_OBSERVATIONS_SEQUENCE)) {
    const number = observation.intString(Tag.ReferencedROINumber);
    if (number === undefined) continue;
    const known = labels.get(number) ?? new Set();
    if (known.size < MOST_LABELS) known.add(text(observation, ROI_OBSERVATION_LABEL));
    labels.set(number, known);
  }
  return labels;
}

export function readStructureSet(file: DicomFile): StructureSet {
  const { dataset } = file;
  const frames = items(dataset, Tag.ReferencedFrameOfReferenceSequence).map((frame): MaskReferences => {
    const series = items(frame, Tag.RTReferencedStudySequence).flatMap((study) =>
      items(study, Tag.RTReferencedSeriesSequence),
    );
    return {
      seriesUids: series.map((item) => text(item, Tag.SeriesInstanceUID)),
      frameOfReferenceUids: [text(frame, Tag.FrameOfReferenceUID)],
    };
  });
  const closed = new Set(
    items(dataset, Tag.ROIContourSequence)
      .filter((roi) => items(roi, Tag.ContourSequence).some(isClosed))
      .map((roi) => roi.intString(Tag.ReferencedROINumber)),
  );
  const byFrameUid = new Map(frames.map((frame) => [frame.frameOfReferenceUids[0], frame]));
  const labels = observationLabels(dataset);
  return {
    rois: items(dataset, Tag.StructureSetROISequence).map((roi): NamedRoi => {
      const number = roi.intString(Tag.ROINumber);
      const observed = number === undefined ? undefined : labels.get(number);
      const names = [text(roi, Tag.ROIName), text(roi, ROI_DESCRIPTION), ...(observed ?? [])];
      const frameUid = text(roi, Tag.ReferencedFrameOfReferenceUID);
      const own = byFrameUid.get(frameUid);
      return {
        number: Number.isInteger(number) ? number! : -1,
        names: names.filter((name, i) => i === 0 || (name !== '' && names.indexOf(name) === i)),
        drawable: closed.has(number),
        ...algorithmOf(roi, ROI_GENERATION_ALGORITHM),
        // A structure set can hold ROIs of several frames of reference, say of a PET and of its CT.
        ...(frames.length > 1 && own !== undefined ? { references: own } : {}),
      };
    }),
    references: {
      seriesUids: frames.flatMap((frame) => frame.seriesUids),
      frameOfReferenceUids: frames.flatMap((frame) => frame.frameOfReferenceUids),
    },
    dates: [
      maskDate(dataset, STRUCTURE_SET_DATE, STRUCTURE_SET_TIME),
      maskDate(dataset, Tag.InstanceCreationDate, Tag.InstanceCreationTime),
      maskDate(dataset, Tag.SeriesDate, Tag.SeriesTime),
    ],
  };
}

/** Slices between the first and the last one drawn on that hold no contour. */
function slicesBetween(contours: readonly PlanarContour[]): number {
  const drawn = new Set(contours.map(({ z }) => Math.floor(z + 0.5)));
  return largest(drawn) - least(drawn) + 1 - drawn.size;
}

/**
 * Mask of one ROI's closed planar contours on a CT's slices, 1 inside, by pixel centres (see SliceRaster). A contour
 * belongs to the slice nearest to it, by position: UIDs of single images are not relied on. What lies off the CT is left
 * out and flagged. Throws a CaseExclusion where nothing is left, a contour is malformed or not parallel to the slices,
 * or two ROIs claim the number.
 */
export function structureMask(
  file: DicomFile,
  roiNumber: number,
  lattice: SliceLattice,
  { rule, toleranceMm }: ContourDrawing,
): DrawnMask {
  const named = items(file.dataset, Tag.StructureSetROISequence).filter(
    (roi) => roi.intString(Tag.ROINumber) === roiNumber,
  );
  if (named.length > 1) {
    throw new CaseExclusion('ambiguous-roi', `${named.length} ROIs have the number ${roiNumber}`, {
      file: file.name,
    });
  }
  const [nx, ny, nz] = lattice.size;
  const all = roiContours(file, roiNumber);
  const inside: PlanarContour[] = [];
  let [withoutArea, outside, tiny, between, countDiffers] = [0, 0, 0, 0, 0];
  for (const item of all) {
    const contour = planarContour(file.name, item, lattice);
    if (contour === undefined) {
      withoutArea++;
      continue;
    }
    const k = Math.floor(contour.z + 0.5);
    const onStack = k >= 0 && k < nz;
    if (!onStack || leavesSlice(contour, nx, ny)) outside++;
    if (!onStack) continue;
    if (areaPixels(contour) < 1) tiny++;
    if (Math.abs(contour.z - k) * lattice.spacingMm[2] > toleranceMm) between++;
    if (pointCountDiffers(item, contour)) countDiffers++;
    inside.push(contour);
  }
  if (all.length === withoutArea) {
    const why = all.length === 0 ? 'no contours' : `no closed contour among its ${all.length}`;
    throw new CaseExclusion('tumor-empty', `ROI ${roiNumber} has ${why}`, { file: file.name });
  }
  const mask = zeros(Uint8Array, voxelCount(lattice.size));
  const facts = fillContours(inside, rule, toleranceMm, lattice, mask);
  if (!mask.includes(1)) {
    throw outside > 0
      ? new CaseExclusion('contour-outside-ct', `the contours of ROI ${roiNumber} lie outside the CT`, {
          file: file.name,
        })
      : new CaseExclusion('tumor-empty', `the contours of ROI ${roiNumber} hold no voxel centre`, {
          file: file.name,
        });
  }
  const flags: StudyFlag[] = [
    flag('contours-without-area', 'contours left out: not closed, or fewer than three points', withoutArea),
    flag('contours-outside-ct', 'contours wholly or partly outside the CT, cut off at its edges', outside),
    flag('contours-below-voxel', 'contours with an area of less than one voxel', tiny),
    flag(
      'contours-between-slices',
      `contours more than ${toleranceMm} mm from any slice, drawn on the nearest`,
      between,
    ),
    flag(
      'contour-planes-united',
      'slices on which contours of several planes were united',
      facts.sharedSlices,
    ),
    flag(
      'slices-without-contour',
      'slices without a contour between the first and the last with one',
      slicesBetween(inside),
    ),
    flag('duplicate-contours', 'contours left out that repeat another one of their slice', facts.duplicates),
    flag(
      'contour-points-differ',
      'contours with another number of points than Number of Contour Points',
      countDiffers,
    ),
    flag(
      'or-xor-differ',
      'voxels that contours combined by OR hold and by XOR do not: holes or overlaps (mask.contourRule)',
      facts.orXorVoxels,
    ),
  ].filter(({ value }) => value > 0);
  const closed = all.length - withoutArea;
  return { mask, fit: { outsideShare: outside / closed, volumeShare: 1 }, flags };
}

function flag(code: string, message: string, value: number): StudyFlag {
  return { code, message, value };
}
