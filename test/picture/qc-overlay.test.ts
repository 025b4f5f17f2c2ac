import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { CaseExclusion, UsageError } from '../../src/errors.ts';
import { glyphOf } from '../../src/picture/font.ts';
import { CONTOUR, LUNG_CONTOUR } from '../../src/picture/panel.ts';
import { overlayPanels, qcOverlay, type RoiPicture } from '../../src/picture/qc-overlay.ts';
import { type Geometry, pointOfIndex, type Vec3, voxelCount } from '../../src/volume/geometry.ts';

const LPS = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const RAS = [-1, 0, 0, 0, -1, 0, 0, 0, 1];
const windowHu = [-1000, 400] as const;

/** An ROI of air whose voxels take HU and mask from their place in the patient (LPS mm, 0 in the middle). */
function roi(
  size: Vec3,
  spacingMm: Vec3,
  direction: readonly number[],
  inTumor: (point: Vec3) => boolean,
  hu: (point: Vec3) => number = () => -1000,
): RoiPicture {
  const around: Geometry = { size, spacingMm, originMm: [0, 0, 0], direction };
  const middle = pointOfIndex(around, [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]);
  const geometry = { ...around, originMm: [-middle[0], -middle[1], -middle[2]] as const };
  const ct = new Float32Array(voxelCount(size));
  const tumor = new Uint8Array(voxelCount(size));
  for (let z = 0, voxel = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, voxel++) {
        const point = pointOfIndex(geometry, [x, y, z]);
        ct[voxel] = hu(point);
        tumor[voxel] = inTumor(point) ? 1 : 0;
      }
    }
  }
  return { ct: { data: ct, geometry }, tumor: { data: tumor, geometry }, windowHu };
}

const cube = (half: number) => (point: Vec3) => point.every((mm) => Math.abs(mm) < half);
const PANEL_TOP = 34;

/** The box around the pixels of one colour in the panels, left edge of each panel as given. */
function boxOf(png: Uint8Array, left: number, width: number, [red, green, blue]: readonly number[]) {
  const picture = decode(png);
  const { data } = picture;
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity, pixels: 0 };
  for (let y = PANEL_TOP; y < picture.height - PANEL_TOP; y++) {
    for (let x = left; x < left + width; x++) {
      const at = 3 * (y * picture.width + x);
      if (data[at] !== red || data[at + 1] !== green || data[at + 2] !== blue) continue;
      box.left = Math.min(box.left, x - left);
      box.right = Math.max(box.right, x - left);
      box.top = Math.min(box.top, y - PANEL_TOP);
      box.bottom = Math.max(box.bottom, y - PANEL_TOP);
      box.pixels++;
    }
  }
  return box;
}

/** Three equal panels of a cubic ROI. */
const PANELS = [10, 330, 650];
const PANEL_WIDTH = 310;

describe('the file', () => {
  const png = qcOverlay(roi([96, 96, 32], [2, 2, 6], RAS, cube(24)));

  test('is a PNG of 8-bit RGB, 970 pixels wide for a 192 mm ROI', () => {
    const header = Buffer.from(png);
    expect(header.toString('latin1', 1, 4)).toBe('PNG');
    expect([header.readUInt32BE(16), header[24], header[25]]).toEqual([970, 8, 2]);
    const idat = header.indexOf('IDAT');
    const pixels = inflateSync(header.subarray(idat + 4, idat + 4 + header.readUInt32BE(idat - 4)));
    expect(pixels).toHaveLength(header.readUInt32BE(20) * (1 + 3 * 970));
  });

  test('has colour', () => {
    const { data } = decode(png);
    expect(data.some((value, i) => i % 3 === 0 && value !== data[i + 1])).toBe(true);
  });

  test('has the same bytes each time', () => {
    expect(qcOverlay(roi([96, 96, 32], [2, 2, 6], RAS, cube(24)))).toEqual(png);
  });
});

test.each([
  ['isotropic', [64, 64, 64], [1, 1, 1], 10],
  ['1 x 1 x 3 mm', [48, 48, 16], [1, 1, 3], 9],
  ['0.5 x 2 x 4 mm', [96, 24, 12], [0.5, 2, 4], 8],
] as const)('a cube is as wide as high in each panel: %s', (_, size, spacingMm, half) => {
  const png = qcOverlay(roi(size, spacingMm, RAS, cube(half)));
  const pixelsPerMm = PANEL_WIDTH / (size[0] * spacingMm[0]);
  for (const left of PANELS) {
    const box = boxOf(png, left, PANEL_WIDTH, CONTOUR);
    expect(Math.abs(box.right - box.left + 1 - 2 * half * pixelsPerMm)).toBeLessThanOrEqual(1);
    expect(Math.abs(box.bottom - box.top + 1 - 2 * half * pixelsPerMm)).toBeLessThanOrEqual(1);
    expect(box.pixels).toBe(2 * (box.right - box.left) + 2 * (box.bottom - box.top));
  }
});

