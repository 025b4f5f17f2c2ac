import { describe, expect, test } from 'vitest';
import { slicePlane, stackSlices } from '../../src/dicom/geometry.ts';
import { parsePart10 } from '../../src/dicom/part10.ts';
import { segmentMask } from '../../src/dicom/seg.ts';
import { rules } from '../support/rules.ts';
import { compareMasks, filesAt, hasSharedData, nrrdMask, shared } from '../support/shared-data.ts';

const FOLDER = 'seg/dcmqi/segmentations';

function gridOf(folder: string) {
  const planes = filesAt(shared(folder)).flatMap(
    ({ name, bytes }) => slicePlane(parsePart10(name, bytes)!) ?? [],
  );
  return stackSlices(planes, rules).geometry;
}

function segmentation(file: string) {
  const [{ name, bytes }] = filesAt(shared(file));
  return parsePart10(name, bytes)!;
}

describe.runIf(hasSharedData)('DICOM SEG equals the NRRD that dcmqi was given', () => {
  test.each([
    [
      'rows x columns not a multiple of 8',
      '23x38x3/seg/label.seg',
      '23x38x3/image',
      '23x38x3/nrrd/label.nrrd',
    ],
    ['rows x columns a multiple of 8', '24x38x3/seg/label.seg', '24x38x3/image', '24x38x3/nrrd/label.nrrd'],
    ['frames in another order than the slices', 'liver.dcm', 'ct-3slice', 'liver_seg.nrrd'],
  ])('%s', (_, seg, images, nrrd) => {
    const { mask } = segmentMask(segmentation(`${FOLDER}/${seg}`), 1, gridOf(`${FOLDER}/${images}`));
    const { differing, voxels } = compareMasks(mask, nrrdMask(shared(FOLDER, nrrd)));
    expect(differing).toBe(0);
    expect(voxels).toBeGreaterThan(0);
  });

  test.each([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
    [4, 1, 4],
    [5, 1, 5],
  ])('overlapping segments and absent frames: segment %i', (segment, nrrd, label) => {
    const { mask } = segmentMask(
      segmentation(`${FOLDER}/partial_overlaps.dcm`),
      segment,
      gridOf(`${FOLDER}/ct-3slice`),
    );
    const { differing, voxels } = compareMasks(
      mask,
      nrrdMask(shared(FOLDER, `partial_overlaps-${nrrd}.nrrd`), label),
    );
    expect(differing).toBe(0);
    expect(voxels).toBeGreaterThan(0);
  });

  test('a grid that the frames do not fall on is refused', () => {
    const grid = gridOf(`${FOLDER}/ct-3slice`);
    const shifted = {
      ...grid,
      originMm: [grid.originMm[0] + 0.3, grid.originMm[1], grid.originMm[2]] as const,
    };
    expect(() => segmentMask(segmentation(`${FOLDER}/liver.dcm`), 1, shifted)).toThrow(
      /do not fall on the voxels/,
    );
  });

  test('types other than BINARY are refused', () => {
    expect(() =>
      segmentMask(segmentation(`${FOLDER}/sparse-labelmap-ppv5.dcm`), 1, gridOf(`${FOLDER}/24x38x3/image`)),
    ).toThrow(/LABELMAP/);
  });
});
