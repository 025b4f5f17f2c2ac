import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../../errors.ts';
import { acquisitionOf, attributesOf, functionalGroups, type ImageFrame } from '../file/functional-groups.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import { cross, dot, type SlicePlane, slicePlane } from './geometry.ts';

/** CT images of one series that share orientation, matrix and pixel spacing: a candidate for the volume. */
export interface CtSeries {
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string;
  readonly planes: readonly SlicePlane[];
  /** Median distance of neighbouring slices. */
  readonly spacingMm: number;
  /** From the first slice to the last. */
  readonly coverageMm: number;
  readonly kernel: string;
}

/** A series, or part of one, that is no candidate, and why. */
export interface RejectedSeries {
  readonly modality: string;
  readonly images: number;
  readonly reason: string;
}

export interface SeriesRules {
  readonly minSlices: number;
  /** Regular expressions (case ignored) for the description of series that are no scan of the patient. */
  readonly rejectDescriptions: readonly string[];
  /** Regular expressions (case ignored) for Convolution Kernel, most wanted first. */
  readonly kernelPreference: readonly string[];
}

/** Values of Image Type that no volume of HU has, and what they mean (DICOM PS3.3 C.8.2.1.1.1, and what vendors write). */
const NO_VOLUME: Readonly<Record<string, string>> = {
  LOCALIZER: 'localizer',
  SCOUT: 'localizer',
  'SCREEN SAVE': 'screen capture',
  DOSE: 'dose report',
  DOSE_INFO: 'dose report',
  'CT_SOM5 PROT': 'protocol page',
  'CT_SOM7 PROT': 'protocol page',
  PERFUSION: 'perfusion map',
  'PROJECTION IMAGE': 'projection',
  MIP: 'projection',
  MINIP: 'projection',
};

/** Units of the rescaled pixels that are HU (DICOM PS3.3 C.11.1.1.2); absent means HU for CT. */
const HU_TYPES = new Set(['', 'HU', 'HU_MOD', 'US']);

/** Objects that are read for the mask, not for the volume. */
const MASK_MODALITIES = new Set(['SEG', 'RTSTRUCT']);

/** A normal farther from the patient's axis is not axial: the nearest axis is another one. */
const AXIAL_COSINE = Math.SQRT1_2;

/** Slices nearer than this lie at one position. */
const SAME_POSITION_MM = 0.01;

/** Secondary Capture: a picture of a screen, or a volume that a program wrote so; it is one where it has its place in space. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.\d)?$/;

/** What an image of some Image Type or Frame Type is, where it is no volume of HU. */
function kindOf(imageType: string): string | undefined {
  const values = imageType.toUpperCase().split('\\');
  return values.map((value) => NO_VOLUME[value.trim()]).find((meaning) => meaning !== undefined);
}

/** A code string (DICOM PS3.5 6.2), as it may be shown; anything else is no modality. */
function modalityOf(dataset: DataSet): string {
  const modality = text(dataset, Tag.Modality);
  return /^[A-Z0-9_ ]{0,16}$/.test(modality) ? modality : '';
}

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

function fileRejection({ dataset }: DicomFile, { rejectDescriptions }: SeriesRules): string | undefined {
  const modality = modalityOf(dataset);
  if (modality !== 'CT') return `is no CT but ${modality || 'of no stated modality'}`;
  const kind = kindOf(text(dataset, Tag.ImageType));
  if (kind !== undefined) return kind;
  const description = text(dataset, Tag.SeriesDescription);
  const pattern = rejectDescriptions.find((source) => new RegExp(source, 'i').test(description));
  if (pattern !== undefined) return `description matches ${pattern} (series.rejectDescriptions)`;
  const declared = dataset.intString(Tag.NumberOfFrames) ?? 1;
  const { frames } = functionalGroups(dataset);
  if (frames === 0 && declared > 1) return 'multi-frame without the positions of its frames';
  if (frames > 0 && frames !== declared) return `${declared} frames, and functional groups of ${frames}`;
  return undefined;
}

function safeUnit(unit: string): string {
  return /^[A-Z0-9_/ ]{1,16}$/.test(unit) ? unit : 'of another unit';
}

function frameRejection(image: ImageFrame): string | undefined {
  const kind = kindOf(text(attributesOf(image, Tag.CTImageFrameTypeSequence), Tag.FrameType));
  if (kind !== undefined) return kind;
  const unit = text(attributesOf(image, Tag.PixelValueTransformationSequence), Tag.RescaleType).toUpperCase();
  return HU_TYPES.has(unit) ? undefined : `pixels are ${safeUnit(unit)}, not HU`;
}

function withoutPlace({ dataset }: DicomFile): string {
  return SECONDARY_CAPTURE.test(text(dataset, Tag.SOPClassUID))
    ? 'secondary capture without a place in space'
    : 'position, orientation or pixel spacing absent or malformed';
}

