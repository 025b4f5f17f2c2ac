import { CaseExclusion } from '../errors.ts';
import type { Geometry } from '../volume/geometry.ts';
import type { ContourRule } from './contour-fill.ts';
import type { DrawnMask, StudyFlag } from './drawn-mask.ts';
import { latticeOf, type SliceLattice } from './lattice.ts';
import { LINK_RULES, type LinkRule, linkSeries, type MaskReferences } from './link.ts';
import { type DicomFile, Tag, text } from './part10.ts';
import { chooseRois, type NamedRoi, type RoiRules } from './roi-choice.ts';
import { readStructureSet, structureMask } from './rtstruct.ts';
import { readSegmentation, segmentMask } from './seg.ts';
import type { CtSeries } from './series.ts';

export type MaskSource = 'SEG' | 'RTSTRUCT';

export interface MaskRules extends RoiRules {
  /** In order of preference; others are not used. */
  readonly maskSources: readonly MaskSource[];
  /** How contours of a slice combine. */
  readonly contourRule: ContourRule;
  /** How far a contour may lie from the plane of its slice before it is flagged. */
  readonly contourToleranceMm: number;
  /** Least share of the largest value that is inside, in a FRACTIONAL segmentation. */
  readonly fractionalThreshold: number;
}

/** A SEG or RTSTRUCT: its ROIs, what it refers to, and how to draw one of them on a CT's grid. */
export interface MaskObject {
  readonly source: MaskSource;
  readonly file: DicomFile;
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
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
  /** Draws the chosen ROIs, united, on the grid of the series. */
  readonly draw: (where: Geometry | SliceLattice) => DrawnMask;
}

/** The mask objects among a patient's files. */
export function maskObjects(files: readonly DicomFile[], rules: MaskRules): MaskObject[] {
  const threshold = rules.fractionalThreshold;
  const contours = {
    rule: rules.contourRule,
    toleranceMm: rules.contourToleranceMm,
  };
  return files.flatMap((file): MaskObject[] => {
    const modality = text(file.dataset, Tag.Modality);
    if (modality === 'SEG') {
      const { segments, references } = readSegmentation(file);
      const draw: MaskObject['draw'] = (number, where) =>
        segmentMask(file, number, latticeOf(where), threshold);
      return [{ source: 'SEG', file, rois: segments, references, draw }];
    }
    if (modality === 'RTSTRUCT') {
      const { rois, references } = readStructureSet(file);
      const draw: MaskObject['draw'] = (number, where) =>
        structureMask(file, number, latticeOf(where), contours);
      return [{ source: 'RTSTRUCT', file, rois, references, draw }];
    }
    return [];
  });
}

/** Reasons for which an ROI is left out of a union, as long as another one can be drawn. */
const NOTHING_TO_DRAW = new Set(['tumor-empty', 'contour-outside-ct', 'segmentation-outside-ct']);

/** Draws ROIs of one object into one mask. Of several, the flags say whose they are. */
function drawUnion(
  { draw }: MaskObject,
  rois: readonly NamedRoi[],
  where: Geometry | SliceLattice,
): DrawnMask {
  if (rois.length === 1) return draw(rois[0].number, where);
  let mask: Uint8Array | undefined;
  let refusal: CaseExclusion | undefined;
  const flags: StudyFlag[] = [{ code: 'rois-united', message: 'ROIs that make the mask', value: 0 }];
  for (const { number } of rois) {
    try {
      const drawn = draw(number, where);
      if (mask === undefined) mask = drawn.mask;
      else for (let i = 0; i < mask.length; i++) mask[i] |= drawn.mask[i];
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
  return { mask, flags };
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

/**
 * The objects that hold the wanted ROI, each with a series it may belong to, best first: by the configured order of
 * sources, then by the strength of the link, then by file name, then by the order of the series.
 */
export function maskCandidates(
  objects: readonly MaskObject[],
  series: readonly CtSeries[],
  rules: MaskRules,
): MaskCandidate[] {
  const { maskSources } = rules;
  const found = objects.flatMap((object): MaskCandidate[] => {
    const chosen = chooseRois(object.rois, rules);
    if (chosen === undefined || !maskSources.includes(object.source)) return [];
    const { rois, alternatives } = chosen;
    const link = linkSeries(rois[0].references ?? object.references, series);
    const draw: MaskCandidate['draw'] = (where) => {
      const { mask, flags } = drawUnion(object, rois, where);
      return { mask, flags: [...choiceFlags(alternatives), ...flags] };
    };
    return (link?.series ?? []).map((linked) => ({
      object,
      roi: rois[0],
      rois,
      series: linked,
      rule: link!.rule,
      draw,
    }));
  });
  const rank = ({ object, rule }: MaskCandidate): number =>
    maskSources.indexOf(object.source) * LINK_RULES.length + LINK_RULES.indexOf(rule);
  const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return found.sort((a, b) => rank(a) - rank(b) || compareNames(a.object.file.name, b.object.file.name));
}
