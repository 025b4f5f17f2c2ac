import { CaseExclusion } from '../../errors.ts';
import type { ConsensusRule } from '../../kernels/mask/consensus.ts';
import type { Geometry } from '../../volume/geometry.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import { latticeOf, type SliceLattice } from '../series/lattice.ts';
import type { CtSeries } from '../series/series.ts';
import { isGridOf } from '../series/series-grid.ts';
import type { StudyFlag } from '../study-flag.ts';
import type { ContourRule } from './contour-fill.ts';
import type { DrawnMask, MaskFit } from './drawn-mask.ts';
import { type LabelVolume, labelMask } from './label-volume.ts';
import { LINK_RULES, type LinkRule, linkSeries, type MaskReferences } from './link.ts';
import {
  ALGORITHMS,
  type Algorithm,
  compareTexts,
  inOrder,
  type MaskDate,
  type MaskRank,
} from './mask-order.ts';
import { chooseRois, type NamedRoi, type RoiRules } from './roi-choice.ts';
import { readStructureSet, structureMask } from './rtstruct.ts';
import {
  drawnWhole,
  imagesOfSegments,
  imagesOfStructures,
  linkScans,
  type NamedImages,
  type ScanLink,
} from './scan-link.ts';
import { readSegmentation, segmentMask } from './seg.ts';

export type MaskSource = 'SEG' | 'RTSTRUCT' | 'NIFTI';

export interface MaskRules extends RoiRules {
  /** In order of preference; others are not used. */
  readonly maskSources: readonly MaskSource[];
  /** How contours of a slice combine. */
  readonly contourRule: ContourRule;
  /** How far a contour may lie from the plane of its slice before it is flagged. */
  readonly contourToleranceMm: number;
  /** Least share of the largest value that is inside, in a FRACTIONAL segmentation. */
  readonly fractionalThreshold: number;
  /** Labels of a NIfTI mask that are inside; none means all above 0. */
  readonly labels: readonly number[];
  /** Which of several masks of one CT: the best (the default), or those that match equally well as one. */
  readonly objects?: 'best' | ConsensusRule;
}

/** A SEG, an RTSTRUCT or a NIfTI mask: its ROIs, what it refers to, and how to draw one of them on a CT's grid. */
export interface MaskObject {
  readonly source: MaskSource;
  /** Of its file, for messages. */
  readonly name: string;
  /** SOP Instance UID, '' where it has none. */
  readonly instanceUid: string;
  /** When it was made, by dates of the same kinds for all of a source. For comparing alone. */
  readonly dates: readonly MaskDate[];
  /** Its bytes, up to its pixels where they were not read; none of a NIfTI mask, of which there is one. */
  readonly content: Uint8Array;
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
  /** Absent of a NIfTI mask, which names nothing. */
  readonly images?: NamedImages;
  /** Whether it was made on the very grid of a series; undefined where that tells nothing. */
  readonly liesOn?: (series: CtSeries) => boolean;
  readonly draw: (roiNumber: number, where: Geometry | SliceLattice) => DrawnMask;
}

/** A mask object that holds the wanted ROI, linked to a CT series. */
export interface MaskCandidate {
  readonly object: MaskObject;
  /** The chosen ROI, the first of `rois` where several are united. */
  readonly roi: NamedRoi;
  readonly rois: readonly NamedRoi[];
  readonly series: CtSeries;
  readonly rule: LinkRule;
  /** How the chosen ROIs were drawn; of several, that with the least of a person. */
  readonly algorithm: Algorithm;
  readonly rank: MaskRank;
  /** Whether it names the images of this scan of the series, and of no other. */
  readonly namesScan: boolean;
  /** Whether it names images of another part of the series, and none of this one: it is drawn here where it cannot be there. */
  readonly namesOther: boolean;
  /** Draws the chosen ROIs, united, on the grid of the series. */
  readonly draw: (where: Geometry | SliceLattice) => DrawnMask;
}