/** The images of a file: itself, or the frames that its functional groups describe. */
function framesOf(file: DicomFile): ImageFrame[] {
  const { frames } = functionalGroups(file.dataset);
  return Array.from({ length: Math.max(frames, 1) }, (_, frame) => ({ file, frame }));
}

export function kernelOf(image: ImageFrame): string {
  return text(
    acquisitionOf(image, Tag.CTReconstructionSequence, Tag.ConvolutionKernel),
    Tag.ConvolutionKernel,
  );
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

/** What is one image however often its file was stored. */
function imageId({ file, frame }: SlicePlane): string {
  return `${text(file.dataset, Tag.SOPInstanceUID) || file.name} ${frame}`;
}

function groupRejection(
  planes: readonly SlicePlane[],
  gapsMm: readonly number[],
  { minSlices }: SeriesRules,
): string | undefined {
  const [{ rowDirection, columnDirection }] = planes;
  if (Math.abs(cross(rowDirection, columnDirection)[2]) < AXIAL_COSINE) return 'slices are not axial';
  const positions = 1 + gapsMm.filter((gap) => gap > SAME_POSITION_MM).length;
  const times = new Set(planes.map(imageId)).size / positions;
  if (positions >= minSlices && times >= 2 && Number.isInteger(times))
    return `4-D: ${times} images at each position`;
  if (planes.length < minSlices) return `fewer than ${minSlices} slices (series.minSlices)`;
  return undefined;
}

/**
 * Sorts a patient's images into CT series: grouped by SeriesInstanceUID and geometry, never by time, since StudyTime
 * differs between slices of one series in real collections. What cannot be the volume is listed with its reason. The
 * candidates come best first (`bySuitability`), whatever the order of the files. Throws a CaseExclusion naming a CT image
 * without pixels.
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
  for (const [key, planes] of groups) {
    const heights = heightsOf(planes);
    const gaps = heights.slice(1).map((height, i) => height - heights[i]);
    const reason = groupRejection(planes, gaps, rules);
    if (reason !== undefined) {
      reject('CT', reason, key, planes.length);
      continue;
    }
    const { dataset } = planes[0].file;
    candidates.push({
      seriesUid: text(dataset, Tag.SeriesInstanceUID),
      frameOfReferenceUid: text(dataset, Tag.FrameOfReferenceUID),
      planes,
      spacingMm: median(gaps.filter((gap) => gap > SAME_POSITION_MM)),
      coverageMm: heights[heights.length - 1] - heights[0],
      kernel: kernelOf(planes[0]),
    });
  }
  return {
    candidates: candidates.sort(bySuitability(rules)),
    rejected: [...rejections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rejection]) => rejection),
  };
}

/** Spacings and coverages are compared in steps of this, so that rounding decides nothing. */
const STEP_MM = 0.05;

function steps(mm: number): number {
  return Math.round(mm / STEP_MM);
}

function kernelRank(kernel: string, { kernelPreference }: SeriesRules): number {
  const rank = kernelPreference.findIndex((source) => new RegExp(source, 'i').test(kernel));
  return rank < 0 ? kernelPreference.length : rank;
}

/** The criteria in order: what makes the first series preferable where it is negative, and how to say that of the second. */
const CRITERIA: readonly {
  readonly compare: (a: CtSeries, b: CtSeries, rules: SeriesRules) => number;
  readonly why: (a: CtSeries, b: CtSeries) => string;
}[] = [
  {
    compare: (a, b) => steps(a.spacingMm) - steps(b.spacingMm),
    why: (a, b) => `thicker slices: ${b.spacingMm.toFixed(2)} mm against ${a.spacingMm.toFixed(2)} mm`,
  },
  {
    compare: (a, b) => steps(b.coverageMm) - steps(a.coverageMm),
    why: (a, b) => `smaller coverage: ${b.coverageMm.toFixed(0)} mm against ${a.coverageMm.toFixed(0)} mm`,
  },
  {
    compare: (a, b) => b.planes.length - a.planes.length,
    why: (a, b) => `fewer slices: ${b.planes.length} against ${a.planes.length}`,
  },
  {
    compare: (a, b, rules) => kernelRank(a.kernel, rules) - kernelRank(b.kernel, rules),
    why: () => 'kernel less wanted (series.kernelPreference)',
  },
];

/** Why `b` stands behind `a`; undefined where it does not, or only by its UID. */
export function whyBehind(a: CtSeries, b: CtSeries, rules: SeriesRules): string | undefined {
  for (const { compare, why } of CRITERIA) {
    const order = compare(a, b, rules);
    if (order !== 0) return order < 0 ? why(a, b) : undefined;
  }
  return undefined;
}

/** Thinner slices, then larger coverage, then more slices, then kernel, then UID: the same choice every time. */
function bySuitability(rules: SeriesRules): (a: CtSeries, b: CtSeries) => number {
  return (a, b) => {
    for (const { compare } of CRITERIA) {
      const order = compare(a, b, rules);
      if (order !== 0) return order;
    }
    return a.seriesUid < b.seriesUid ? -1 : 1;
  };
}
