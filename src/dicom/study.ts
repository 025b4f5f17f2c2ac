import { CaseExclusion } from '../errors.ts';
import { type Volume, voxelCount } from '../volume/geometry.ts';
import { type StackTolerances, stackSlices } from './geometry.ts';
import { type HuRounding, rescaleOf, writeHounsfield } from './hounsfield.ts';
import { LINK_RULES, type LinkRule, linkSeries, type MaskReferences } from './link.ts';
import { type DicomFile, decimals, parsePart10, Tag, text } from './part10.ts';
import { storedPixels } from './pixels.ts';
import { chooseRoi, type NamedRoi } from './roi-choice.ts';
import { readStructureSet, structureMask } from './rtstruct.ts';
import { readSegmentation, segmentMask } from './seg.ts';
import { type CtSeries, ctSeries, type RejectedSeries } from './series.ts';

export type MaskSource = 'SEG' | 'RTSTRUCT';

/** What `readStudy` needs to know; the configuration has these under `geometry`, `hu` and `mask`. */
export interface StudyRules extends StackTolerances {
  readonly minSlices: number;
  readonly huRounding: HuRounding;
  readonly maskSources: readonly MaskSource[];
  readonly roiNames: readonly string[];
  readonly contourRule: 'or' | 'xor';
}

/** What was decided and seen on the way, free of UIDs, names and dates: fit for output. */
export interface StudyFacts {
  readonly acquisition: {
    readonly manufacturer: string;
    readonly model: string;
    readonly convolutionKernel: string;
    readonly kvp: number | null;
    readonly sliceThicknessMm: number | null;
    readonly patientPosition: string;
  };
  readonly rescale: readonly {
    readonly slope: number;
    readonly intercept: number;
    readonly slices: number;
  }[];
  readonly rejectedSeries: readonly RejectedSeries[];
  readonly candidateSeries: number;
  readonly ignoredFiles: number;
  readonly mask: {
    readonly source: MaskSource;
    readonly roiNumber: number;
    readonly roiName: string;
    readonly linkRule: LinkRule;
    readonly contoursWithoutArea: number;
    readonly roisSeen: readonly string[];
    /** Mask objects that came first by the rules and could not be used, with why. */
    readonly passedOver: readonly string[];
  };
}

/** A patient's CT in HU and the tumour mask (1 inside) on the same grid. */
export interface Study {
  readonly ct: Volume<Int16Array>;
  readonly tumor: Volume<Uint8Array>;
  readonly facts: StudyFacts;
}

/** A SEG or RTSTRUCT that holds the wanted ROI, linked to a CT series. */
interface MaskCandidate {
  readonly source: MaskSource;
  readonly file: DicomFile;
  readonly roi: NamedRoi;
  readonly series: CtSeries;
  readonly rule: LinkRule;
  readonly draw: (grid: Volume['geometry']) => { mask: Uint8Array; contoursWithoutArea: number };
}

interface MaskObject {
  readonly source: MaskSource;
  readonly file: DicomFile;
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
  readonly draw: (
    roiNumber: number,
    grid: Volume['geometry'],
  ) => { mask: Uint8Array; contoursWithoutArea: number };
}

function maskObjects(files: readonly DicomFile[], rules: StudyRules): MaskObject[] {
  return files.flatMap((file): MaskObject[] => {
    const modality = text(file.dataset, Tag.Modality);
    if (modality === 'SEG') {
      const seg = readSegmentation(file);
      const draw: MaskObject['draw'] = (number, grid) => ({
        mask: segmentMask(seg, number, grid),
        contoursWithoutArea: 0,
      });
      return [{ source: 'SEG', file, rois: seg.segments, references: seg.references, draw }];
    }
    if (modality === 'RTSTRUCT') {
      const set = readStructureSet(file);
      const draw: MaskObject['draw'] = (number, grid) => structureMask(set, number, grid, rules.contourRule);
      return [{ source: 'RTSTRUCT', file, rois: set.rois, references: set.references, draw }];
    }
    return [];
  });
}

/** Mask objects that hold the ROI: by the configured order of sources, then by strength of their link, then by file name. */
function maskCandidates(
  objects: readonly MaskObject[],
  candidates: readonly CtSeries[],
  rules: StudyRules,
): MaskCandidate[] {
  const found = objects.flatMap((object): MaskCandidate[] => {
    const roi = chooseRoi(object.rois, rules.roiNames);
    const link = linkSeries(object.references, candidates);
    if (roi === undefined || link === undefined || !rules.maskSources.includes(object.source)) return [];
    return [
      {
        source: object.source,
        file: object.file,
        roi,
        ...link,
        draw: (grid) => object.draw(roi.number, grid),
      },
    ];
  });
  const rank = (c: MaskCandidate): number =>
    rules.maskSources.indexOf(c.source) * LINK_RULES.length + LINK_RULES.indexOf(c.rule);
  return found.sort((a, b) => rank(a) - rank(b) || (a.file.name < b.file.name ? -1 : 1));
}