/** A NIfTI mask as a mask object with one ROI. It refers to nothing: its grid tells what it was drawn on. */
export function labelObject(labelled: LabelVolume, { labels }: MaskRules): MaskObject {
  return {
    source: 'NIFTI',
    name: labelled.name,
    instanceUid: '',
    dates: [],
    content: new Uint8Array(0),
    rois: [{ number: labels[0] ?? 1, names: ['mask'] }],
    references: { seriesUids: [], frameOfReferenceUids: [] },
    liesOn: (series) => isGridOf(labelled.volume.geometry, series),
    draw: (_, where) => labelMask(labelled, labels, latticeOf(where)),
  };
}

/** By the UIDs of study, series and instance, as files are stored below folders of these names; then by content. */
function byUids(a: DicomFile, b: DicomFile): number {
  for (const tag of [Tag.StudyInstanceUID, Tag.SeriesInstanceUID, Tag.SOPInstanceUID]) {
    const order = compareTexts(text(a.dataset, tag), text(b.dataset, tag));
    if (order !== 0) return order;
  }
  return Buffer.compare(a.dataset.byteArray, b.dataset.byteArray);
}

/** The mask objects among a patient's files, in an order that no file name decides. */
export function maskObjects(files: readonly DicomFile[], rules: MaskRules): MaskObject[] {
  const threshold = rules.fractionalThreshold;
  const contours = {
    rule: rules.contourRule,
    toleranceMm: rules.contourToleranceMm,
  };
  const modalityOf = ({ dataset }: DicomFile): string => text(dataset, Tag.Modality);
  const masks = files.filter((file) => ['SEG', 'RTSTRUCT'].includes(modalityOf(file)));
  return masks.toSorted(byUids).map((file): MaskObject => {
    const { name, dataset } = file;
    const own = { name, instanceUid: text(dataset, Tag.SOPInstanceUID), content: dataset.byteArray };
    if (modalityOf(file) === 'SEG') {
      const { segments, ...read } = readSegmentation(file);
      const draw: MaskObject['draw'] = (number, where) =>
        segmentMask(file, number, latticeOf(where), threshold);
      const images = imagesOfSegments(file);
      return { source: 'SEG', ...own, rois: segments, ...read, images, draw };
    }
    const draw: MaskObject['draw'] = (number, where) =>
      structureMask(file, number, latticeOf(where), contours);
    return { source: 'RTSTRUCT', ...own, ...readStructureSet(file), images: imagesOfStructures(file), draw };
  });
}

/** Reasons for which an ROI is left out of a union, as long as another one can be drawn. */
const NOTHING_TO_DRAW = new Set(['tumor-empty', 'contour-outside-ct', 'segmentation-outside-ct']);

/** The fit of a union is that of the ROI that fits worst. */
export function worse(a: MaskFit, b: MaskFit): MaskFit {
  return {
    outsideShare: Math.max(a.outsideShare, b.outsideShare),
    volumeShare: Math.abs(a.volumeShare - 1) > Math.abs(b.volumeShare - 1) ? a.volumeShare : b.volumeShare,
  };
}

/** Draws ROIs of one object into one mask. Of several, the flags say whose they are. */
function drawUnion(
  { draw }: MaskObject,
  rois: readonly NamedRoi[],
  where: Geometry | SliceLattice,
): DrawnMask {
  if (rois.length === 1) return draw(rois[0].number, where);
  let mask: Uint8Array | undefined;
  let fit: MaskFit = { outsideShare: 0, volumeShare: 1 };
  let refusal: CaseExclusion | undefined;
  const flags: StudyFlag[] = [{ code: 'rois-united', message: 'ROIs that make the mask', value: 0 }];
  for (const { number } of rois) {
    try {
      const drawn = draw(number, where);
      if (mask === undefined) mask = drawn.mask;
      else for (let i = 0; i < mask.length; i++) mask[i] |= drawn.mask[i];
      fit = worse(fit, drawn.fit);
      flags[0] = { ...flags[0], value: flags[0].value + 1 };
      flags.push(...drawn.flags.map((flag) => ({ ...flag, message: `ROI ${number}: ${flag.message}` })));
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion && NOTHING_TO_DRAW.has(thrown.code))) throw thrown;
      refusal ??= thrown;
      flags.push({
        code: 'roi-left-out',
        message: `ROI with nothing to draw (${thrown.code})`,
        value: number,
      });
    }
  }
  if (mask === undefined) throw refusal!;
  return { mask, fit, flags };
}

