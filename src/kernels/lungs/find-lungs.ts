import { giveBack, room } from '../../memory/thread.ts';
import { type Vec3, vec3 } from '../../volume/geometry.ts';
import { cropWithPad } from '../grid/crop.ts';
import { type Box, boundingBox } from '../mask/bounding-box.ts';
import { components } from '../mask/components.ts';
import { close, dilate, erode } from './ball.ts';
import { fillHolesBySlice } from './fill-holes.ts';

/** How lungs are told from all else. */
export interface LungRule {
  readonly thresholdHu: number;
  readonly erosionMm: number;
  readonly closingMm: number;
  /** Least volume of a lung. */
  readonly minVolumeMl: number;
}

/** Mean HU up to which a piece is gas, of the airways or the bowel; emphysema stays above. */
const GAS_HU = -960;

/** Growing back from the eroded core reaches this much further than the erosion, to regain thin edges of the lung. */
const REGAIN_MM = 3;

/** Below the threshold and enclosed by the body: lung, airways, gas of the bowel. The air round the body is not. */
function enclosedAir(hu: Int16Array, size: Vec3, thresholdHu: number): Uint8Array {
  const tissue = room(Uint8Array, hu.length);
  for (let i = 0; i < hu.length; i++) tissue[i] = hu[i] >= thresholdHu ? 1 : 0;
  const enclosed = fillHolesBySlice(tissue, size);
  for (let i = 0; i < enclosed.length; i++) enclosed[i] ^= tissue[i];
  giveBack(tissue);
  return enclosed;
}

/** A box grown by `marginMm`, within the image. */
function grown({ start, size }: Box, imageSize: Vec3, spacingMm: Vec3, marginMm: number): Box {
  const margin = vec3((a) => Math.ceil(marginMm / spacingMm[a]));
  const from = vec3((a) => Math.max(0, start[a] - margin[a]));
  return {
    start: from,
    size: vec3((a) => Math.min(imageSize[a], start[a] + size[a] + margin[a]) - from[a]),
  };
}

/** Mean HU where a mask that lies at a box of the whole is set. */
function meanHuOf(hu: Int16Array, wholeSize: Vec3, mask: Uint8Array, { start, size }: Box): number {
  let sum = 0;
  let voxels = 0;
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const row = ((start[2] + z) * wholeSize[1] + start[1] + y) * wholeSize[0] + start[0];
      for (let x = 0; x < size[0]; x++, at++) {
        if (mask[at] === 0) continue;
        sum += hu[row + x];
        voxels++;
      }
    }
  }
  return sum / voxels;
}

/** The air that an eroded core belongs to, its vessels closed and filled. */
function lungOf(core: Uint8Array, air: Uint8Array, size: Vec3, spacingMm: Vec3, rule: LungRule): Uint8Array {
  const lung = dilate(core, size, spacingMm, rule.erosionMm + REGAIN_MM);
  for (let i = 0; i < lung.length; i++) lung[i] &= air[i];
  const closed = close(lung, size, spacingMm, rule.closingMm);
  giveBack(lung);
  const filled = fillHolesBySlice(closed, size);
  giveBack(closed);
  return filled;
}

/** Sets the voxels of a part, which lies at a box of the whole. */
function addInto(whole: Uint8Array, wholeSize: Vec3, part: Uint8Array, { start, size }: Box): void {
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const row = ((start[2] + z) * wholeSize[1] + start[1] + y) * wholeSize[0] + start[0];
      for (let x = 0; x < size[0]; x++, at++) whole[row + x] |= part[at];
    }
  }
}

/**
 * Both lungs in a chest CT, vessels included, airways and tumours at the wall not: enclosed air is eroded, so that the
 * bronchi and thin septa part, and its two largest pieces that are no gas are grown back, closed and filled.
 *
 * @param hu HU with z along the body, as in RAS or LPS
 * @returns 0 and 1 on the same grid; undefined where no piece is a lung by the rule
 */
export function findLungs(
  hu: Int16Array,
  size: Vec3,
  spacingMm: Vec3,
  rule: LungRule,
): Uint8Array | undefined {
  const all = enclosedAir(hu, size, rule.thresholdHu);
  const found = boundingBox(all, size);
  if (found === undefined) return undefined;
  const marginMm = Math.max(rule.erosionMm + REGAIN_MM, rule.closingMm) + Math.max(...spacingMm);
  const box = grown(found, size, spacingMm, marginMm);
  const air = cropWithPad(all, size, box.start, box.size, 0);
  const lungs = all.fill(0);
  const eroded = erode(air, box.size, spacingMm, rule.erosionMm);
  const { sizes, maskOf } = components(eroded, box.size, 6);
  giveBack(eroded);
  const voxelMl = (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  let count = 0;
  for (let label = 1; label <= sizes.length && count < 2; label++) {
    // Erosion leaves more than a quarter of anything as thick as a lung.
    if (sizes[label - 1] * voxelMl < rule.minVolumeMl / 4) break;
    const mask = maskOf(label);
    if (meanHuOf(hu, size, mask, box) > GAS_HU) {
      const core = boundingBox(mask, box.size)!;
      const place = grown(core, box.size, spacingMm, marginMm);
      const [coreThere, airThere] = [mask, air].map((whole) =>
        cropWithPad(whole, box.size, place.start, place.size, 0),
      );
      const lung = lungOf(coreThere, airThere, place.size, spacingMm, rule);
      if ((boundingBox(lung, place.size)?.voxels ?? 0) * voxelMl >= rule.minVolumeMl) {
        addInto(lungs, size, lung, {
          start: vec3((a) => box.start[a] + place.start[a]),
          size: place.size,
        });
        count++;
      }
      for (const array of [coreThere, airThere, lung]) giveBack(array);
    }
    giveBack(mask);
  }
  giveBack(air);
  return count > 0 ? lungs : undefined;
}
