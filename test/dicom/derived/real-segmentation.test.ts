import { describe, expect, test } from 'vitest';
import { encodeSegmentation } from '../../../src/dicom/derived/segmentation.ts';
import { items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { segmentMask } from '../../../src/dicom/mask/seg.ts';
import { slicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { plainRules, tumour } from '../../support/dicom/made-segments.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { encodedFile } from '../../support/dicom/source-images.ts';
import { compareMasks, filesInZip, hasSharedData, nrrdMask, shared } from '../../support/shared-data.ts';

describe.runIf(hasSharedData)('the tumour of a real CT comes back voxel by voxel', () => {
  const real = (patient: string) => {
    const stack = stackSlices(ctPlanes(filesInZip(shared('lung1', `${patient}.zip`))), stackRules);
    const mask = nrrdMask(shared('lung1-masks', patient, 'plastimatch-2020', 'GTV-1.nrrd'));
    return { stack, mask };
  };
  test.each(['LUNG1-001', 'LUNG1-002'])('%s', (patient) => {
    const { stack, mask } = real(patient);
    const source = { slices: stack.slices, spacingMm: stack.geometry.spacingMm[2] };
    for (const type of ['BINARY', 'FRACTIONAL', 'LABELMAP'] as const)
      for (const compression of ['none', 'deflate', 'rle', 'deflate-frames'] as const) {
        if (type === 'BINARY' && compression === 'rle') continue;
        const rules = { ...plainRules, type, compression };
        const { bytes, total } = encodeSegmentation(source, mask, [tumour(1)], rules);
        const back = segmentMask(parsePart10('seg.dcm', bytes)!, 1, stack.lattice, 0.5);
        expect(compareMasks(back.mask, mask).differing).toBe(0);
        expect(total).toBeLessThan(stack.slices.length);
      }
  });
});

describe.runIf(hasSharedData)('of an Enhanced CT', () => {
  test('frames are made from frames of it, and lie where those do', () => {
    const file = encodedFile('pydicom-data/eCT_Supplemental.dcm');
    const slices = [0, 1].map((frame) => slicePlane({ file, frame })!);
    const [{ columns, rows }] = slices;
    const voxels = new Uint8Array(2 * columns * rows);
    voxels[columns * rows + 5] = 1;
    const { bytes } = encodeSegmentation({ slices, spacingMm: undefined }, voxels, [tumour(1)], plainRules);
    const { dataset } = parsePart10('seg.dcm', bytes)!;
    const [group] = items(dataset, Tag.PerFrameFunctionalGroupsSequence);
    const [derivation] = items(group, Tag.DerivationImageSequence);
    const [image] = items(derivation, Tag.SourceImageSequence);
    expect(text(image, Tag.ReferencedFrameNumber)).toBe('2');
    expect(
      text(items(group, Tag.PlanePositionSequence)[0], Tag.ImagePositionPatient).split('\\').map(Number),
    ).toEqual(slices[1].positionMm);
    const [series] = items(dataset, Tag.ReferencedSeriesSequence);
    expect(items(series, Tag.ReferencedInstanceSequence)).toHaveLength(1);
  });
});
