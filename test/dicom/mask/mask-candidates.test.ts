import { describe, expect, test } from 'vitest';
import type { DicomFile } from '../../../src/dicom/file/part10.ts';
import { type MaskRules, maskCandidates, maskObjects } from '../../../src/dicom/mask/mask-candidates.ts';
import type { CtSeries } from '../../../src/dicom/series/series.ts';
import { type Geometry, pointOfIndex } from '../../../src/volume/geometry.ts';
import {
  type ContourItem,
  type RoiItem,
  segmentationObject,
  structureSetObject,
} from '../../support/dicom/dicom-object.ts';

const GRID: Geometry = {
  size: [12, 10, 2],
  spacingMm: [2, 2, 3],
  originMm: [100, 200, 300],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const RULES: MaskRules = {
  maskSources: ['SEG', 'RTSTRUCT'],
  contourToleranceMm: 0.2,
  fractionalThreshold: 0.5,
  roiNames: ['^gtv-1$', '^gtv$'],
  contourRule: 'xor',
  labels: [],
};

function series(seriesUid: string, frameOfReferenceUid: string): CtSeries {
  return { seriesUid, frameOfReferenceUid, planes: [], spacingMm: 3, coverageMm: 3, kernel: '' };
}

const CTS = [series('1.1', '9.1'), series('1.2', '9.2')];

/** A square of some pixels from pixel `from` on, on a slice. */
function box(from: number, pixels: number, z = 0): ContourItem {
  const [a, b] = [from - 0.5, from + pixels - 0.5];
  const corners = [
    [a, a],
    [b, a],
    [b, b],
    [a, b],
  ];
  return { data: corners.flatMap(([x, y]) => [...pointOfIndex(GRID, [x, y, z])]) };
}

function structureSet(name: string, rois: readonly RoiItem[], seriesUid = '', frameUid = ''): DicomFile {
  return { ...structureSetObject(rois, [{ seriesUid, frameUid }]), name };
}

function segmentation(name: string, label: string): DicomFile {
  const pixels = Array.from({ length: 120 }, (_, i) => (i === 0 ? 1 : 0));
  const file = segmentationObject({
    type: 'BINARY',
    bitsAllocated: 1,
    columns: 12,
    rows: 10,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacingMm: [2, 2],
    frames: [{ segment: 1, positionMm: GRID.originMm, pixels }],
    segments: [{ number: 1, label, description: 'GTV-1' }],
  });
  return { ...file, name };
}

const candidates = (files: readonly DicomFile[], rules = RULES) =>
  maskCandidates(maskObjects(files, rules), CTS, rules);

function voxels(mask: Uint8Array): number[] {
  return [...mask.keys()].filter((i) => mask[i] === 1);
}

describe('the order of candidates', () => {
  const contour = { contours: [box(1, 2)] };
  const linked = structureSet('b.dcm', [{ number: 1, name: 'GTV-1', ...contour }], '1.2');
  const byFrame = structureSet('a.dcm', [{ number: 1, name: 'GTV-1', ...contour }], '', '9.2');
  const unlinked = structureSet('c.dcm', [{ number: 1, name: 'GTV-1', ...contour }]);
  const other = structureSet('d.dcm', [{ number: 1, name: 'Heart', ...contour }], '1.1');
  const seg = segmentation('z.dcm', 'Neoplasm, Primary');
  const told = (rules = RULES) =>
    candidates([unlinked, byFrame, linked, other, seg], rules).map(
      ({ object, rule, series: { seriesUid } }) => `${object.name} ${rule} ${seriesUid}`,
    );

  test('is by source, then by link, then by series; objects without the ROI are none', () => {
    expect(told()).toEqual([
      'z.dcm patient 1.1',
      'z.dcm patient 1.2',
      'b.dcm series-uid 1.2',
      'a.dcm frame-of-reference-uid 1.2',
      'c.dcm patient 1.1',
      'c.dcm patient 1.2',
    ]);
  });

  test('has only the configured sources', () => {
    expect(told({ ...RULES, maskSources: ['RTSTRUCT'] }).some((c) => c.startsWith('z.dcm'))).toBe(false);
  });
});

test('an ROI is linked by the frame of reference that it was drawn in, where the set has several', () => {
  const file = structureSetObject(
    [
      { number: 1, name: 'PET tumour', frameUid: '9.1', contours: [box(1, 2)] },
      { number: 2, name: 'GTV-1', frameUid: '9.2', contours: [box(1, 2)] },
    ],
    [
      { frameUid: '9.1', seriesUid: '1.1' },
      { frameUid: '9.2', seriesUid: '1.2' },
    ],
  );
  expect(candidates([file]).map((c) => c.series.seriesUid)).toEqual(['1.2']);
});

test('several matching ROIs are flagged', () => {
  const [candidate] = candidates([
    structureSet('a.dcm', [
      { number: 5, name: 'GTV-1', contours: [box(1, 2)] },
      { number: 2, name: 'gtv-1', contours: [box(4, 1)] },
    ]),
  ]);
  expect(candidate.roi.number).toBe(2);
  const { mask, flags } = candidate.draw(GRID);
  expect(voxels(mask)).toEqual([4 * 12 + 4]);
  expect(flags).toMatchObject([{ code: 'several-rois-match', value: 1 }]);
});

describe('a union', () => {
  const union: MaskRules = { ...RULES, policy: 'union', unionNames: ['^gtv-[0-9]$'] };
  const nothing = { type: 'POINT', data: [1, 2, 3] };

  test('holds each ROI once, overlaps included', () => {
    const file = structureSet('a.dcm', [
      { number: 1, name: 'GTV-1', contours: [box(1, 2)] },
      { number: 7, name: 'GTV-2', contours: [box(2, 2), nothing] },
      { number: 9, name: 'Heart', contours: [box(6, 2)] },
    ]);
    const [{ draw, rois }] = candidates([file], union);
    expect(rois.map(({ number }) => number)).toEqual([1, 7]);
    const { mask, flags } = draw(GRID);
    expect(voxels(mask)).toEqual([13, 14, 25, 26, 27, 38, 39]);
    expect(flags).toMatchObject([
      { code: 'rois-united', value: 2 },
      { code: 'contours-without-area', message: expect.stringContaining('ROI 7'), value: 1 },
    ]);
  });

  test('leaves out what cannot be drawn, and tells which', () => {
    const file = structureSet('a.dcm', [
      { number: 1, name: 'GTV-1', contours: [box(1, 2, 40)] },
      { number: 2, name: 'GTV-2', contours: [box(2, 1)] },
    ]);
    const { mask, flags } = candidates([file], union)[0].draw(GRID);
    expect(voxels(mask)).toEqual([26]);
    expect(flags).toMatchObject([
      { code: 'rois-united', value: 1 },
      { code: 'roi-left-out', value: 1 },
    ]);
  });

  test('of nothing is refused for the reason of its first ROI', () => {
    const file = structureSet('a.dcm', [
      { number: 1, name: 'GTV-1', contours: [box(1, 2, 40)] },
      { number: 2, name: 'GTV-2', contours: [box(1, 2, 50)] },
    ]);
    expect(() => candidates([file], union)[0].draw(GRID)).toThrow(/ROI 1 lie outside/);
  });
});
