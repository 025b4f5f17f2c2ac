import { CaseExclusion } from '../../errors.ts';
import type { Vec3 } from '../../volume/geometry.ts';
import type { DrawnMask } from '../mask/drawn-mask.ts';
import type { MaskCandidate, MaskObject, MaskRules } from '../mask/mask-candidates.ts';
import { settleMasks, TAKEN } from '../mask/mask-choice.ts';
import { type Algorithm, behindBy, type MaskCriterion } from '../mask/mask-order.ts';
import { isEqualTo, leftOutFlags, rivalsOf } from '../mask/mask-rivals.ts';
import { PixelsNotReadError } from '../pixels/pixels.ts';
import type { StudyFlag } from '../study-flag.ts';

/** One of several masks of a CT, and what would become of it. */
export interface Competition {
  readonly algorithm: Algorithm;
  /** Whether it, or a mask that it is part of, would be taken, as far as headers tell. */
  readonly taken: boolean;
  /** By what it stands behind; `pixels` where they alone tell; '' where it does not. */
  readonly decidedBy: MaskCriterion | 'pixels' | '';
  /** The same in words, '' of one that would be taken alone. */
  readonly reason: string;
}

/** The mask that would be taken or made, and those that it competes with. */
export interface ForeseenMask {
  readonly candidate: MaskCandidate;
  /** Undefined of a DICOM segmentation, whose pixels were not read. */
  readonly drawn: DrawnMask | undefined;
  readonly flags: readonly StudyFlag[];
  readonly competing: ReadonlyMap<MaskObject, Competition>;
}

const BEHIND: Readonly<Record<MaskCriterion | 'pixels', string>> = {
  roiNames: 'another mask matches an earlier pattern of mask.roiNames',
  link: 'another mask is linked to the CT more strongly',
  program: 'another mask is drawn more by hand',
  older: 'another mask is newer',
  smaller: 'another mask is larger',
  uid: 'another mask, alike in all else, has a lower SOP Instance UID',
  pixels: 'one of several that match equally well: the largest is taken, which pixels alone tell',
};

const COMBINED = 'combined with others that match equally well (mask.objects)';

/** Draws a mask as far as its file was read; undefined where that is not far enough. */
type Draw = (candidate: MaskCandidate) => DrawnMask | undefined;

/** Draws a mask, or throws that its pixels were not read. */
function drawOrThrow(draw: Draw): (candidate: MaskCandidate) => DrawnMask {
  return (candidate) => {
    const drawn = draw(candidate);
    if (drawn === undefined) throw new PixelsNotReadError(candidate.object.name);
    return drawn;
  };
}

function isDrawable(draw: Draw, candidate: MaskCandidate): boolean {
  try {
    draw(candidate);
    return true;
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return false;
    throw thrown;
  }
}

/** By headers alone: what is the larger stays open, and what lies where. */
function byHeaders(
  first: MaskCandidate,
  candidates: readonly MaskCandidate[],
  { objects: rule = 'best' }: MaskRules,
  draw: Draw,
): ForeseenMask {
  const found = rivalsOf(first, candidates);
  const { rivals } = found;
  const usable = rivals.length === 1 ? rivals : rivals.filter((candidate) => isDrawable(draw, candidate));
  const flags = leftOutFlags(found);
  if (usable.length < 2) return { candidate: first, drawn: undefined, flags, competing: new Map() };
  const [best, next] = usable;
  const equals = usable.filter((candidate) => isEqualTo(best, candidate));
  const behind = behindBy(best.rank, next.rank);
  const combines = rule !== 'best' && equals.length > 1;
  const competition = (candidate: MaskCandidate): Competition => {
    const { algorithm, rank } = candidate;
    if (combines && equals.includes(candidate))
      return { algorithm, taken: true, decidedBy: '', reason: COMBINED };
    const decidedBy = behindBy(best.rank, rank) ?? (behind === undefined && !combines ? 'pixels' : '');
    const reason = decidedBy === '' ? '' : BEHIND[decidedBy];
    return { algorithm, taken: candidate === best, decidedBy, reason };
  };
  const competing = new Map(usable.map((candidate) => [candidate.object, competition(candidate)]));
  const how = combines
    ? 'those that match equally well are combined'
    : behind === undefined
      ? 'of those that match equally well the largest is taken, which pixels alone tell'
      : `${TAKEN[behind]} is taken`;
  const several: StudyFlag = {
    code: 'several-masks',
    message: `masks of one CT that match (mask.objects: ${rule}): ${how}`,
    value: usable.length,
  };
  return { candidate: best, drawn: undefined, flags: [...flags, several], competing };
}

/**
 * Which mask `readStudy` would take or make. `first`: the best by headers that can be drawn, and that mask, on a grid of
 * `size`. Throws its CaseExclusion where it would make none.
 */
export function foreseeMask(
  { candidate: first, drawn: drawnFirst }: Pick<ForeseenMask, 'candidate' | 'drawn'>,
  candidates: readonly MaskCandidate[],
  size: Vec3,
  rules: MaskRules,
  draw: Draw,
): ForeseenMask {
  if (drawnFirst === undefined) return byHeaders(first, candidates, rules, draw);
  const settled = settleMasks(
    { candidate: first, drawn: drawnFirst },
    candidates,
    size,
    rules,
    drawOrThrow(draw),
  );
  const { candidate, drawn, choice, rivals = [] } = settled;
  const masks = choice?.masks ?? [];
  const combines = masks.filter(({ taken }) => taken).length > 1;
  const competing = rivals.map((rival, i): [MaskObject, Competition] => {
    const { algorithm, taken, reason } = masks[i];
    const why = reason === '' ? (taken && combines ? COMBINED : '') : BEHIND[reason];
    return [rival.object, { algorithm, taken, decidedBy: reason, reason: why }];
  });
  return {
    candidate,
    drawn,
    flags: drawn.flags,
    competing: new Map(competing.filter((_, i) => masks[i].refusal === '')),
  };
}
