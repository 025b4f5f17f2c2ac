import { boxOfAll, type CroppedMask, commonVoxels, cropMask, visitInside } from './cropped-mask.ts';
import { staple } from './staple.ts';

/** How masks of one lesion by several readers become one. */
export type ConsensusRule = 'union' | 'intersection' | 'majority' | 'staple';

/**
 * Share of the smaller of two masks that the other has as well, from which on both are of one lesion. Readers of one lesion
 * share most of it. Neighbours that touch share a rim: a tenth or so where small ones meet by a layer of voxels.
 */
export const SAME_LESION_SHARE = 0.25;

/**
 * The masks (by their indices) of each lesion: those that overlap by `SAME_LESION_SHARE`, with each other or by way of
 * others. Lesions come in the order of their first masks.
 */
export function lesionsOf(masks: readonly CroppedMask[]): number[][] {
  const lesion = masks.map((_, i) => i);
  for (let i = 0; i < masks.length; i++)
    for (let j = 0; j < i; j++) {
      if (lesion[i] === lesion[j]) continue;
      const smaller = Math.min(masks[i].voxels, masks[j].voxels);
      if (commonVoxels(masks[i], masks[j]) < SAME_LESION_SHARE * smaller) continue;
      const [kept, gone] = [Math.min(lesion[i], lesion[j]), Math.max(lesion[i], lesion[j])];
      lesion.forEach((of, k) => {
        if (of === gone) lesion[k] = kept;
      });
    }
  return [...Map.groupBy(masks.keys(), (i) => lesion[i]).values()];
}

/** From how many readers on a voxel is inside. */
function votesNeeded(rule: Exclude<ConsensusRule, 'staple'>, readers: number): number {
  switch (rule) {
    case 'union':
      return 1;
    case 'intersection':
      return readers;
    case 'majority':
      return Math.floor(readers / 2) + 1;
  }
}

/**
 * One mask of several readers' masks of a lesion; undefined where no voxel is left. `majority`: more than half of them, so
 * that a tie of an even number is outside (ITK's LabelVoting leaves it undecided). `staple`: more likely inside than
 * outside, see `staple`, for which `gridVoxels` counts the voxels of the whole grid; never what no reader has inside,
 * which readers that contradict each other throughout would lead it to.
 */
export function consensusOf(
  masks: readonly CroppedMask[],
  rule: ConsensusRule,
  gridVoxels: number,
): CroppedMask | undefined {
  if (masks.length === 1) return masks[0];
  if (rule === 'staple') {
    const { box, patterns, probabilities } = staple(masks, gridVoxels);
    const inside = new Uint8Array(patterns.length);
    for (let i = 0; i < inside.length; i++)
      inside[i] = patterns[i] > 0 && probabilities[patterns[i]] > 0.5 ? 1 : 0;
    return cropMask(inside, box.size, box.start);
  }
  const box = boxOfAll(masks);
  const votes = new Uint16Array(box.size[0] * box.size[1] * box.size[2]);
  for (const mask of masks)
    visitInside(mask, box, (index) => {
      votes[index]++;
    });
  const needed = votesNeeded(rule, masks.length);
  const inside = new Uint8Array(votes.length);
  for (let i = 0; i < inside.length; i++) inside[i] = votes[i] >= needed ? 1 : 0;
  return cropMask(inside, box.size, box.start);
}
