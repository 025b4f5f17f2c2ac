import { acquisitionOf, type ImageFrame } from '../file/functional-groups.ts';
import { type DicomFile, decimals, Tag, text } from '../file/part10.ts';
import type { LinkRule } from '../mask/link.ts';
import type { MaskAgreement } from '../mask/mask-agreement.ts';
import type { MaskCandidate, MaskSource } from '../mask/mask-candidates.ts';
import type { MaskChoice } from '../mask/mask-choice.ts';
import { type Rescale, rescaleOf } from '../pixels/rescale.ts';
import { type CtSeries, kernelOf, type RejectedSeries, type SeriesRules } from '../series/series.ts';
import { bySuitability, whyBehind } from '../series/series-choice.ts';
import type { StudyFlag } from '../study-flag.ts';

/** A series that could have been the volume, whether it was, and otherwise why not. */
export interface CandidateFacts {
  readonly slices: number;
  readonly spacingMm: number;
  readonly coverageMm: number;
  readonly kernel: string;
  readonly chosen: boolean;
  readonly reason: string;
  /** What tells it from the other scans of its series; absent where it is the whole series. */
  readonly scan?: string;
}

/** How the CT was acquired, by its headers; '' and null where they do not say. */
export interface Acquisition {
  readonly manufacturer: string;
  readonly model: string;
  readonly convolutionKernel: string;
  readonly kvp: number | null;
  readonly sliceThicknessMm: number | null;
  readonly patientPosition: string;
}

/** What was decided and seen on the way, free of UIDs, names and dates: fit for output. */
export interface StudyFacts {
  readonly acquisition: Acquisition;
  readonly rescale: readonly (Rescale & { readonly slices: number })[];
  readonly rejectedSeries: readonly RejectedSeries[];
  readonly candidateSeries: readonly CandidateFacts[];
  readonly ignoredFiles: number;
  /** Pixels of padding and fill that became air. */
  readonly paddedPixels: number;
  /** Planes of the volume that no slice was found for. */
  readonly missingPlanes: number;
  readonly tiltDegrees: number;
  /** Slices that state to have text or graphics burned in. */
  readonly burnedInSlices: number;
  /** Different Patient IDs among the files that a CT or a mask may come from; they themselves are not told. */
  readonly patientIds: number;
  readonly flags: readonly StudyFlag[];
  readonly mask: {
    readonly source: MaskSource;
    readonly roiNumber: number;
    readonly roiName: string;
    readonly linkRule: LinkRule;
    readonly outsideShare: number;
    readonly volumeShare: number;
    readonly roisSeen: readonly string[];
    /** Mask objects that came first by the rules and could not be used, with why. */
    readonly passedOver: readonly string[];
    /** The masks of other sources against this one. */
    readonly agreement: readonly MaskAgreement[];
    /** Where several masks of this source could have been it. */
    readonly choice?: MaskChoice;
  };
}

const PATIENT_ID = 'x00100020';
const BURNED_IN_ANNOTATION = 'x00280301';

export function burnedInSlices(slices: readonly ImageFrame[]): number {
  return slices.filter(({ file }) => text(file.dataset, BURNED_IN_ANNOTATION).toUpperCase() === 'YES').length;
}

/** Objects of these may end in a pair; a dose or a plan of somebody else does no harm. */
const PAIR_MODALITIES = new Set(['CT', 'SEG', 'RTSTRUCT']);

export function patientIds(files: readonly DicomFile[]): number {
  const pairs = files.filter(({ dataset }) => PAIR_MODALITIES.has(text(dataset, Tag.Modality)));
  return new Set(pairs.flatMap(({ dataset }) => text(dataset, PATIENT_ID) || [])).size;
}

export function rescales(slices: readonly ImageFrame[]): StudyFacts['rescale'] {
  const counts = new Map<string, Rescale & { slices: number }>();
  for (const slice of slices) {
    const { slope, intercept } = rescaleOf(slice);
    const key = `${slope} ${intercept}`;
    counts.set(key, { slope, intercept, slices: (counts.get(key)?.slices ?? 0) + 1 });
  }
  return [...counts.values()];
}

export function acquisition(slice: ImageFrame): Acquisition {
  const { dataset } = slice.file;
  const number = (sequence: string, tag: string): number | null =>
    decimals(acquisitionOf(slice, sequence, tag), tag)?.[0] ?? null;
  return {
    manufacturer: text(dataset, Tag.Manufacturer),
    model: text(dataset, Tag.ManufacturerModelName),
    convolutionKernel: kernelOf(slice),
    kvp: number(Tag.CTXRayDetailsSequence, Tag.KVP),
    sliceThicknessMm: number(Tag.PixelMeasuresSequence, Tag.SliceThickness),
    patientPosition: text(dataset, Tag.PatientPosition),
  };
}

export function candidateFacts(
  series: CtSeries,
  { series: chosen, rule, namesScan }: MaskCandidate,
  rules: SeriesRules,
): CandidateFacts {
  const { planes, spacingMm, coverageMm, kernel, scan } = series;
  const attribute = scan === undefined ? {} : { scan: scan.attribute };
  const facts = { slices: planes.length, spacingMm, coverageMm, kernel, ...attribute };
  if (series === chosen) {
    const whole = rule === 'patient' ? 'the most suitable' : `the mask refers to it (${rule})`;
    return { ...facts, chosen: true, reason: namesScan ? 'the mask names its images' : whole };
  }
  const behind = whyBehind(chosen, series, rules);
  if (scan === undefined || scan.scans !== chosen.scan?.scans)
    return { ...facts, chosen: false, reason: behind ?? 'the mask refers to another series' };
  const passedOver = bySuitability(rules)(series, chosen) < 0;
  const why = namesScan
    ? 'the mask names the images of the one taken'
    : passedOver
      ? 'it cannot be used with the mask'
      : (behind ?? `later by ${scan.attribute}`);
  return { ...facts, chosen: false, reason: `another scan of the series: ${why}` };
}

/** Says that the volume is one of several scans, and how it was chosen. */
export function scanFlags({ series: { scan }, namesScan }: MaskCandidate): StudyFlag[] {
  if (scan === undefined) return [];
  const why = namesScan
    ? 'the one whose images the mask names was taken'
    : 'the most suitable one that holds all of the mask was taken, as the mask names none';
  return [
    {
      code: 'several-scans',
      message: `scans in the series, told apart by ${scan.attribute}: ${why}`,
      value: scan.scans.length,
    },
  ];
}

/** A mask that comes first by the rules and cannot be used, and why: the code of its exclusion. */
export interface PassedOver {
  readonly object: MaskCandidate['object'];
  readonly code: string;
}

/** Says that other masks than the one that was taken come first and were left out; on another series it may be the same one. */
export function passedOverFlags(
  passedOver: readonly PassedOver[],
  { object: taken }: MaskCandidate,
): StudyFlag[] {
  const left = passedOver.filter(({ object }) => object !== taken);
  if (left.length === 0) return [];
  const why = [...new Set(left.map(({ object, code }) => `${object.source}: ${code}`))].join(', ');
  const masks = new Set(left.map(({ object }) => object)).size;
  return [
    { code: 'masks-passed-over', message: `masks that come first and cannot be used (${why})`, value: masks },
  ];
}
