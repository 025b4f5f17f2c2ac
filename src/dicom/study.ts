import { CaseExclusion } from '../errors.ts';
import type { Volume } from '../volume/geometry.ts';
import { loadCodecs } from './codec/codecs.ts';
import type { DrawnMask, StudyFlag } from './drawn-mask.ts';
import { withoutDuplicates } from './duplicates.ts';
import type { SlicePlane } from './geometry.ts';
import { type HuRounding, rescaleOf, writeHounsfield } from './hounsfield.ts';
import type { LinkRule } from './link.ts';
import {
  type MaskCandidate,
  type MaskObject,
  type MaskRules,
  type MaskSource,
  maskCandidates,
  maskObjects,
} from './mask-candidates.ts';
import { type DicomFile, decimals, parsePart10, Tag, text } from './part10.ts';
import { storedPixels } from './pixels.ts';
import { safeRoiName } from './safe-name.ts';
import { type CtSeries, ctSeries, type RejectedSeries, type SeriesRules, whyBehind } from './series.ts';
import { type Stack, type StackRules, stackSlices } from './stack.ts';

/** What `readStudy` needs to know; the configuration has these under `geometry`, `hu` and `mask`. */
export interface StudyRules extends StackRules, MaskRules, SeriesRules {
  /** Given to voxels of an orthogonal grid that no slice of a leaning stack reaches; `intensity.airHu`. */
  readonly airHu: number;
  readonly huRounding: HuRounding;
}

/** A series that could have been the volume, whether it was, and otherwise why not. */
export interface CandidateFacts {
  readonly slices: number;
  readonly spacingMm: number;
  readonly coverageMm: number;
  readonly kernel: string;
  readonly chosen: boolean;
  readonly reason: string;
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
  readonly candidateSeries: readonly CandidateFacts[];
  readonly ignoredFiles: number;
  readonly flags: readonly StudyFlag[];
  readonly mask: {
    readonly source: MaskSource;
    readonly roiNumber: number;
    readonly roiName: string;
    readonly linkRule: LinkRule;
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

/** A CT series as a volume, and how its slices came to be one. */
interface ReadCt {
  readonly ct: Volume<Int16Array>;
  readonly stack: Stack;
  readonly flags: readonly StudyFlag[];
}

function writeSlice({ file }: SlicePlane, rules: StudyRules, target: Int16Array, offset: number): void {
  if ((file.dataset.uint16(Tag.SamplesPerPixel) ?? 1) !== 1)
    throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: file.name });
  writeHounsfield(file, storedPixels(file), target, offset, rules.huRounding);
}

async function readCt(series: CtSeries, rules: StudyRules): Promise<ReadCt> {
  const { planes, flags } = await withoutDuplicates(series.planes, (plane) => {
    const hu = new Int16Array(plane.columns * plane.rows);
    writeSlice(plane, rules, hu, 0);
    return hu;
  });
  const stack = stackSlices(planes, rules);
  const planeLength = stack.slices[0].columns * stack.slices[0].rows;
  const hu = new Int16Array(stack.slices.length * planeLength);
  stack.slices.forEach((slice, k) => {
    writeSlice(slice, rules, hu, k * planeLength);
  });
  return { ct: stack.toVolume(hu, rules.airHu), stack, flags: [...flags, ...stack.flags] };
}

/**
 * A mask on the grid of the volume: drawn on the slices as scanned and brought along with them. A segmentation made on
 * another grid than that of a leaning stack is resampled once, onto the volume itself.
 */