describe.each([
  ['RAS', RAS],
  ['LPS', LPS],
  ['axes exchanged', [0, 0, -1, 1, 0, 0, 0, -1, 0]],
] as const)('radiological display of a %s grid', (_, direction) => {
  // A bright ball at the patient's left, back and top, in the three slices through the tumour's middle.
  const near = (point: Vec3, x: number, y: number, z: number) =>
    Math.hypot(point[0] - x, point[1] - y, point[2] - z) < 4;
  const isTumor = (point: Vec3) => Math.hypot(...point) < 6;
  const boxes = (x: number, y: number, z: number) => {
    const bright = (point: Vec3) => (near(point, x, y, z) ? 400 : -1000);
    const png = qcOverlay(roi([41, 41, 41], [1, 1, 1], direction, isTumor, bright));
    return PANELS.map((left) => boxOf(png, left, PANEL_WIDTH, [255, 255, 255]));
  };
  const rightOf = 2 * (PANEL_WIDTH / 3);
  const leftOf = PANEL_WIDTH / 3;

  test("the patient's left is on the viewer's right in axial and coronal", () => {
    const [axial, coronal] = boxes(12, 0, 0);
    expect(axial.left).toBeGreaterThan(rightOf);
    expect(coronal.left).toBeGreaterThan(rightOf);
  });

  test('anterior is up in axial and on the left in sagittal', () => {
    const [axial, , sagittal] = boxes(0, -12, 0);
    expect(axial.bottom).toBeLessThan(leftOf);
    expect(sagittal.right).toBeLessThan(leftOf);
  });

  test('superior is up in coronal and sagittal', () => {
    const [, coronal, sagittal] = boxes(0, 0, 12);
    expect(coronal.bottom).toBeLessThan(leftOf);
    expect(sagittal.bottom).toBeLessThan(leftOf);
  });
});

test.each([
  ['R, L, A, P at the axial panel', 0, ['R', 'L', 'A', 'P']],
  ['R, L, S, I at the coronal panel', 1, ['R', 'L', 'S', 'I']],
  ['A, P, S, I at the sagittal panel', 2, ['A', 'P', 'S', 'I']],
] as const)('the letters left, right, above and below: %s', (_, panel, letters) => {
  const picture = decode(qcOverlay(roi([40, 40, 20], [1, 1, 2], RAS, () => false)));
  const corners = [
    [5, 148],
    [295, 148],
    [150, 5],
    [150, 291],
  ];
  letters.forEach((letter, i) => {
    const read = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => {
        const [left, top] = [PANELS[panel] + corners[i][0] + 2 * x, PANEL_TOP + corners[i][1] + 2 * y];
        return picture.data[3 * (top * picture.width + left)] > 0 ? '#' : '.';
      }).join(''),
    );
    expect(read).toEqual(glyphOf(letter).slice(0, 7));
  });
});

test('an empty mask shows the middle, without an outline', () => {
  const png = qcOverlay(roi([40, 40, 20], [1, 1, 2], RAS, () => false));
  for (const left of PANELS) expect(boxOf(png, left, PANEL_WIDTH, CONTOUR).pixels).toBe(0);
});

test('a mask that fills the ROI is outlined along the panels', () => {
  const png = qcOverlay(roi([40, 40, 20], [1, 1, 2], RAS, () => true));
  for (const left of PANELS) {
    const box = boxOf(png, left, PANEL_WIDTH, CONTOUR);
    expect([box.left, box.right, box.top, box.bottom]).toEqual([0, PANEL_WIDTH - 1, 0, PANEL_WIDTH - 1]);
  }
});

test('the rightmost, foremost voxel of an LPS grid is outlined in the upper left corner of the axial panel', () => {
  const picture = roi([40, 40, 20], [1, 1, 2], LPS, () => false);
  picture.tumor.data[0] = 1;
  const box = boxOf(qcOverlay(picture), PANELS[0], PANEL_WIDTH, CONTOUR);
  expect([box.left, box.top]).toEqual([0, 0]);
  expect(box.right).toBeLessThan(10);
});

