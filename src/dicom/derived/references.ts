import { CaseExclusion } from '../../errors.ts';
import type { DataSet } from '../encode/dictionary.ts';
import { functionalGroups } from '../file/functional-groups.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import type { SlicePlane } from '../series/slice-plane.ts';

function uid(file: DicomFile, tag: string, what: string): string {
  const value = text(file.dataset, tag);
  if (value === '')
    throw new CaseExclusion('missing-uid', `has no ${what}: nothing can refer to it`, { file: file.name });
  return value;
}

export const seriesUidOf = (file: DicomFile) => uid(file, Tag.SeriesInstanceUID, 'Series Instance UID');

function framesOf({ dataset }: DicomFile): number {
  return Math.max(functionalGroups(dataset).frames, dataset.intString(Tag.NumberOfFrames) ?? 1);
}

/** Class and instance of a file (DICOM PS3.3 table 10-11). Throws a CaseExclusion where it has none. */
function instanceReference(file: DicomFile) {
  if (file.sopClassUid === '')
    throw new CaseExclusion('missing-uid', 'has no SOP Class UID: nothing can refer to it', {
      file: file.name,
    });
  return {
    ReferencedSOPClassUID: file.sopClassUid,
    ReferencedSOPInstanceUID: uid(file, Tag.SOPInstanceUID, 'SOP Instance UID'),
  } as const satisfies DataSet;
}

/**
 * Throws a CaseExclusion where two files have the same SOP Instance UID (`repeated-uid`): of a reference to it, nobody could say
 * which image is meant.
 */
export function checkDistinct(slices: readonly SlicePlane[]): void {
  const first = new Map<string, DicomFile>();
  for (const file of new Set(slices.map((slice) => slice.file))) {
    const { ReferencedSOPInstanceUID } = instanceReference(file);
    const other = first.get(ReferencedSOPInstanceUID);
    if (other !== undefined)
      throw new CaseExclusion(
        'repeated-uid',
        `has the SOP Instance UID of ${other.name}, which lies elsewhere: a reference could mean either`,
        { file: file.name },
      );
    first.set(ReferencedSOPInstanceUID, file);
  }
}

/** A reference to one source image, with its frame where it is one of several (DICOM PS3.3 table 10-3). */
export function imageReference({ file, frame }: SlicePlane): DataSet {
  const reference = instanceReference(file);
  return framesOf(file) > 1 ? { ...reference, ReferencedFrameNumber: frame + 1 } : reference;
}

/**
 * References to the instances that hold source images, in their order: of a multi-frame file with the frames, unless all of them are
 * meant.
 */
export function imageReferences(slices: readonly SlicePlane[]): DataSet[] {
  return [...Map.groupBy(slices, ({ file }) => file)].map(([file, images]) => {
    const reference = instanceReference(file);
    if (images.length >= framesOf(file)) return reference;
    return { ...reference, ReferencedFrameNumber: images.map(({ frame }) => frame + 1) };
  });
}

/** The items of Referenced Series Sequence (DICOM PS3.3 C.12.2): every instance that holds a source image, by series. */
export function referencedSeries(slices: readonly SlicePlane[]): DataSet[] {
  const files = new Set(slices.map(({ file }) => file));
  return [...Map.groupBy(files, seriesUidOf)].map(([seriesUid, instances]) => ({
    ReferencedInstanceSequence: instances.map(instanceReference),
    SeriesInstanceUID: seriesUid,
  }));
}
