import { CaseExclusion } from '../../errors.ts';
import { type ConsensusRule, consensusOf, lesionsOf } from '../../kernels/mask/consensus.ts';
import { type CroppedMask, diceOfCropped, wholeMask } from '../../kernels/mask/cropped-mask.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import { type Vec3, voxelCount } from '../../volume/geometry.ts';
import type { StudyFlag } from '../study-flag.ts';
import type { DrawnMask } from './drawn-mask.ts';
import type { LinkRule } from './link.ts';
import { type MaskCandidate, type MaskRules, type MaskSource, worse } from './mask-candidates.ts';
import { type Algorithm, behindBy, compareTexts, type MaskCriterion } from './mask-order.ts';
import {
  type DrawnRival,
  drawRival,
  isEqualTo,
  leftOutFlags,
  type Rival,
  rivalsOf,
  withSizes,
} from './mask-rivals.ts';

/** One of several masks of a CT, free of UIDs, names and dates: fit for output. */
export interface CompetingMask {
  readonly source: MaskSource;
  readonly roiName: string;
  readonly algorithm: Algorithm;
  readonly linkRule: LinkRule;
  readonly taken: boolean;
  /** The first criterion by which it stands behind what was taken; '' of what was, and of what could not be drawn. */
  readonly reason: MaskCriterion | '';
  /** Dice with the mask that was taken or made; null where it could not be drawn. */
  readonly dice: number | null;
  readonly voxels: number | null;
  /** Which lesion it shows, from 1, of those that match equally well; null of others. */
  readonly lesion: number | null;
  /** Why it could not be drawn, '' where it was. */
  readonly refusal: string;
}

/** What some masks that match equally well show of one lesion. */
export interface CompetingLesion {
  readonly readers: number;
  /** Least Dice of two of its masks; null of one mask. */
  readonly leastDice: number | null;
  /** Voxels of what its masks were combined to; null where one mask was taken. */
  readonly voxels: number | null;
}

/** Several masks of one CT, and what was made of them. */
export interface MaskChoice {
  readonly rule: 'best' | ConsensusRule;
  /** What those that match equally well are to each other, by their overlap. */
  readonly equals: 'one' | 'readers' | 'lesions' | 'readers-and-lesions';
  readonly lesions: readonly CompetingLesion[];
  /** Best first. */
  readonly masks: readonly CompetingMask[];
}

/** The mask of a CT: of one object, or of several that were combined. */
export interface SettledMask {
  /** The one that was taken, or the first of those that were combined. */
  readonly candidate: MaskCandidate;
  readonly drawn: DrawnMask;
  /** SOP Instance UIDs of all that it was made of. */
  readonly instanceUids: readonly string[];
  /** Only where several could have been it. */
  readonly choice?: MaskChoice;
  /** The candidates of `choice.masks`, in their order. */
  readonly rivals?: readonly MaskCandidate[];
}

/** What several masks came to. */
interface Settled {
  readonly taken: readonly DrawnRival[];
  readonly mask: CroppedMask;
  /** Of each lesion, what its masks were combined to; none where one mask was taken. */
  readonly lesions: readonly (CroppedMask | undefined)[];
}

function combined(
  equals: readonly DrawnRival[],
  lesions: readonly (readonly number[])[],
  rule: ConsensusRule,
  gridVoxels: number,
): Settled {
  const each = lesions.map((members) =>
    consensusOf(
      members.map((i) => equals[i].cropped),
      rule,
      gridVoxels,
    ),
  );
  const left = each.filter((lesion) => lesion !== undefined);
  if (left.length === 0)
    throw new CaseExclusion(
      'masks-disagree',
      `no voxel is left of ${equals.length} masks combined by ${rule}: set another mask.objects`,
    );
  return { taken: equals, mask: consensusOf(left, 'union', gridVoxels)!, lesions: each };
}

function leastDice(masks: readonly CroppedMask[]): number | null {
  const dices = masks.flatMap((mask, i) => masks.slice(0, i).map((other) => diceOfCropped(mask, other)));
  return dices.length === 0 ? null : Math.min(...dices);
}

function equalsAre(lesions: readonly (readonly number[])[]): MaskChoice['equals'] {
  const readers = lesions.some((members) => members.length > 1);
  if (lesions.length === 1) return readers ? 'readers' : 'one';
  return readers ? 'readers-and-lesions' : 'lesions';
}

/** Which one is taken, by the criterion that sets it apart from the next. */
export const TAKEN: Readonly<Record<MaskCriterion, string>> = {
  roiNames: 'that of the earliest pattern of mask.roiNames',
  link: 'the one linked to the CT most strongly',
  program: 'the one drawn most by hand',
  older: 'the newest',
  smaller: 'the largest',
  uid: 'of such that are alike that with the lowest SOP Instance UID',
};

const EQUALS: Readonly<Record<MaskChoice['equals'], string>> = {
  one: 'one mask',
  readers: 'readers of one lesion',
  lesions: 'a lesion each',
  'readers-and-lesions': 'several lesions, some by several readers',
};