describe('the lungs', () => {
  const withLung = (half: number): Uint8Array => {
    const picture = roi([40, 40, 20], [1, 1, 2], RAS, cube(6));
    return qcOverlay({ ...picture, lung: roi([40, 40, 20], [1, 1, 2], RAS, cube(half)).tumor });
  };

  test('are outlined in a colour of their own, in each panel', () => {
    const png = withLung(16);
    for (const left of PANELS) {
      const box = boxOf(png, left, PANEL_WIDTH, LUNG_CONTOUR);
      expect(box.right - box.left).toBeGreaterThan(200);
      expect(boxOf(png, left, PANEL_WIDTH, CONTOUR).pixels).toBeGreaterThan(0);
    }
  });

  test('never hide the outline of the tumour', () => {
    const png = withLung(6);
    for (const left of PANELS) {
      expect(boxOf(png, left, PANEL_WIDTH, LUNG_CONTOUR).pixels).toBe(0);
      expect(boxOf(png, left, PANEL_WIDTH, CONTOUR).pixels).toBeGreaterThan(0);
    }
  });

  test('on another grid are refused', () => {
    const picture = roi([4, 4, 4], [1, 1, 1], RAS, cube(1));
    expect(() => qcOverlay({ ...picture, lung: roi([5, 4, 4], [1, 1, 1], RAS, cube(1)).tumor })).toThrow(
      CaseExclusion,
    );
  });
});

test('a tumour that is cut off turns the legend red', () => {
  const picture = roi([40, 40, 20], [1, 1, 2], RAS, cube(6));
  const redInLegend = (png: Uint8Array): number => {
    const { data, width, height } = decode(png);
    let pixels = 0;
    for (let at = 3 * width * (height - 30); at < data.length; at += 3)
      if (CONTOUR.every((value, i) => value === data[at + i])) pixels++;
    return pixels;
  };
  const whole = redInLegend(qcOverlay({ ...picture, clippedShare: 0 }));
  // The key alone is the frame of a square; the words are many times that.
  expect(whole).toBe(4 * 13);
  expect(redInLegend(qcOverlay({ ...picture, clippedShare: 0.25 }))).toBeGreaterThan(5 * whole);
  expect(qcOverlay({ ...picture, clippedShare: 0.00001 })).not.toEqual(
    qcOverlay({ ...picture, clippedShare: 0.25 }),
  );
});

test.each([
  ['a single voxel', [1, 1, 1]],
  ['a tall ROI', [4, 4, 90]],
  ['a flat ROI', [90, 90, 1]],
] as const)('%s has a picture at least as wide as the legend', (_, size) => {
  expect(decode(qcOverlay(roi(size, [1, 1, 3], RAS, cube(2)))).width).toBeGreaterThanOrEqual(720);
});

test('volumes on different grids are refused', () => {
  const picture = roi([4, 4, 4], [1, 1, 1], RAS, cube(1));
  const shifted = { ...picture.tumor.geometry, originMm: [5, 0, 0] as const };
  expect(() => qcOverlay({ ...picture, tumor: { ...picture.tumor, geometry: shifted } })).toThrow(
    CaseExclusion,
  );
});

test('an empty window is refused', () => {
  const picture = roi([4, 4, 4], [1, 1, 1], RAS, cube(1));
  expect(() => qcOverlay({ ...picture, windowHu: [400, 400] })).toThrow(UsageError);
});

test.each([
  [
    [64, 64, 64],
    [3, 3, 3],
  ],
  [
    [40, 20, 30],
    [1, 1, 3],
  ],
  [
    [10, 50, 80],
    [2, 1, 2.5],
  ],
  [
    [31, 17, 3],
    [0.7, 0.7, 5],
  ],
] as const)('the panels of %j voxels of %j mm lie where it says', (size, spacingMm) => {
  // All that is white is a panel: the letters on it are rimmed, and lie within.
  const white = {
    ...roi(
      size,
      spacingMm,
      RAS,
      () => false,
      () => 400,
    ),
    windowHu,
  };
  const { width, height, data } = decode(qcOverlay(white));
  const panels = overlayPanels([size[0] * spacingMm[0], size[1] * spacingMm[1], size[2] * spacingMm[2]]);
  const shown = new Uint8Array(width * height);
  for (const { left, top, width: across, height: down } of panels)
    for (let y = top; y < top + down; y++) shown.fill(1, y * width + left, y * width + left + across);
  const edges = panels.flatMap(({ left, top, width: across, height: down }) => [
    [left, top],
    [left + across - 1, top + down - 1],
  ]);
  for (const [x, y] of edges) expect(data[3 * (y * width + x)]).toBe(255);
  for (let y = PANEL_TOP; y < height - PANEL_TOP; y++)
    for (let x = 0; x < width; x++)
      if (shown[y * width + x] === 0) expect(data[3 * (y * width + x)], `${x}, ${y}`).toBe(0);
});
