import { type SlicePlane, slicePlane } from './geometry.ts';
import { type DicomFile, Tag, text } from './part10.ts';

/** CT images of one series that share orientation, matrix and pixel spacing. */
export interface CtSeries {
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string;
  readonly planes: readonly SlicePlane[];
}

/** A series, or part of one, that is no candidate, and why. */
export interface RejectedSeries {
  readonly modality: string;
  readonly images: number;
  readonly reason: string;
}

/** Image Type values of images that are no part of a volume (DICOM PS3.3 C.8.2.1.1.1). */
const NO_VOLUME = ['LOCALIZER', 'SCOUT'];

function rejection(file: DicomFile): string | undefined {
  const imageType = text(file.dataset, Tag.ImageType).toUpperCase().split('\\');
  const localizer = imageType.find((value) => NO_VOLUME.includes(value));
  if (localizer !== undefined) return `image type ${localizer}`;
  if ((file.dataset.intString(Tag.NumberOfFrames) ?? 1) > 1) return 'multi-frame';
  return undefined;
}

/** Images whose cosines differ by rounding only belong together. */
function geometryKey(plane: SlicePlane): string {
  const cosines = [...plane.rowDirection, ...plane.columnDirection].map((c) => (c + 0).toFixed(3));
  return [plane.columns, plane.rows, ...plane.spacingMm.map((s) => s.toFixed(5)), ...cosines]
    .join(' ')
    .replaceAll('-0.000', '0.000');
}

/**
 * Sorts a patient's images into CT series: grouped by SeriesInstanceUID and geometry, never by time, since StudyTime
 * differs between slices of one series in real collections. Order: most slices first, then by series UID.
 */
export function ctSeries(
  files: readonly DicomFile[],
  minSlices: number,
): { candidates: CtSeries[]; rejected: RejectedSeries[] } {
  const groups = new Map<string, CtSeries & { planes: SlicePlane[] }>();
  const rejections = new Map<string, RejectedSeries & { images: number }>();
  const reject = (modality: string, reason: string, images = 1): void => {
    const key = `${modality}: ${reason}`;
    const known = rejections.get(key);
    if (known === undefined) rejections.set(key, { modality, images, reason });
    else rejections.set(key, { ...known, images: known.images + images });
  };
  for (const file of files) {
    if (text(file.dataset, Tag.Modality) !== 'CT') continue;
    const reason = rejection(file);
    const plane = reason === undefined ? slicePlane(file) : undefined;
    if (plane === undefined) {
      reject('CT', reason ?? 'position, orientation or pixel spacing absent or malformed');
      continue;
    }
    const seriesUid = text(file.dataset, Tag.SeriesInstanceUID);
    const key = `${seriesUid} ${geometryKey(plane)}`;
    const group = groups.get(key);
    if (group !== undefined) group.planes.push(plane);
    else
      groups.set(key, {
        seriesUid,
        frameOfReferenceUid: text(file.dataset, Tag.FrameOfReferenceUID),
        planes: [plane],
      });
  }
  const candidates: CtSeries[] = [];
  for (const group of groups.values()) {
    if (group.planes.length >= minSlices) candidates.push(group);
    else reject('CT', `fewer than ${minSlices} slices (geometry.minSlices)`, group.planes.length);
  }
  candidates.sort((a, b) => b.planes.length - a.planes.length || (a.seriesUid < b.seriesUid ? -1 : 1));
  return { candidates, rejected: [...rejections.values()] };
}