function drawOn(stack: Stack, draw: MaskCandidate['draw']): DrawnMask {
  const { mask, flags } = draw(stack.lattice);
  const resampled = flags.some(({ code }) => code === 'seg-resampled');
  if (stack.lattice.grid === undefined && resampled) return draw(stack.geometry);
  return { mask: stack.toMask(mask).data, flags };
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

function candidateFacts(
  series: CtSeries,
  { series: chosen, rule }: MaskCandidate,
  rules: StudyRules,
): CandidateFacts {
  const { planes, spacingMm, coverageMm, kernel } = series;
  const facts = { slices: planes.length, spacingMm, coverageMm, kernel };
  if (series === chosen) {
    return {
      ...facts,
      chosen: true,
      reason: rule === 'patient' ? 'the most suitable' : `the mask refers to it (${rule})`,
    };
  }
  const reason = whyBehind(chosen, series, rules) ?? 'the mask refers to another series';
  return { ...facts, chosen: false, reason };
}

function noMask(objects: readonly MaskObject[], { roiNames, maskSources }: StudyRules): CaseExclusion {
  if (objects.length === 0)
    return new CaseExclusion('no-mask-object', 'no DICOM SEG or RTSTRUCT: add one to the patient');
  const seen = [...new Set(objects.flatMap((o) => o.rois.flatMap((roi) => roi.names.map(safeRoiName))))];
  return new CaseExclusion(
    'no-tumor-roi',
    `no ROI or segment matches mask.roiNames (${roiNames.join(', ')}) in ${maskSources.join(', ')}; seen: ${seen.join(', ') || 'none'}`,
  );
}

interface Drawn extends ReadCt {
  readonly candidate: MaskCandidate;
  readonly drawn: DrawnMask;
}

/** CT and mask of the first candidate that works; the others are named in `passedOver`. Throws the first one's exclusion. */
async function drawFirst(
  candidates: readonly MaskCandidate[],
  rules: StudyRules,
  passedOver: string[],
): Promise<Drawn | undefined> {
  let refusal: CaseExclusion | undefined;
  let read: (ReadCt & { readonly series: CtSeries }) | undefined;
  for (const candidate of candidates) {
    const { object, series, draw } = candidate;
    try {
      if (read?.series !== series) read = { series, ...(await readCt(series, rules)) };
      return { ...read, candidate, drawn: drawOn(read.stack, draw) };
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      refusal ??= thrown;
      passedOver.push(`${object.source}: ${thrown.code}`);
    }
  }
  if (refusal !== undefined) throw refusal;
  return undefined;
}

/**
 * Reads a patient's files into a CT volume (int16 HU, slices ascending along their normal) and a tumour mask on its
 * grid. Files that are no DICOM are ignored and counted. Throws a CaseExclusion where no usable pair is found.
 */
export async function readStudy(
  files: Iterable<{ readonly name: string; readonly bytes: Uint8Array }>,
  rules: StudyRules,
): Promise<Study> {
  const dicom: DicomFile[] = [];
  let ignoredFiles = 0;
  for (const { name, bytes } of files) {
    const file = parsePart10(name, bytes);
    if (file === undefined) ignoredFiles++;
    else dicom.push(file);
  }
  await loadCodecs(dicom.map((file) => file.transferSyntaxUid));
  const { candidates, rejected } = ctSeries(dicom, rules);
  if (candidates.length === 0) {
    const why = rejected.map((r) => `${r.images} images: ${r.reason}`).join('; ');
    throw new CaseExclusion('no-ct-series', `no usable CT series (${why || 'no CT image found'})`);
  }
  const objects = maskObjects(dicom, rules);
  const passedOver: string[] = [];
  const found = await drawFirst(maskCandidates(objects, candidates, rules), rules, passedOver);
  if (found === undefined) throw noMask(objects, rules);
  const { ct, stack, flags, candidate, drawn } = found;
  const slices = stack.slices.map((slice) => slice.file);
  return {
    ct,
    tumor: { data: drawn.mask, geometry: ct.geometry },
    facts: {
      acquisition: acquisition(slices[0]),
      rescale: rescales(slices),
      rejectedSeries: rejected,
      candidateSeries: candidates.map((series) => candidateFacts(series, candidate, rules)),
      ignoredFiles,
      flags: [...flags, ...drawn.flags],
      mask: {
        source: candidate.object.source,
        roiNumber: candidate.roi.number,
        roiName: safeRoiName(candidate.roi.names[0]),
        linkRule: candidate.rule,
        roisSeen: objects.flatMap((o) => o.rois.map((roi) => roi.names.map(safeRoiName).join(' / '))),
        passedOver,
      },
    },
  };
}
