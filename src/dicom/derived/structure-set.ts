import { UsageError } from '../../errors.ts';
import type { DataSet } from '../encode/dictionary.ts';
import { IMPLICIT_LITTLE_ENDIAN } from '../file/transfer-syntax.ts';
import { contentMoment } from './content-moment.ts';
import { bytesAsText } from './copied-elements.ts';
import type { DerivedObject, DerivedRules } from './derived-object.ts';
import { commonModules, derivedFile } from './object-modules.ts';
import { OwnTexts } from './own-text.ts';
import { imageReferences, seriesUidOf } from './references.ts';
import type { Segment } from './segment.ts';
import type { SourceImages } from './source-images.ts';
import { contourItems, type Holes } from './structure-set/contour-items.ts';
import { observationItem, roiContourItem, roiItem } from './structure-set/roi-items.ts';

/** How an RT Structure Set is written. */
export interface StructureSetRules extends DerivedRules {
  /**
   * `keyhole`: a hole is joined to its border by a channel, which every reader understands. `separate`: it is a contour of its own,
   * and all contours of its ROI are CLOSEDPLANAR_XOR, which older readers leave out.
   */
  readonly holes: Holes;
}

const RT_STRUCTURE_SET = '1.2.840.10008.5.1.4.1.1.481.3';

/** The retired class by which studies are referred to here (DICOM PS3.3 C.8.8.5): that of Detached Study Management. */
const STUDY = '1.2.840.10008.3.1.2.3.1';

/** The images that contours are drawn on: their study, their series and all of them. */
function referencedFrameOfReference({ slices }: SourceImages, frameOfReferenceUid: string): DataSet {
  const bySeries = Map.groupBy(slices, ({ file }) => seriesUidOf(file));
  return {
    FrameOfReferenceUID: frameOfReferenceUid,
    RTReferencedStudySequence: [
      {
        ReferencedSOPClassUID: STUDY,
        ReferencedSOPInstanceUID: bytesAsText(slices[0].file.dataset, 'StudyInstanceUID'),
        RTReferencedSeriesSequence: [...bySeries].map(([seriesUid, images]) => ({
          SeriesInstanceUID: seriesUid,
          ContourImageSequence: imageReferences(images),
        })),
      },
    ],
  };
}

function checkSegments(segments: readonly Segment[]): void {
  if (segments.length === 0) throw new UsageError('a structure set needs at least one segment');
  if (new Set(segments.map(({ label }) => label)).size < segments.length)
    throw new UsageError('two segments have the same label: give each its own');
}

/**
 * An RT Structure Set (DICOM PS3.3 A.19) of labels on the pixels of a CT's slices, whose patient and study it has and every image of
 * which it refers to. Each segment is an ROI, numbered by its label, with the contours of its label on each slice, which
 * run along the edges of pixels: by pixel centres they give back the same mask. A segment without pixels is an ROI
 * without contours. The same input gives the same bytes.
 *
 * @param labels columns x rows x slices, x fastest
 *
 * Throws a UsageError where segments or rules are at fault, a CaseExclusion where the images cannot be referred to, a text cannot
 * be written beside those of the CT (`text-not-in-character-set`), or a label has no segment (`label-without-segment`).
 */
export function encodeStructureSet(
  source: SourceImages,
  labels: Uint8Array | Uint16Array,
  segments: readonly Segment[],
  rules: StructureSetRules,
): DerivedObject {
  checkSegments(segments);
  const [{ columns, rows }] = source.slices;
  if (labels.length !== columns * rows * source.slices.length)
    throw new RangeError(
      `${labels.length} voxels for ${source.slices.length} slices of ${columns} x ${rows}`,
    );
  const own = new OwnTexts(source);
  const moment = contentMoment(source, rules);
  const modules = commonModules(source, rules, 'RTSTRUCT', moment);
  const { FrameOfReferenceUID: frameUid } = modules;
  const interpreter = own.checked('PN', rules.creator, "the content creator's name");
  const contours = contourItems(source, labels, segments, rules.holes);
  const bytes = derivedFile(
    {
      ...modules,
      SOPClassUID: RT_STRUCTURE_SET,
      OperatorsName: '',
      StructureSetLabel: 'SWINPREP',
      StructureSetName: own.checked('LO', rules.seriesDescription, 'the series description') || undefined,
      StructureSetDate: moment?.date ?? '',
      StructureSetTime: moment?.time ?? '',
      ReferencedFrameOfReferenceSequence: [referencedFrameOfReference(source, frameUid)],
      StructureSetROISequence: segments.map((segment) => roiItem(segment, frameUid, own)),
      ROIContourSequence: segments.map((segment, i) => roiContourItem(segment, contours[i])),
      RTROIObservationsSequence: segments.map((segment, i) =>
        observationItem(segment, i + 1, interpreter, own),
      ),
      // Nobody has looked at it: whoever plans by it has to approve it first.
      ApprovalStatus: 'UNAPPROVED',
    },
    rules.uidRoot,
    IMPLICIT_LITTLE_ENDIAN,
  );
  const parts = contours.map(({ length }) => length);
  return { bytes, parts, total: parts.reduce((sum, count) => sum + count, 0) };
}
