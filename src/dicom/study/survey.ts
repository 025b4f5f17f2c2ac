import { CaseExclusion } from '../../errors.ts';
import { scratch } from '../../memory/thread.ts';
import { type Vec3, voxelCount } from '../../volume/geometry.ts';
import { frameName } from '../file/functional-groups.ts';
import { type DicomFile, Tag } from '../file/part10.ts';
import type { DrawnMask, MaskFit } from '../mask/drawn-mask.ts';
import type { LabelVolume } from '../mask/label-volume.ts';
import { type LinkRule, linkSeries } from '../mask/link.ts';
import {
  labelObject,
  type MaskCandidate,
  type MaskObject,
  type MaskSource,
  maskCandidates,
  maskObjects,
} from '../mask/mask-candidates.ts';
import { chooseRois, type NamedRoi } from '../mask/roi-choice.ts';
import { PixelsNotReadError, storedPixels } from '../pixels/pixels.ts';
import { rescaleOf } from '../pixels/rescale.ts';
import type { CtStack } from '../series/ct-volume.ts';
import { stackHeaders } from '../series/header-stack.ts';
import type { CtSeries, RejectedSeries } from '../series/series.ts';
import { ctSeries } from '../series/series-grouping.ts';
import type { SlicePlane } from '../series/slice-plane.ts';
import type { Stack } from '../series/stack.ts';
import type { StudyFlag } from '../study-flag.ts';
import { type Competition, foreseeMask } from './mask-survey.ts';
import { OncePerSeries } from './once-per-series.ts';
import { drawOn, noMask, noSeries, type StudyRules } from './study.ts';
import {
  burnedInSlices,
  candidateFacts,
  type PassedOver,
  passedOverFlags,
  patientIds,
  rescales,
  scanFlags,
} from './study-facts.ts';

/** A series that could be the volume, and what became of it. */
export interface SurveyedSeries {
  readonly series: CtSeries;
  readonly chosen: boolean;
  readonly reason: string;
}

/** A mask object, and what became of it. */
export interface SurveyedMask {
  readonly source: MaskSource;
  /** Of its file. */
  readonly name: string;
  readonly rois: readonly NamedRoi[];
  /** Numbers of the ROIs that the rules choose; none where no name matches. */
  readonly wanted: readonly number[];
  /** How it belongs to a series; undefined where there is none. */
  readonly rule: LinkRule | undefined;
  readonly chosen: boolean;
  /** Why it is not the one. */
  readonly reason: string;
  /** Where it could be the mask of the CT as well as others of its source. */
  readonly competition: Competition | undefined;
}

/** What headers tell of the volume and mask that `readStudy` would give. */
export interface SurveyedPair {
  readonly candidate: MaskCandidate;
  /** Grid of the volume. */
  readonly size: Vec3;
  readonly spacingMm: Vec3;
  readonly rescales: number;
  readonly missingPlanes: number;
  readonly tiltDegrees: number;
  readonly burnedInSlices: number;
  /** The mask as drawn; undefined of a DICOM segmentation, whose pixels were not read. */
  readonly drawn: (MaskFit & { readonly volumeMl: number }) | undefined;
  readonly flags: readonly StudyFlag[];
  /** Masks of one source that could each be that of the CT; none where there is one. */
  readonly competing: ReadonlyMap<MaskObject, Competition>;
}

export interface StudySurvey {
  readonly series: readonly SurveyedSeries[];
  readonly rejected: readonly RejectedSeries[];
  readonly masks: readonly SurveyedMask[];
  /** Different Patient IDs among the files. */
  readonly patientIds: number;
  /** What would be converted, or why nothing would. */
  readonly outcome: SurveyedPair | CaseExclusion;
}

/** Throws what speaks against the pixels of a slice without looking at them. */
function checkSlice(plane: SlicePlane): void {
  const { file, frame } = plane;
  if ((file.dataset.uint16(Tag.SamplesPerPixel) ?? 1) !== 1)
    throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: frameName(plane) });
  try {
    scratch(() => storedPixels(file, frame).length);
  } catch (thrown) {
    if (!(thrown instanceof PixelsNotReadError)) throw thrown;
  }
  rescaleOf(plane);
}

/** Draws contours and labels; of a DICOM segmentation, goes as far as its header leads, and gives nothing. */
function drawMask(stack: Stack, { draw }: MaskCandidate): DrawnMask | undefined {
  try {
    return drawOn(stack, draw);
  } catch (thrown) {
    if (!(thrown instanceof PixelsNotReadError)) throw thrown;
    return undefined;
  }
}