/** The series that some ROIs of an object may be drawn on, of several scans in one the one that they name. */
function scansFor(
  { images, name }: MaskObject,
  rois: readonly NamedRoi[],
  series: readonly CtSeries[],
): ScanLink[] {
  const named = {
    byRois: () => rois.flatMap(({ number }) => images?.ofRoi(number) ?? []),
    byObject: () => images?.ofObject() ?? [],
  };
  return linkScans(series, named, name);
}

/** An object whose ROIs are drawn as a whole on one of several scans, or not at all. */
function wholeOn(object: MaskObject, scan: ScanLink): MaskObject {
  return {
    ...object,
    draw: (number, where) => drawnWhole(scan, object.name, () => object.draw(number, where)),
  };
}

function choiceFlags(alternatives: number): StudyFlag[] {
  if (alternatives === 0) return [];
  return [
    {
      code: 'several-rois-match',
      message: 'other ROIs that match the same pattern of mask.roiNames; the lowest number was taken',
      value: alternatives,
    },
  ];
}

/** How the ROI was drawn that has the least of a person's hand. */
function leastByHand(rois: readonly NamedRoi[]): Algorithm {
  const places = rois.map(({ algorithm = 'unknown' }) => ALGORITHMS.indexOf(algorithm));
  return ALGORITHMS[Math.max(...places)];
}

/**
 * The objects that hold the wanted ROI, each with a series it may belong to, best first: by the configured order of
 * sources, those that name other series last, by the pattern that the ROI matches, by the strength of the link, by how
 * it was drawn, by the order of the series, those whose grid is that of the mask first, by the dates, by UID; see
 * `inOrder`.
 */
export function maskCandidates(
  objects: readonly MaskObject[],
  series: readonly CtSeries[],
  rules: MaskRules,
): MaskCandidate[] {
  const { maskSources } = rules;
  const found = objects.flatMap((object): MaskCandidate[] => {
    const named = object.source !== 'NIFTI';
    const chosen = named
      ? chooseRois(object.rois, rules)
      : { rois: object.rois, alternatives: 0, pattern: 0 };
    if (chosen === undefined || !maskSources.includes(object.source)) return [];
    const { rois, alternatives, pattern } = chosen;
    const references = rois[0].references ?? object.references;
    const link = linkSeries(references, series);
    const namesOthers = link?.rule !== 'series-uid' && references.seriesUids.some((uid) => uid !== '');
    const drawOn = (scan: ScanLink, where: Geometry | SliceLattice): DrawnMask => {
      const drawn = drawUnion(wholeOn(object, scan), rois, where);
      return { ...drawn, flags: [...choiceFlags(alternatives), ...drawn.flags] };
    };
    const off = (s: CtSeries): number => Number(!(object.liesOn?.(s) ?? true));
    const algorithm = leastByHand(rois);
    return scansFor(object, rois, link?.series ?? []).map((scan, place) => ({
      object,
      roi: rois[0],
      rois,
      series: scan.series,
      rule: link!.rule,
      namesScan: scan.named === true,
      namesOther: scan.namesOther === true,
      algorithm,
      rank: {
        source: maskSources.indexOf(object.source),
        elsewhere: Number(namesOthers),
        roiNames: pattern,
        link: LINK_RULES.indexOf(link!.rule),
        program: ALGORITHMS.indexOf(algorithm),
        series: off(scan.series) * series.length + place,
        older: 0,
      },
      draw: (where: Geometry | SliceLattice) => drawOn(scan, where),
    }));
  });
  // Links by UID break in real releases: that a mask names none of these series tells only where another one does.
  const linked = new Set(found.flatMap(({ rule, object }) => (rule === 'series-uid' ? object.source : [])));
  return inOrder(
    found.map((one) =>
      linked.has(one.object.source) ? one : { ...one, rank: { ...one.rank, elsewhere: 0 } },
    ),
  );
}
