import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../../errors.ts';
import { type DicomFile, items, Tag, text } from '../file/part10.ts';
import type { SliceLattice } from '../series/lattice.ts';
import type { StudyFlag } from '../study-flag.ts';
import type { DrawnMask } from './drawn-mask.ts';
import { type FrameMask, frameMask, placementFlags } from './frame-mask.ts';
import type { MaskReferences } from './link.ts';
import { algorithmOf, type MaskDate, maskDate } from './mask-order.ts';
import type { NamedRoi } from './roi-choice.ts';
import { segFrames } from './seg-frames.ts';
import { segPixels } from './seg-pixels.ts';

/** A DICOM Segmentation object (DICOM PS3.3 A.51), read as far as choosing a segment needs. */
export interface Segmentation {
  readonly segments: readonly NamedRoi[];
  readonly references: MaskReferences;
  readonly dates: readonly MaskDate[];
}

const STUDIES_CONTAINING_OTHER_REFERENCED_INSTANCES_SEQUENCE = 'x00081200';
const SEGMENT_ALGORITHM_TYPE = 'x00620008';
const SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE = 'x0062000f';
const CODE_VALUE = 'x00080100';

/** "Background" of the scheme DCM (DICOM PS3.16 annex D). */
const BACKGROUND_CODE = '125040';

/** What an object refers to, a series an item, of its own study and of others (DICOM PS3.3 C.12.2). */
export function referencedSeries(dataset: DataSet): DataSet[] {
  const studies = items(dataset, STUDIES_CONTAINING_OTHER_REFERENCED_INSTANCES_SEQUENCE);
  return [dataset, ...studies].flatMap((study) => items(study, Tag.ReferencedSeriesSequence));
}

/** Whether a segment of a label map describes what is no segment (DICOM PS3.3 C.8.20.2.3). */
function isBackground(segment: DataSet, padding: number | undefined): boolean {
  const [type] = items(segment, SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE);
  const number = segment.uint16(Tag.SegmentNumber);
  return (
    (number !== undefined && number === padding) ||
    (type !== undefined && text(type, CODE_VALUE) === BACKGROUND_CODE)
  );
}

export function readSegmentation({ dataset }: DicomFile): Segmentation {
  const padding = dataset.uint16(Tag.PixelPaddingValue);
  const segments = items(dataset, Tag.SegmentSequence).filter((segment) => !isBackground(segment, padding));
  return {
    segments: segments.map((segment) => {
      const [description, label] = [text(segment, Tag.SegmentDescription), text(segment, Tag.SegmentLabel)];
      const names = description === '' || description === label ? [label] : [description, label];
      return {
        number: segment.uint16(Tag.SegmentNumber) ?? -1,
        names: names.filter((n, i) => i === 0 || n !== ''),
        ...algorithmOf(segment, SEGMENT_ALGORITHM_TYPE),
      };
    }),
    references: {
      seriesUids: referencedSeries(dataset).map((item) => text(item, Tag.SeriesInstanceUID)),
      frameOfReferenceUids: [text(dataset, Tag.FrameOfReferenceUID)].filter((uid) => uid !== ''),
    },
    dates: [
      maskDate(dataset, Tag.ContentDate, Tag.ContentTime),
      maskDate(dataset, Tag.InstanceCreationDate, Tag.InstanceCreationTime),
      maskDate(dataset, Tag.SeriesDate, Tag.SeriesTime),
    ],
  };
}

function refusal(segmentNumber: number, { pixels, outside }: FrameMask, file: string): CaseExclusion {
  if (pixels === 0)
    return new CaseExclusion('tumor-empty', `segment ${segmentNumber} holds no pixel`, { file });
  return outside > 0
    ? new CaseExclusion('segmentation-outside-ct', `segment ${segmentNumber} lies outside the CT`, { file })
    : new CaseExclusion('tumor-empty', `segment ${segmentNumber} holds no voxel centre of the CT`, { file });
}

/**
 * Mask of one segment on a CT's slices, 1 inside; see `frameMask`. A segment that had to be resampled is flagged with
 * the share of its volume that the mask has. Pixels outside the CT have no HU to go with: they are left out and flagged.
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
  const placed = frameMask(frames, shown, visitInside, lattice);
  if (!placed.mask.includes(1)) throw refusal(segmentNumber, placed, file.name);
  const flags: StudyFlag[] = [];
  if (fractionalType !== undefined)
    flags.push({
      code: 'seg-fractional',
      message: `segmentation of ${fractionalType} values: inside from this share on (mask.fractionalThreshold)`,
      value: fractionalThreshold,
    });
  return { mask: placed.mask, fit: placed.fit, flags: [...flags, ...placementFlags(placed, 'seg')] };
}