function volumeMl({ geometry: { size, spacingMm } }: Stack, mask: Uint8Array): number {
  let voxels = 0;
  for (let i = 0; i < voxelCount(size); i++) voxels += mask[i];
  return voxels * ((spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000);
}

interface Tried {
  readonly pair?: SurveyedPair;
  readonly refusals: ReadonlyMap<MaskCandidate, CaseExclusion>;
  /** Why nothing comes of the masks that work. */
  readonly refusal?: CaseExclusion;
}

/** The volume and the mask that would be made, where a candidate works. Throws a CaseExclusion where none would be. */
function pairOf(
  first: {
    readonly candidate: MaskCandidate;
    readonly drawn: DrawnMask | undefined;
    readonly passedOver: readonly PassedOver[];
  },
  { stack, flags }: CtStack,
  candidates: readonly MaskCandidate[],
  rules: StudyRules,
): SurveyedPair {
  const { size, spacingMm } = stack.geometry;
  const mask = foreseeMask(first, candidates, size, rules, (other) => drawMask(stack, other));
  return {
    candidate: mask.candidate,
    size,
    spacingMm,
    rescales: rescales(stack.slices).length,
    missingPlanes: stack.missingPlanes.length,
    tiltDegrees: stack.tiltDegrees,
    burnedInSlices: burnedInSlices(stack.slices),
    drawn: mask.drawn && { ...mask.drawn.fit, volumeMl: volumeMl(stack, mask.drawn.mask) },
    flags: [
      ...scanFlags(mask.candidate),
      ...passedOverFlags(first.passedOver, mask.candidate),
      ...flags,
      ...mask.flags,
    ],
    competing: mask.competing,
  };
}

/** The first candidate that works, in the order in which `readStudy` tries them, and why those before it do not. */
async function firstThatWorks(candidates: readonly MaskCandidate[], rules: StudyRules): Promise<Tried> {
  const refusals = new Map<MaskCandidate, CaseExclusion>();
  const stacks = new OncePerSeries<CtStack>();
  for (const candidate of candidates) {
    let works = false;
    try {
      const stacked = await stacks.get(candidate.series, () => stackHeaders(candidate.series, rules));
      const drawn = drawMask(stacked.stack, candidate);
      for (const slice of stacked.stack.slices) checkSlice(slice);
      works = true;
      const passedOver = [...refusals].map(([{ object }, { code }]) => ({ object, code }));
      return { pair: pairOf({ candidate, drawn, passedOver }, stacked, candidates, rules), refusals };
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      refusals.set(candidate, thrown);
      if (works) return { refusals, refusal: thrown };
    }
  }
  return { refusals };
}

function surveyedSeries(series: CtSeries, { pair, refusals }: Tried, rules: StudyRules): SurveyedSeries {
  if (pair !== undefined) {
    const { chosen, reason } = candidateFacts(series, pair.candidate, rules);
    return { series, chosen, reason };
  }
  const refusal = [...refusals].find(([candidate]) => candidate.series === series)?.[1];
  const named = [...refusals.keys()].some((c) => c.namesScan && c.series.scan?.scans === series.scan?.scans);
  const without = named ? 'the mask names the images of another scan of the series' : 'no mask for it';
  return { series, chosen: false, reason: refusal?.message ?? without };
}

function surveyedMask(
  object: MaskObject,
  candidates: readonly MaskCandidate[],
  { pair, refusals }: Tried,
  series: readonly CtSeries[],
  rules: StudyRules,
): SurveyedMask {
  const { source, name, rois, references } = object;
  const own = candidates.filter((candidate) => candidate.object === object);
  const rule = own[0]?.rule ?? linkSeries(references, series)?.rule;
  // A mask of labels has no names to choose by.
  const chosen = source === 'NIFTI' ? rois : (chooseRois(rois, rules)?.rois ?? []);
  const wanted = chosen.map(({ number }) => number);
  const competition = pair?.competing.get(object);
  const found = { source, name, rois, wanted, rule, competition };
  if (competition !== undefined) return { ...found, chosen: competition.taken, reason: competition.reason };
  if (pair?.candidate.object === object) return { ...found, chosen: true, reason: '' };
  const taken = pair?.candidate.object;
  const isCopy = object.instanceUid !== '' && taken?.instanceUid === object.instanceUid;
  const refusal = own.map((candidate) => refusals.get(candidate)).find((r) => r !== undefined);
  const ofOthers = own.every((candidate) => candidate.series !== pair?.candidate.series);
  const behind = isCopy
    ? 'the same object as another file'
    : ofOthers
      ? 'it belongs to another CT series or scan, and another mask comes first'
      : 'another mask comes first';
  const reason = !rules.maskSources.includes(source)
    ? 'not in mask.sources'
    : wanted.length === 0
      ? 'no name matches mask.roiNames'
      : own.length === 0
        ? 'no CT series to draw it on'
        : (refusal?.message ?? behind);
  return { ...found, chosen: false, reason };
}

/**
 * What `readStudy` would do with a patient's files, told by their headers (`parseHeader`), and with a mask that was made
 * elsewhere: the same rules choose among the same candidates. Pixels are not looked at, so that an outcome without
 * exclusion can still end in one.
 */
export async function surveyStudy(
  files: readonly DicomFile[],
  rules: StudyRules,
  labelled?: LabelVolume,
): Promise<StudySurvey> {
  const { candidates: series, rejected } = ctSeries(files, rules);
  const objects = [
    ...maskObjects(files, rules),
    ...(labelled === undefined ? [] : [labelObject(labelled, rules)]),
  ];
  const candidates = maskCandidates(objects, series, rules);
  const tried = await firstThatWorks(candidates, rules);
  const [refusal] = tried.refusals.values();
  return {
    series: series.map((one) => surveyedSeries(one, tried, rules)),
    rejected,
    masks: objects.map((object) => surveyedMask(object, candidates, tried, series, rules)),
    patientIds: patientIds(files),
    outcome:
      series.length === 0
        ? noSeries(rejected)
        : (tried.pair ?? tried.refusal ?? refusal ?? noMask(objects, rules)),
  };
}
