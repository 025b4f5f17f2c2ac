import type { DataSet } from 'dicom-parser';
import { attributesOf, functionalGroups, type ImageFrame, imageId } from '../file/functional-groups.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import type { SeriesRules } from './series.ts';
import { cross, SAME_POSITION_MM, type SlicePlane } from './slice-plane.ts';

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

/** A normal farther from the patient's axis is not axial: the nearest axis is another one. */
const AXIAL_COSINE = Math.SQRT1_2;

/** Secondary Capture: a picture of a screen, or a volume that a program wrote so; it is one where it has its place in space. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.\d)?$/;

/** What an image of some Image Type or Frame Type is, where it is no volume of HU. */
function kindOf(imageType: string): string | undefined {
  const values = imageType.toUpperCase().split('\\');
  return values.map((value) => NO_VOLUME[value.trim()]).find((meaning) => meaning !== undefined);
}

/** A code string (DICOM PS3.5 6.2), as it may be shown; anything else is no modality. */
export function modalityOf(dataset: DataSet): string {
  const modality = text(dataset, Tag.Modality);
  return /^[A-Z0-9_ ]{0,16}$/.test(modality) ? modality : '';
}

/** Why no image of a file can be of the volume; undefined where one may. */
export function fileRejection(
  { dataset }: DicomFile,
  { rejectDescriptions }: SeriesRules,
): string | undefined {
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

/** The same of one image or frame. */
export function frameRejection(image: ImageFrame): string | undefined {
  const kind = kindOf(text(attributesOf(image, Tag.CTImageFrameTypeSequence), Tag.FrameType));
  if (kind !== undefined) return kind;
  const unit = text(attributesOf(image, Tag.PixelValueTransformationSequence), Tag.RescaleType).toUpperCase();
  return HU_TYPES.has(unit) ? undefined : `pixels are ${safeUnit(unit)}, not HU`;
}

/** Why an image has no place in the volume. */
export function withoutPlace({ dataset }: DicomFile): string {
  return SECONDARY_CAPTURE.test(text(dataset, Tag.SOPClassUID))
    ? 'secondary capture without a place in space'
    : 'position, orientation or pixel spacing absent or malformed';
}

/** Whether slices lie across the patient's axis rather than along it. */
export function isAxial({ rowDirection, columnDirection }: SlicePlane): boolean {
  return Math.abs(cross(rowDirection, columnDirection)[2]) >= AXIAL_COSINE;
}

/** Why images that lie together are no volume. `gapsMm`: between neighbours, ascending. */
export function groupRejection(
  planes: readonly SlicePlane[],
  gapsMm: readonly number[],
  { minSlices }: SeriesRules,
): string | undefined {
  const positions = 1 + gapsMm.filter((gap) => gap > SAME_POSITION_MM).length;
  const times = new Set(planes.map(imageId)).size / positions;
  if (positions >= minSlices && times >= 2 && Number.isInteger(times))
    return `4-D: ${times} images at each position`;
  if (planes.length < minSlices) return `fewer than ${minSlices} slices (series.minSlices)`;
  return undefined;
}
