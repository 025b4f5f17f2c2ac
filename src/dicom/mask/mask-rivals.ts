import { CaseExclusion } from '../../errors.ts';
import { type CroppedMask, cropMask } from '../../kernels/mask/cropped-mask.ts';
import { scratch } from '../../memory/thread.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import type { CtSeries } from '../series/series.ts';
import type { StudyFlag } from '../study-flag.ts';
import type { DrawnMask, MaskFit } from './drawn-mask.ts';
import type { MaskCandidate } from './mask-candidates.ts';
import { behindBy, inOrder } from './mask-order.ts';

/** Most masks of one CT that are held against each other. LIDC-IDRI has some dozens. */
const MOST_MASKS = 256;

/** The masks of one source for one CT. */
export interface Rivals {
  /** Best first, each SOP Instance UID once: two files of one are the same object, stored twice. */
  readonly rivals: readonly MaskCandidate[];
  /** Files left out that have such a UID and other contents than the file that stands for it. */
  readonly differing: number;
  /** Masks that match too and belong to other series, or to another scan or part of this one. */
  readonly ofOthers: number;
}

/** The masks of a CT, ranked among themselves: which other series each may belong to tells nothing of them. */
export function masksOn(series: CtSeries, candidates: readonly MaskCandidate[]): MaskCandidate[] {
  const ofCt = candidates.filter((candidate) => candidate.series === series);
  return inOrder(ofCt.map((candidate) => ({ ...candidate, rank: { ...candidate.rank, series: 0 } })));
}

/**
 * The masks that could have been taken in the place of one: of its source, for its series. Those of other sources are no
 * rivals: `mask.sources` tells which is wanted. Nor are those that name other series. Throws a CaseExclusion where there
 * are too many.
 */
export function rivalsOf(taken: MaskCandidate, candidates: readonly MaskCandidate[]): Rivals {
  const alike = candidates.filter(
    ({ object, rank }) => object.source === taken.object.source && rank.elsewhere === taken.rank.elsewhere,
  );
  const ofCt = masksOn(
    taken.series,
    alike.filter(({ namesOther }) => !namesOther || taken.namesOther),
  );
  const byUid = new Map<string, MaskCandidate>();
  const rivals = new Set<MaskCandidate>();
  let differing = 0;
  for (const candidate of [...ofCt.filter(({ object }) => object === taken.object), ...ofCt]) {
    const { instanceUid, content } = candidate.object;
    const same = instanceUid === '' ? undefined : byUid.get(instanceUid);
    if (same === undefined) {
      byUid.set(instanceUid, candidate);
      rivals.add(candidate);
    } else if (Buffer.compare(same.object.content, content) !== 0) differing++;
  }
  if (rivals.size > MOST_MASKS)
    throw new CaseExclusion(
      'too-many-masks',
      `${rivals.size} masks of one CT match mask.roiNames, and ${MOST_MASKS} are held against each other at most: have mask.roiNames match fewer`,
    );
  const seen = new Set(ofCt.flatMap(({ object }) => [object, object.instanceUid]));
  const others = alike.filter(({ object }) => !seen.has(object) && !seen.has(object.instanceUid || object));
  return {
    rivals: ofCt.filter((candidate) => rivals.has(candidate)),
    differing,
    ofOthers: new Set(others.map(({ object }) => object.instanceUid || object)).size,
  };
}

/** Whether a mask matches as well as the best: all but its date, its size and its UID are alike. */
export function isEqualTo(best: MaskCandidate, candidate: MaskCandidate): boolean {
  return [undefined, 'older'].includes(behindBy(best.rank, candidate.rank));
}

/** A mask as it was drawn, small enough to keep beside many others, or why it could not be. */
export interface Rival {
  readonly candidate: MaskCandidate;
  readonly cropped?: CroppedMask;
  readonly fit: MaskFit;
  readonly flags: readonly StudyFlag[];
  readonly refusal: string;
}

export interface DrawnRival extends Rival {
  readonly cropped: CroppedMask;
}

const WELL: MaskFit = { outsideShare: 0, volumeShare: 1 };

export function drawRival(candidate: MaskCandidate, size: Vec3, draw: () => DrawnMask): Rival {
  try {
    // One whole mask at a time.
    return scratch(() => {
      const { mask, fit, flags } = draw();
      const cropped = cropMask(mask, size);
      if (cropped !== undefined) return { candidate, cropped, fit, flags, refusal: '' };
      return { candidate, fit, flags, refusal: 'tumor-empty' };
    });
  } catch (thrown) {
    if (!(thrown instanceof CaseExclusion)) throw thrown;
    return { candidate, fit: WELL, flags: [], refusal: thrown.code };
  }
}

/** Best first: as they came, and where headers do not tell them apart the larger first. */
export function withSizes(rivals: readonly Rival[]): Rival[] {
  const place = new Map(rivals.map((rival, i) => [rival, i]));
  const voxels = ({ cropped }: Rival): number => cropped?.voxels ?? 0;
  return rivals.toSorted((a, b) => {
    const [ofA, ofB] = [a.candidate.rank, b.candidate.rank];
    const alike = behindBy(ofA, ofB) === undefined && behindBy(ofB, ofA) === undefined;
    return (alike ? voxels(b) - voxels(a) : 0) || place.get(a)! - place.get(b)!;
  });
}

/** What is told of masks that are none of the rivals. */
export function leftOutFlags({ differing, ofOthers }: Rivals): StudyFlag[] {
  const flags: StudyFlag[] = [
    {
      code: 'mask-uid-repeated',
      message: 'mask files left out that have the SOP Instance UID of another one and other contents',
      value: differing,
    },
    {
      code: 'masks-of-other-series',
      message:
        'masks left out that match too and belong to other CT series, or to another scan or part of this one',
      value: ofOthers,
    },
  ];
  return flags.filter(({ value }) => value > 0);
}
