import { CaseExclusion } from '../../errors.ts';
import { byInstance, functionalGroups, type ImageFrame } from '../file/functional-groups.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import { scansOf } from './scans.ts';
import {
  type CtSeries,
  kernelOf,
  type RejectedSeries,
  type ScanOfSeries,
  type SeriesRules,
} from './series.ts';
import { bySuitability } from './series-choice.ts';
import {
  fileRejection,
  frameRejection,
  groupRejection,
  isAxial,
  modalityOf,
  withoutPlace,
} from './series-rejection.ts';
import { cross, dot, SAME_POSITION_MM, type SlicePlane, slicePlane } from './slice-plane.ts';

/** Objects that are read for the mask, not for the volume. */
const MASK_MODALITIES = new Set(['SEG', 'RTSTRUCT']);

/** CT Image Storage, Enhanced and Legacy Converted Enhanced. */
const CT_IMAGE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.2(\.[12])?$/;

/**
 * Throws where a CT image has no pixels: it was cut off between two elements, which nothing else shows, and would pass for
 * a slice that was never made.
 */
function assertPixels({ name, dataset, sopClassUid }: DicomFile): void {
  if (CT_IMAGE.test(sopClassUid) && dataset.elements[Tag.PixelData] === undefined)
    throw new CaseExclusion('no-pixel-data', 'is a CT image without Pixel Data: fetch the file again', {
      file: name,
    });
}

/** The images of a file: itself, or the frames that its functional groups describe. */
function framesOf(file: DicomFile): ImageFrame[] {
  const { frames } = functionalGroups(file.dataset);
  return Array.from({ length: Math.max(frames, 1) }, (_, frame) => ({ file, frame }));
}

/** Images whose cosines differ by rounding only belong together. */
function geometryKey(plane: SlicePlane): string {
  const cosines = [...plane.rowDirection, ...plane.columnDirection].map((c) => c.toFixed(3));
  return [plane.columns, plane.rows, ...plane.spacingMm.map((s) => s.toFixed(5)), ...cosines]
    .join(' ')
    .replaceAll('-0.000', '0.000');
}

function heightsOf(planes: readonly SlicePlane[]): number[] {
  const [{ rowDirection, columnDirection }] = planes;
  const normal = cross(rowDirection, columnDirection);
  return planes.map((plane) => dot(plane.positionMm, normal)).sort((a, b) => a - b);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * Sorts a patient's images into CT series: grouped by SeriesInstanceUID and geometry, never by time, since StudyTime
 * differs between slices of one series in real collections; and into scans where a series holds several (`scansOf`).
 * What cannot be the volume is listed with its reason. The candidates come best first (`bySuitability`), whatever the
 * order and the names of the files. Throws a CaseExclusion naming a CT image without pixels.
 */
export function ctSeries(
  files: readonly DicomFile[],
  rules: SeriesRules,
): { candidates: CtSeries[]; rejected: RejectedSeries[] } {
  const groups = new Map<string, SlicePlane[]>();
  const rejections = new Map<string, RejectedSeries>();
  const reject = (modality: string, reason: string, key: string, images = 1): void => {
    const id = `${key} ${reason}`;
    rejections.set(id, { modality, images: (rejections.get(id)?.images ?? 0) + images, reason });
  };
  for (const file of files) {
    const modality = modalityOf(file.dataset);
    if (MASK_MODALITIES.has(modality)) continue;
    assertPixels(file);
    const seriesUid = text(file.dataset, Tag.SeriesInstanceUID);
    const fileReason = fileRejection(file, rules);
    if (fileReason !== undefined) {
      reject(modality, fileReason, seriesUid);
      continue;
    }
    for (const image of framesOf(file)) {
      const reason = frameRejection(image);
      const plane = reason === undefined ? slicePlane(image) : undefined;
      if (plane === undefined) {
        reject(modality, reason ?? withoutPlace(file), seriesUid);
        continue;
      }
      const key = `${seriesUid} ${geometryKey(plane)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [plane]);
      else group.push(plane);
    }
  }
  const candidates: CtSeries[] = [];
  const add = (planes: readonly SlicePlane[], key: string, scan?: ScanOfSeries): void => {
    const heights = heightsOf(planes);
    const gaps = heights.slice(1).map((height, i) => height - heights[i]);
    const reason = isAxial(planes[0]) ? groupRejection(planes, gaps, rules) : 'slices are not axial';
    if (reason !== undefined) {
      reject('CT', reason, key, planes.length);
      return;
    }
    const { dataset } = planes[0].file;
    candidates.push({
      seriesUid: text(dataset, Tag.SeriesInstanceUID),
      frameOfReferenceUid: text(dataset, Tag.FrameOfReferenceUID),
      planes,
      spacingMm: median(gaps.filter((gap) => gap > SAME_POSITION_MM)),
      coverageMm: heights[heights.length - 1] - heights[0],
      kernel: kernelOf(planes[0]),
      ...(scan !== undefined && { scan }),
    });
  };
  for (const [key, unordered] of groups) {
    const planes = unordered.sort(byInstance);
    const found = isAxial(planes[0]) ? scansOf(planes, rules.minSlices) : undefined;
    if (found === undefined) add(planes, key);
    else
      found.scans.forEach((scan, index) => {
        add(scan, `${key} ${String(index).padStart(3, '0')}`, { ...found, index });
      });
  }
  return {
    candidates: candidates.sort(bySuitability(rules)),
    rejected: [...rejections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rejection]) => rejection),
  };
}
