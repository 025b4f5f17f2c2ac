import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import { findLungs } from '../../../src/kernels/lungs/find-lungs.ts';
import { rules } from '../../support/dicom/rules.ts';
import { filesInZip, hasSharedData, nrrdMask, shared } from '../../support/shared-data.ts';
import { diceOf, LEFT_LUNG, madeChest, RIGHT_LUNG } from '../../support/volumes/made-chest.ts';

const rule = PRESETS.lung1.lung;

describe('a chest of plain shapes', () => {
  const chest = madeChest();
  const lungsOf = ({ ct }: typeof chest, changed = {}) =>
    findLungs(ct.data, ct.geometry.size, ct.geometry.spacingMm, { ...rule, ...changed });

  test('both lungs are found, the tumour within one filled; airway, bowel gas and the air outside are not', () => {
    const found = lungsOf(chest)!;
    expect(diceOf(found, chest.lung)).toBeGreaterThan(0.995);
    expect(chest.tumor.data.every((tumor, i) => tumor === 0 || found[i] === 1)).toBe(true);
    expect(chest.ct.data.every((hu, i) => hu !== -1000 || found[i] === 0)).toBe(true);
  });

  test('one lung is enough', () => {
    const single = madeChest({ lungs: [RIGHT_LUNG] });
    expect(diceOf(lungsOf(single)!, single.lung)).toBeGreaterThan(0.995);
  });

  test('a small piece of air is no lung', () => {
    const small = madeChest({ lungs: [{ ...LEFT_LUNG, radiiMm: [30, 30, 30] }] });
    expect(lungsOf(small)).toBeUndefined();
    expect(lungsOf(small, { minVolumeMl: 50 })).toBeDefined();
  });

  test('without enclosed air there is none', () => {
    const { size, spacingMm } = chest.ct.geometry;
    expect(findLungs(new Int16Array(chest.ct.data.length).fill(40), size, spacingMm, rule)).toBeUndefined();
    expect(
      findLungs(new Int16Array(chest.ct.data.length).fill(-1000), size, spacingMm, rule),
    ).toBeUndefined();
  });

  test('without erosion a bronchus between them makes one piece of airway and lungs, and the bridge stays', () => {
    const joined = madeChest({
      lungs: [LEFT_LUNG, RIGHT_LUNG, { centreMm: [0, 20, 10], radiiMm: [70, 5, 7] }],
    });
    const voxels = (mask: Uint8Array | undefined) => mask!.reduce((n, v) => n + v, 0);
    expect(voxels(lungsOf(joined, { erosionMm: 0 }))).toBeGreaterThan(
      voxels(lungsOf(joined, { erosionMm: 6 })),
    );
  });
});

describe.runIf(hasSharedData)('real patients: Dice with published contours of both lungs', () => {
  // Those leave out tumour and part of the vessels and take in consolidated lung, which no threshold finds.
  test.each([
    ['LUNG1-001', 0.97],
    ['LUNG1-002', 0.94],
  ])('%s', async (id, least) => {
    const { ct } = await readStudy(filesInZip(shared('lung1', `${id}.zip`)), rules);
    const of = (side: string) => nrrdMask(shared('lung1-masks', id, 'plastimatch-2020', `Lung-${side}.nrrd`));
    const [left, right] = [of('Left'), of('Right')];
    const found = findLungs(ct.data, ct.geometry.size, ct.geometry.spacingMm, rule)!;
    expect(
      diceOf(
        found,
        left.map((v, i) => v | right[i]),
      ),
    ).toBeGreaterThan(least);
  });
});