function readCt(series: CtSeries, rules: StudyRules): { ct: Volume<Int16Array>; slices: DicomFile[] } {
  const { slices, geometry } = stackSlices(series.planes, rules);
  const data = new Int16Array(voxelCount(geometry.size));
  const sliceLength = geometry.size[0] * geometry.size[1];
  slices.forEach(({ file }, k) => {
    if ((file.dataset.uint16(Tag.SamplesPerPixel) ?? 1) !== 1)
      throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: file.name });
    writeHounsfield(file, storedPixels(file), data, k * sliceLength, rules.huRounding);
  });
  return { ct: { data, geometry }, slices: slices.map((slice) => slice.file) };
}

function rescales(slices: readonly DicomFile[]): StudyFacts['rescale'] {
  const counts = new Map<string, { slope: number; intercept: number; slices: number }>();
  for (const slice of slices) {
    const { slope, intercept } = rescaleOf(slice);
    const key = `${slope} ${intercept}`;
    counts.set(key, { slope, intercept, slices: (counts.get(key)?.slices ?? 0) + 1 });
  }
  return [...counts.values()];
}

function acquisition({ dataset }: DicomFile): StudyFacts['acquisition'] {
  return {
    manufacturer: text(dataset, Tag.Manufacturer),
    model: text(dataset, Tag.ManufacturerModelName),
    convolutionKernel: text(dataset, Tag.ConvolutionKernel),
    kvp: decimals(dataset, Tag.KVP)?.[0] ?? null,
    sliceThicknessMm: decimals(dataset, Tag.SliceThickness)?.[0] ?? null,
    patientPosition: text(dataset, Tag.PatientPosition),
  };
}

function noMask(objects: readonly MaskObject[], rules: StudyRules): CaseExclusion {
  if (objects.length === 0)
    return new CaseExclusion('no-mask-object', 'no DICOM SEG or RTSTRUCT: add one to the patient');
  const seen = [...new Set(objects.flatMap((o) => o.rois.flatMap((roi) => roi.names)))];
  return new CaseExclusion(
    'no-tumor-roi',
    `no ROI or segment matches mask.roiNames (${rules.roiNames.join(', ')}) in ${rules.maskSources.join(', ')}; seen: ${seen.join(', ') || 'none'}`,
  );
}

/**
 * Reads a patient's files into a CT volume (int16 HU, slices ascending along their normal) and a tumour mask on its
 * grid. Files that are no DICOM are ignored and counted. Throws a CaseExclusion where no usable pair is found.
 */
export function readStudy(
  files: Iterable<{ readonly name: string; readonly bytes: Uint8Array }>,
  rules: StudyRules,
): Study {
  const dicom: DicomFile[] = [];
  let ignoredFiles = 0;
  for (const { name, bytes } of files) {
    const file = parsePart10(name, bytes);
    if (file === undefined) ignoredFiles++;
    else dicom.push(file);
  }
  const { candidates, rejected } = ctSeries(dicom, rules.minSlices);
  if (candidates.length === 0) {
    const why = rejected.map((r) => `${r.images} images: ${r.reason}`).join('; ');
    throw new CaseExclusion('no-ct-series', `no usable CT series (${why || 'no CT image found'})`);
  }
  const objects = maskObjects(dicom, rules);
  const passedOver: string[] = [];
  let refusal: CaseExclusion | undefined;
  let stack: (ReturnType<typeof readCt> & { series: CtSeries }) | undefined;
  for (const candidate of maskCandidates(objects, candidates, rules)) {
    try {
      if (stack?.series !== candidate.series)
        stack = { series: candidate.series, ...readCt(candidate.series, rules) };
      const { mask, contoursWithoutArea } = candidate.draw(stack.ct.geometry);
      if (!mask.includes(1))
        throw new CaseExclusion('tumor-empty', `ROI ${candidate.roi.names[0]} holds no voxel`, {
          file: candidate.file.name,
        });
      return {
        ct: stack.ct,
        tumor: { data: mask, geometry: stack.ct.geometry },
        facts: {
          acquisition: acquisition(stack.slices[0]),
          rescale: rescales(stack.slices),
          rejectedSeries: rejected,
          candidateSeries: candidates.length,
          ignoredFiles,
          mask: {
            source: candidate.source,
            roiNumber: candidate.roi.number,
            roiName: candidate.roi.names[0],
            linkRule: candidate.rule,
            contoursWithoutArea,
            roisSeen: objects.flatMap((o) => o.rois.map((roi) => roi.names.join(' / '))),
            passedOver,
          },
        },
      };
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      refusal ??= thrown;
      passedOver.push(`${candidate.source}: ${thrown.code}`);
    }
  }
  throw refusal ?? noMask(objects, rules);
}
