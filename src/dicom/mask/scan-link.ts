import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../../errors.ts';
import { functionalGroups, imageId } from '../file/functional-groups.ts';
import { type DicomFile, items, Tag, text } from '../file/part10.ts';
import type { CtSeries } from '../series/series.ts';
import type { SlicePlane } from '../series/slice-plane.ts';
import type { DrawnMask } from './drawn-mask.ts';
import { referencedSeries } from './seg.ts';

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

/** The images of items with an SOP Instance Reference or Image SOP Instance Reference macro (DICOM PS3.3 10.8, 10.3). */
function referenced(references: readonly DataSet[]): string[] {
  return references.flatMap((item) => {
    const uid = text(item, Tag.ReferencedSOPInstanceUID);
    if (uid === '') return [];
    const frames = text(item, Tag.ReferencedFrameNumber);
    return frames === '' ? [uid] : frames.split('\\').map((number) => `${uid} ${Number(number) - 1}`);
  });
}

/** The images that the contours of an RT Structure Set name (DICOM PS3.3 C.8.8.6), and those that it refers to (C.8.8.5). */
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
 * those that a Segmentation refers to (C.12.2). A frame of a label map is of all segments.
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
      referencedSeries(dataset).flatMap((series) =>
        referenced(items(series, Tag.ReferencedInstanceSequence)),
      ),
  };
}

/** The images that a mask names, read only where there is something to tell apart. */
export interface NamedForRois {
  readonly byRois: () => readonly string[];
  readonly byObject: () => readonly string[];
}

/** A series that a mask may be drawn on, chosen among those of one Series Instance UID. */
export interface ScanLink {
  readonly series: CtSeries;
  /** Whether the mask names its images, and those of no other part of the series. */
  readonly named?: boolean;
  /** Whether the mask names images of another part of the series, and none of this one. */
  readonly namesOther?: boolean;
  /** Why the mask belongs to none of the scans as a whole. */
  readonly refusal?: CaseExclusion;
}

/** How many of the named images each part holds. What names images of several parts tells nothing. */
function hits(named: readonly string[], parts: readonly (readonly SlicePlane[])[]): number[] {
  const holders = new Map<string, Set<number>>();
  parts.forEach((part, index) => {
    for (const plane of part)
      for (const key of [imageId(plane), text(plane.file.dataset, Tag.SOPInstanceUID)]) {
        const known = holders.get(key);
        if (known === undefined) holders.set(key, new Set([index]));
        else known.add(index);
      }
  });
  const counts = parts.map(() => 0);
  for (const key of new Set(named)) {
    const [index, ...others] = holders.get(key) ?? [];
    if (index !== undefined && others.length === 0) counts[index]++;
  }
  return counts;
}

function noOneScan(held: number, attribute: string, file: string): CaseExclusion {
  const which = held > 1 ? 'several scans' : 'a scan that cannot be the volume, one of several';
  return new CaseExclusion(
    'mask-on-no-one-scan',
    `names images of ${which} in the series, which ${attribute} tells apart and which are never joined: a mask of one scan is needed`,
    { file },
  );
}

/** Of images that differ in matrix, spacing or orientation within one series, those first that the mask names. */
function namedFirst(links: readonly ScanLink[], named: NamedForRois): ScanLink[] {
  const ordered = [...links];
  for (const uid of new Set(links.map(({ series }) => series.seriesUid))) {
    const places = links.flatMap(({ series }, i) => (series.seriesUid === uid ? [i] : []));
    if (places.length < 2) continue;
    const own = places.map((i) => links[i]);
    const parts = own.map(({ series }) => series.planes);
    const byRois = hits(named.byRois(), parts);
    const counts = byRois.some((count) => count > 0) ? byRois : hits(named.byObject(), parts);
    if (!counts.some((count) => count > 0)) continue;
    const order = [...own.keys()].sort((a, b) => Math.sign(counts[b]) - Math.sign(counts[a]));
    places.forEach((place, i) => {
      ordered[place] = { ...own[order[i]], namesOther: counts[order[i]] === 0 };
    });
  }
  return ordered;
}

/** Among the scans of one series, the one whose images the mask names; all of them where it names none or all. */
function scanOf(scans: readonly CtSeries[], named: NamedForRois, file: string): ScanLink[] {
  const { scans: parts, attribute } = scans[0].scan!;
  for (const images of [named.byRois, named.byObject]) {
    const counts = hits(images(), parts);
    const held = parts.flatMap((_, index) => (counts[index] > 0 ? [index] : []));
    if (held.length === 0) continue;
    const own = scans.find(({ scan }) => scan?.index === held[0]);
    if (held.length === 1 && own !== undefined) return [{ series: own, named: true }];
    if (images === named.byObject && held.length > 1) continue;
    return [{ series: own ?? scans[0], refusal: noOneScan(held.length, attribute, file) }];
  }
  return scans.map((series) => ({ series }));
}

/**
 * The series that a mask is linked to, best first, with one scan in place of several where the mask names the images of
 * that scan: by the ROIs that are drawn, else by the object as a whole. So other parts of one series come after the one
 * whose images it names. `file`: the mask's, for messages.
 */
export function linkScans(series: readonly CtSeries[], named: NamedForRois, file: string): ScanLink[] {
  const links: ScanLink[] = [];
  const seen = new Set<unknown>();
  for (const one of series) {
    const parts = one.scan?.scans;
    if (parts === undefined) links.push({ series: one });
    else if (!seen.has(parts)) {
      seen.add(parts);
      const scans = series.filter(({ scan }) => scan?.scans === parts);
      links.push(...scanOf(scans, named, file));
    }
  }
  return namedFirst(links, named);
}

/** Codes of masks, or of parts of them, of which nothing lies on the series. */
const OUTSIDE = new Set(['contour-outside-ct', 'segmentation-outside-ct']);

/**
 * Draws a mask on a scan of several only as a whole: what reaches beyond it may lie on another scan, and is not cut off.
 * On all other series it is `draw` itself. Throws a CaseExclusion.
 */
export function drawnWhole({ series, refusal }: ScanLink, file: string, draw: () => DrawnMask): DrawnMask {
  if (refusal !== undefined) throw refusal;
  if (series.scan === undefined) return draw();
  const beyond = new CaseExclusion(
    'mask-beyond-scan',
    `reaches beyond its scan, one of ${series.scan.scans.length} in the series, which ${series.scan.attribute} tells apart and which are never joined: a mask of one scan is needed`,
    { file },
  );
  try {
    const drawn = draw();
    if (drawn.fit.outsideShare > 0) throw beyond;
    return drawn;
  } catch (thrown) {
    throw thrown instanceof CaseExclusion && OUTSIDE.has(thrown.code) ? beyond : thrown;
  }
}
