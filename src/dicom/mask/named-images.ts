import type { DataSet } from 'dicom-parser';
import { functionalGroups } from '../file/functional-groups.ts';
import { type DicomFile, items, Tag, text } from '../file/part10.ts';

/**
 * The images that a mask object says it was drawn on: SOP Instance UIDs, each with a blank and the index of its frame
 * (from 0) where single frames are named. They stay in memory: no UID goes into an output.
 */
export interface NamedImages {
  /** By what one ROI or segment itself was drawn on; none where it does not say. */
  readonly ofRoi: (roiNumber: number) => readonly string[];
  /** By the object as a whole: often all images of the series that were at hand. */
  readonly ofObject: () => readonly string[];
}

/** The images of items that hold an SOP Instance Reference or Image SOP Instance Reference macro (DICOM PS3.3 10.8, 10.3). */
function referenced(references: readonly DataSet[]): string[] {
  return references.flatMap((item) => {
    const uid = text(item, Tag.ReferencedSOPInstanceUID);
    if (uid === '') return [];
    const frames = text(item, Tag.ReferencedFrameNumber);
    return frames === '' ? [uid] : frames.split('\\').map((number) => `${uid} ${Number(number) - 1}`);
  });
}

/** The images that contours of an RT Structure Set name (DICOM PS3.3 C.8.8.6), and those of its RT Referenced Series (C.8.8.5). */
export function imagesOfStructures({ dataset }: DicomFile): NamedImages {
  return {
    ofRoi: (roiNumber) =>
      items(dataset, Tag.ROIContourSequence)
        .filter((roi) => roi.intString(Tag.ReferencedROINumber) === roiNumber)
        .flatMap((roi) => items(roi, Tag.ContourSequence))
        .flatMap((contour) => referenced(items(contour, Tag.ContourImageSequence))),
    ofObject: () =>
      items(dataset, Tag.ReferencedFrameOfReferenceSequence)
        .flatMap((frame) => items(frame, Tag.RTReferencedStudySequence))
        .flatMap((study) => items(study, Tag.RTReferencedSeriesSequence))
        .flatMap((series) => referenced(items(series, Tag.ContourImageSequence))),
  };
}

/**
 * The images that the frames of a segment were derived from (Derivation Image macro, DICOM PS3.3 C.7.6.16.2.6), and
 * those that a Segmentation refers to (C.12.1.1.1). A frame of a label map is of all segments.
 */
export function imagesOfSegments({ dataset }: DicomFile): NamedImages {
  return {
    ofRoi: (segmentNumber) => {
      const { frames, macro } = functionalGroups(dataset);
      return Array.from({ length: frames }, (_, f) => f).flatMap((f) => {
        const shown = macro(f, Tag.SegmentIdentificationSequence)?.uint16(Tag.ReferencedSegmentNumber);
        if ((shown ?? segmentNumber) !== segmentNumber) return [];
        // Only the first item of a macro is its own; a derivation may have several.
        return referenced(items(macro(f, Tag.DerivationImageSequence), Tag.SourceImageSequence));
      });
    },
    ofObject: () =>
      items(dataset, Tag.ReferencedSeriesSequence).flatMap((series) =>
        referenced(items(series, Tag.ReferencedInstanceSequence)),
      ),
  };
}
