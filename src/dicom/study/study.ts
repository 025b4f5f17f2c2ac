import { CaseExclusion } from '../../errors.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import type { Volume } from '../../volume/geometry.ts';
import { loadCodecs } from '../codec/codecs.ts';
import { type DicomFile, parsePart10, Tag, text } from '../file/part10.ts';
import type { DrawnMask } from '../mask/drawn-mask.ts';
import type { LabelVolume } from '../mask/label-volume.ts';
import { maskAgreements } from '../mask/mask-agreement.ts';
import {
  labelObject,
  type MaskCandidate,
  type MaskObject,
  type MaskRules,
  maskCandidates,
  maskObjects,
} from '../mask/mask-candidates.ts';
import { settleMasks } from '../mask/mask-choice.ts';
import { type CtRules, type CtStack, type CtVolume, readCt, stackCt } from '../series/ct-volume.ts';
import type { RejectedSeries, SeriesRules } from '../series/series.ts';
import { ctSeries } from '../series/series-grouping.ts';
import type { Stack } from '../series/stack.ts';
import { OncePerSeries } from './once-per-series.ts';
import { type StageTimer, untimed } from './stage-timer.ts';
import {
  acquisition,
  burnedInSlices,
  candidateFacts,
  type PassedOver,
  passedOverFlags,
  patientIds,
  rescales,
  type StudyFacts,
  scanFlags,
} from './study-facts.ts';

/** What `readStudy` needs to know; the configuration has these under `series`, `geometry`, `hu`, `intensity` and `mask`. */
export interface StudyRules extends CtRules, MaskRules, SeriesRules {}

/** A patient's CT in HU and the tumour mask (1 inside) on the same grid. */
export interface Study {
  readonly ct: Volume<Int16Array>;
  readonly tumor: Volume<Uint8Array>;
  readonly facts: StudyFacts;
  /** Identifying, never for output as they are: Series Instance UID of the CT, SOP Instance UIDs of its mask with `\` between. */
  readonly uids: { readonly series: string; readonly mask: string };
}

/** Files of a patient by name; they may come one by one. */
export type StudyFiles = Iterable<{ readonly name: string; readonly bytes: Uint8Array }>;

/**
 * A mask on the grid of the volume: drawn on the slices as scanned and brought along with them. A mask made on another
 * grid than that of a leaning stack is resampled once, onto the volume itself.
 */
export function drawOn(stack: Stack, draw: MaskCandidate['draw']): DrawnMask {
  const drawn = draw(stack.lattice);
  const resampled = drawn.flags.some(({ code }) => code === 'seg-resampled' || code === 'nifti-resampled');
  if (stack.lattice.grid === undefined && resampled) return draw(stack.geometry);
  return { ...drawn, mask: stack.toMask(drawn.mask).data };
}

/** Bytes of files, deflated ones inflated, that are held in memory for one patient. */
const MOST_BYTES = 4.5 * 2 ** 30;

/** Elements of all files: a thousand slices and a segmentation of the whole body have a million. */
const MOST_ELEMENTS = 2 ** 21;

function tooMuch(): CaseExclusion {
  return new CaseExclusion(
    'patient-too-large',
    `its files hold more than ${MOST_BYTES / 2 ** 30} GiB when inflated, or ${MOST_ELEMENTS} elements: keep the CT series and its masks only`,
  );
}

/** Most things that a message lists. */
const MOST_LISTED = 12;

function fewOf(things: readonly string[], separator: string): string {
  const more = things.length - MOST_LISTED;
  const shown = things.slice(0, MOST_LISTED).join(separator);
  return more > 0 ? `${shown}${separator}and ${more} more` : shown;
}

/** Why no mask object is a candidate. */
export function noMask(objects: readonly MaskObject[], { roiNames, maskSources }: StudyRules): CaseExclusion {
  const usable = objects.filter(({ source }) => maskSources.includes(source));
  if (usable.length === 0) {
    const unused = [...new Set(objects.map(({ source }) => source))];
    return new CaseExclusion(
      'no-mask-object',
      `no mask of mask.sources (${maskSources.join(', ')}): add one to the patient${unused.length === 0 ? '' : `, or ${unused.join(', ')}, which is there, to mask.sources`}`,
    );
  }
  const seen = [...new Set(usable.flatMap((o) => o.rois.flatMap((roi) => roi.names.map(safeRoiName))))];
  return new CaseExclusion(
    'no-tumor-roi',
    `no ROI or segment matches mask.roiNames (${roiNames.join(', ')}) in ${maskSources.join(', ')}; seen: ${fewOf(seen, ', ') || 'none'}`,
  );
}

interface Drawn extends CtVolume {
  readonly candidate: MaskCandidate;
  readonly drawn: DrawnMask;
}

