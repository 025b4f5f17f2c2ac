import { expect, test } from 'vitest';
import { cielabOf } from '../../../../src/dicom/derived/segmentation/cielab.ts';

/** `hd.color.CIELabColor.from_rgb(...).value` of highdicom 0.28.2. */
test.each([
  [
    [255, 0, 0],
    [34886, 53484, 50172],
  ],
  [
    [0, 255, 0],
    [57498, 10747, 54274],
  ],
  [
    [0, 0, 255],
    [21170, 53250, 5175],
  ],
  [
    [255, 255, 255],
    [65535, 32897, 32893],
  ],
  [
    [0, 0, 0],
    [0, 32896, 32896],
  ],
  [
    [255, 165, 0],
    [49107, 39048, 53188],
  ],
  [
    [128, 174, 128],
    [43803, 26565, 37722],
  ],
  [
    [1, 2, 3],
    [334, 32865, 32775],
  ],
  [
    [220, 129, 101],
    [41434, 41202, 40670],
  ],
] as const)('sRGB %j is CIELab %j, as highdicom has it', (rgb, lab) => {
  expect(cielabOf(rgb)).toEqual(lab);
});