function severalMasks({ rule, equals, masks }: MaskChoice): StudyFlag {
  const drawn = masks.filter(({ refusal }) => refusal === '');
  const equal = drawn.filter(({ lesion }) => lesion !== null).length;
  const combines = rule !== 'best' && equal > 1;
  const next = drawn.find(({ taken }) => !taken);
  const alike = equal > 1 ? `; ${equal} match equally well, ${EQUALS[equals]}` : '';
  const how = combines
    ? `${equal} were combined, ${EQUALS[equals]}`
    : `${TAKEN[next?.reason || 'uid']} was taken${alike}`;
  const dices = drawn.flatMap(({ taken, dice }) => (taken && !combines ? [] : (dice ?? [])));
  const range = new Set([Math.min(...dices), Math.max(...dices)].map((dice) => dice.toFixed(3)));
  return {
    code: 'several-masks',
    message: `masks of one CT that match (mask.objects: ${rule}): ${how}; Dice with it ${[...range].join(' to ')}`,
    value: drawn.length,
  };
}

function competing(
  rival: Rival,
  { taken, mask }: Settled,
  equals: readonly Rival[],
  lesions: readonly (readonly number[])[],
): CompetingMask {
  const { candidate, cropped, refusal } = rival;
  const isTaken = taken.some((one) => one === rival);
  const [best] = taken;
  const bySize = (voxels: number): MaskCriterion => (voxels < best.cropped.voxels ? 'smaller' : 'uid');
  const lesion = lesions.findIndex((members) => members.some((i) => equals[i] === rival));
  return {
    source: candidate.object.source,
    roiName: safeRoiName(candidate.roi.names[0]),
    algorithm: candidate.algorithm,
    linkRule: candidate.rule,
    taken: isTaken,
    reason:
      isTaken || cropped === undefined
        ? ''
        : (behindBy(best.candidate.rank, candidate.rank) ?? bySize(cropped.voxels)),
    dice: cropped === undefined ? null : diceOfCropped(cropped, mask),
    voxels: cropped?.voxels ?? null,
    lesion: lesion < 0 ? null : lesion + 1,
    refusal,
  };
}

/**
 * Takes or makes the one mask of a CT, where several objects of a source match. `first`: the best by headers that can be
 * drawn, and that mask. `best` takes it, or of those alike the largest; the other rules combine all that match equally
 * well, each lesion over its own masks, and unite lesions. `draw` draws a candidate on the grid, of `size`. Throws a
 * CaseExclusion where nothing is left of what was combined, or there are too many.
 */
export function settleMasks(
  first: { readonly candidate: MaskCandidate; readonly drawn: DrawnMask },
  candidates: readonly MaskCandidate[],
  size: Vec3,
  { objects: rule = 'best' }: Pick<MaskRules, 'objects'>,
  draw: (candidate: MaskCandidate) => DrawnMask,
): SettledMask {
  const found = rivalsOf(first.candidate, candidates);
  const { rivals } = found;
  const isFirst = ({ object }: MaskCandidate): boolean => object === first.candidate.object;
  const told = (drawn: DrawnMask, ...flags: StudyFlag[]): DrawnMask => ({
    ...drawn,
    flags: [...leftOutFlags(found), ...flags, ...drawn.flags],
  });
  const alone = (): SettledMask => ({
    candidate: first.candidate,
    drawn: told(first.drawn),
    instanceUids: [first.candidate.object.instanceUid],
  });
  if (rivals.length === 1) return alone();
  const all = withSizes(
    rivals.map((candidate) =>
      drawRival(candidate, size, () => (isFirst(candidate) ? first.drawn : draw(candidate))),
    ),
  );
  const drawn = all.filter((rival): rival is DrawnRival => rival.cropped !== undefined);
  if (drawn.length === 1) return alone();
  const equals = drawn.filter(({ candidate }) => isEqualTo(drawn[0].candidate, candidate));
  const lesions = lesionsOf(equals.map(({ cropped }) => cropped));
  const settled: Settled =
    rule === 'best'
      ? { taken: [drawn[0]], mask: drawn[0].cropped, lesions: [] }
      : combined(equals, lesions, rule, voxelCount(size));
  const choice: MaskChoice = {
    rule,
    equals: equalsAre(lesions),
    lesions: lesions.map((members, i) => ({
      readers: members.length,
      leastDice: leastDice(members.map((m) => equals[m].cropped)),
      voxels: rule === 'best' ? null : (settled.lesions[i]?.voxels ?? 0),
    })),
    masks: all.map((rival) => competing(rival, settled, equals, lesions)),
  };
  const [{ candidate }] = settled.taken;
  const whole = rule === 'best' && isFirst(candidate) ? first.drawn.mask : wholeMask(settled.mask, size);
  const flagsOf = ({ flags }: DrawnRival): readonly StudyFlag[] => flags;
  const numbered = (rival: DrawnRival): StudyFlag[] =>
    rival.flags.map((flag) => ({ ...flag, message: `mask ${all.indexOf(rival) + 1}: ${flag.message}` }));
  return {
    candidate,
    drawn: told(
      {
        mask: whole,
        fit: settled.taken.map(({ fit }) => fit).reduce(worse),
        flags: settled.taken.flatMap(settled.taken.length > 1 ? numbered : flagsOf),
      },
      severalMasks(choice),
    ),
    instanceUids: settled.taken.map((rival) => rival.candidate.object.instanceUid).sort(compareTexts),
    choice,
    rivals: all.map((rival) => rival.candidate),
  };
}