/** CT and mask of the first candidate that works; the others are named in `passedOver`. Throws the first one's exclusion. */
async function drawFirst(
  candidates: readonly MaskCandidate[],
  rules: StudyRules,
  passedOver: PassedOver[],
  time: StageTimer,
): Promise<Drawn | undefined> {
  let refusal: CaseExclusion | undefined;
  // Every mask object may come with every series. Drawing comes first: decoding takes longer.
  const stacks = new OncePerSeries<CtStack>();
  const volumes = new OncePerSeries<CtVolume>();
  for (const candidate of candidates) {
    const { object, series, draw } = candidate;
    try {
      const stacked = await stacks.get(series, () => stackCt(series, rules));
      const drawn = time(
        'raster',
        ({ mask }) => mask.length,
        () => drawOn(stacked.stack, draw),
      );
      const volume = await volumes.get(series, () =>
        time(
          'decode',
          ({ ct }) => ct.data.byteLength,
          () => readCt(stacked, rules),
        ),
      );
      return { ...volume, candidate, drawn };
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      refusal ??= thrown;
      passedOver.push({ object, code: thrown.code });
    }
  }
  if (refusal !== undefined) throw refusal;
  return undefined;
}

/** Why no series is a candidate. */
export function noSeries(rejected: readonly RejectedSeries[]): CaseExclusion {
  const why = fewOf(
    rejected.map((r) => `${r.images} images: ${r.reason}`),
    '; ',
  );
  return new CaseExclusion('no-ct-series', `no usable CT series (${why || 'no CT image found'})`);
}

/**
 * Reads a patient's files, and a mask that was made elsewhere where there is one, into a CT volume (int16 HU, slices
 * ascending along their normal) and a tumour mask on its grid. Files that are no DICOM are ignored and counted. Throws a
 * CaseExclusion where no usable pair is found.
 */
export async function readStudy(
  files: StudyFiles,
  rules: StudyRules,
  labelled?: LabelVolume,
  time: StageTimer = untimed,
): Promise<Study> {
  const dicom: DicomFile[] = [];
  let ignoredFiles = 0;
  let [held, elements] = [0, 0];
  for (const { name, bytes } of files) {
    const file = time('parse', bytes.length, () => parsePart10(name, bytes));
    if (file === undefined) ignoredFiles++;
    else {
      dicom.push(file);
      held += file.dataset.byteArray.length;
      elements += file.elements;
      if (held > MOST_BYTES || elements > MOST_ELEMENTS) throw tooMuch();
    }
  }
  await loadCodecs(dicom.map((file) => file.transferSyntaxUid));
  const { candidates, rejected } = ctSeries(dicom, rules);
  if (candidates.length === 0) throw noSeries(rejected);
  const objects = [
    ...maskObjects(dicom, rules),
    ...(labelled === undefined ? [] : [labelObject(labelled, rules)]),
  ];
  const masks = maskCandidates(objects, candidates, rules);
  const passedOver: PassedOver[] = [];
  const found = await drawFirst(masks, rules, passedOver, time);
  if (found === undefined) throw noMask(objects, rules);
  const { ct, stack } = found;
  const settled = settleMasks(found, masks, ct.geometry.size, rules, ({ draw }) =>
    time(
      'raster',
      ({ mask }) => mask.length,
      () => drawOn(stack, draw),
    ),
  );
  const { candidate, drawn, choice } = settled;
  const taken = { candidate, mask: drawn.mask, size: ct.geometry.size };
  const agreement = time('raster', 0, () =>
    maskAgreements(taken, masks, ({ draw }) => drawOn(stack, draw).mask),
  );
  return {
    ct,
    tumor: { data: drawn.mask, geometry: ct.geometry },
    facts: {
      acquisition: acquisition(stack.slices[0]),
      rescale: rescales(stack.slices),
      rejectedSeries: rejected,
      candidateSeries: candidates.map((series) => candidateFacts(series, candidate, rules)),
      ignoredFiles,
      paddedPixels: found.paddedPixels,
      missingPlanes: stack.missingPlanes.length,
      tiltDegrees: stack.tiltDegrees,
      burnedInSlices: burnedInSlices(stack.slices),
      patientIds: patientIds(dicom),
      flags: [
        ...scanFlags(candidate),
        ...passedOverFlags(passedOver, candidate),
        ...found.flags,
        ...drawn.flags,
      ],
      mask: {
        source: candidate.object.source,
        roiNumber: candidate.roi.number,
        roiName: safeRoiName(candidate.roi.names[0]),
        linkRule: candidate.rule,
        ...drawn.fit,
        roisSeen: objects.flatMap((o) => o.rois.map((roi) => roi.names.map(safeRoiName).join(' / '))),
        passedOver: passedOver.map(({ object, code }) => `${object.source}: ${code}`),
        agreement,
        ...(choice !== undefined && { choice }),
      },
    },
    uids: {
      series: text(stack.slices[0].file.dataset, Tag.SeriesInstanceUID),
      mask: settled.instanceUids.join('\\'),
    },
  };
}
