import type { Geometry } from '../volume/geometry.ts';
import type { DrawnMask } from './drawn-mask.ts';
import { LINK_RULES, type LinkRule, linkSeries, type MaskReferences } from './link.ts';
import { type DicomFile, Tag, text } from './part10.ts';
import { chooseRoi, type NamedRoi } from './roi-choice.ts';
import { readStructureSet, structureMask } from './rtstruct.ts';
import { readSegmentation, segmentMask } from './seg.ts';
import type { CtSeries } from './series.ts';

export type MaskSource = 'SEG' | 'RTSTRUCT';

export interface MaskRules {
  /** In order of preference; others are not used. */
  readonly maskSources: readonly MaskSource[];
  /** Patterns for the wanted ROI, see `chooseRoi`. */
  readonly roiNames: readonly string[];
  /** How contours of a slice combine. */
  readonly contourRule: 'or' | 'xor';
}

/** A SEG or RTSTRUCT: its ROIs, what it refers to, and how to draw one of them on a CT's grid. */
export interface MaskObject {
  readonly source: MaskSource;
  readonly file: DicomFile;
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
  readonly draw: (roiNumber: number, grid: Geometry) => DrawnMask;
}

/** A mask object that holds the wanted ROI, linked to a CT series. */
export interface MaskCandidate {
  readonly object: MaskObject;
  readonly roi: NamedRoi;
  readonly series: CtSeries;
  readonly rule: LinkRule;
}

/** The mask objects among a patient's files. */
export function maskObjects(files: readonly DicomFile[], { contourRule }: MaskRules): MaskObject[] {
  return files.flatMap((file): MaskObject[] => {
    const modality = text(file.dataset, Tag.Modality);
    if (modality === 'SEG') {
      const { segments, references } = readSegmentation(file);
      const draw: MaskObject['draw'] = (number, grid) => segmentMask(file, number, grid);
      return [{ source: 'SEG', file, rois: segments, references, draw }];
    }
    if (modality === 'RTSTRUCT') {
      const { rois, references } = readStructureSet(file);
      const draw: MaskObject['draw'] = (number, grid) => structureMask(file, number, grid, contourRule);
      return [{ source: 'RTSTRUCT', file, rois, references, draw }];
    }
    return [];
  });
}

/**
 * The objects that hold the wanted ROI, best first: by the configured order of sources, then by the strength of their
 * link to a series, then by file name.
 */
export function maskCandidates(
  objects: readonly MaskObject[],
  series: readonly CtSeries[],
  { maskSources, roiNames }: MaskRules,
): MaskCandidate[] {
  const found = objects.flatMap((object): MaskCandidate[] => {
    const roi = chooseRoi(object.rois, roiNames);
    const link = linkSeries(object.references, series);
    if (roi === undefined || link === undefined || !maskSources.includes(object.source)) return [];
    return [{ object, roi, ...link }];
  });
  const rank = ({ object, rule }: MaskCandidate): number =>
    maskSources.indexOf(object.source) * LINK_RULES.length + LINK_RULES.indexOf(rule);
  return found.sort((a, b) => rank(a) - rank(b) || (a.object.file.name < b.object.file.name ? -1 : 1));
}
