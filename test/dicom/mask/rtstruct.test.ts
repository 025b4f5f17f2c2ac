import { describe, expect, test } from 'vitest';
import { type DicomFile, items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { planarContour } from '../../../src/dicom/mask/contour-plane.ts';
import { readStructureSet, structureMask } from '../../../src/dicom/mask/rtstruct.ts';
import { latticeOf, type SliceLattice, slantedLattice } from '../../../src/dicom/series/lattice.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { type Geometry, pointOfIndex } from '../../../src/volume/geometry.ts';
import { type ContourItem, structureSetObject } from '../../support/dicom/dicom-object.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import {
  compareMasks,
  filesAt,
  filesInZip,
  hasSharedData,
  type NamedBytes,
  nrrdMask,
  shared,
} from '../../support/shared-data.ts';

const XOR = { rule: 'xor', toleranceMm: 0.2 } as const;
const OR = { rule: 'or', toleranceMm: 0.2 } as const;

function count(mask: Uint8Array): number {
  let voxels = 0;
  for (let i = 0; i < mask.length; i++) voxels += mask[i];
  return voxels;
}

function refusalOf(draw: () => unknown): string {
  try {
    draw();
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown.code;
    throw thrown;
  }
  return 'drawn';
}

function flagsOf({ flags }: { flags: readonly { code: string; value: number }[] }) {
  return Object.fromEntries(flags.map(({ code, value }) => [code, value]));
}

function structureFile(files: readonly NamedBytes[]): DicomFile {
  return files
    .flatMap(({ name, bytes }): DicomFile[] => {
      const file = parsePart10(name, bytes);
      return file === undefined ? [] : [file];
    })
    .find((f) => text(f.dataset, Tag.Modality) === 'RTSTRUCT')!;
}

function patient(id: string) {
  const files = filesInZip(shared('lung1', `${id}.zip`));
  return { file: structureFile(files), lattice: stackSlices(ctPlanes(files), stackRules).lattice };
}

/** Least distance, in pixels along a row, of a pixel from an edge of the ROI's contours on its slice. */
function distanceFromEdge(
  file: DicomFile,
  roiNumber: number,
  lattice: SliceLattice,
  [column, row, slice]: readonly number[],
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const roi of items(file.dataset, Tag.ROIContourSequence)) {
    if (roi.intString(Tag.ReferencedROINumber) !== roiNumber) continue;
    for (const item of items(roi, Tag.ContourSequence)) {
      const contour = planarContour(file.name, item, lattice);
      if (contour === undefined || Math.round(contour.z) !== slice) continue;
      const { x, y } = contour;
      for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
        const [low, high] = [Math.min(y[i], y[j]), Math.max(y[i], y[j])];
        // A little beyond the ends: a vertex on the row belongs to the edges on both sides.
        if (row < low - 1e-4 || row > high + 1e-4) continue;
        const share = high - low < 1e-9 ? 0 : (row - y[j]) / (y[i] - y[j]);
        least = Math.min(least, Math.abs(x[j] + share * (x[i] - x[j]) - column));
      }
    }
  }
  return least;
}

/** Voxels that differ from the masks of plastimatch, which ORs contours: under XOR (README of the data), and under OR. */
const DIFFERING: Record<string, Record<string, readonly [xor: number, or: number]>> = {
  'LUNG1-001': {
    'GTV-1': [0, 0],
    'Spinal-Cord': [0, 0],
    'Lung-Left': [266, 1],
    'Lung-Right': [510, 1],
  },
  'LUNG1-002': {
    'GTV-1': [0, 0],
    Heart: [0, 0],
    Esophagus: [0, 0],
    'Spinal-Cord': [1, 0],
    'Lung-Left': [1739, 0],
    'Lung-Right': [10, 10],
  },
};

describe.runIf(hasSharedData).each(Object.entries(DIFFERING))('%s against plastimatch', (id, expected) => {
  const { file, lattice } = hasSharedData ? patient(id) : ({} as ReturnType<typeof patient>);

  test.each(Object.entries(expected))(
    '%s differs under XOR and OR by %j',
    (name, [xorDiffers, orDiffers]) => {
      const roi = readStructureSet(file).rois.find((r) => r.names.includes(name))!;
      const published = nrrdMask(shared('lung1-masks', id, 'plastimatch-2020', `${name}.nrrd`));
      const [xor, or] = [XOR, OR].map((how) => structureMask(file, roi.number, lattice, how));
      const byXor = compareMasks(xor.mask, published);
      const byOr = compareMasks(or.mask, published);
      expect([byXor.differing, byOr.differing]).toEqual([xorDiffers, orDiffers]);

      // plastimatch keeps coordinates in single precision: an edge runs through the centre of each pixel that differs.
      const [nx, ny] = lattice.size;
      for (let i = 0; i < published.length; i++) {
        if (or.mask[i] === published[i]) continue;
        const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
        expect(distanceFromEdge(file, roi.number, lattice, voxel)).toBeLessThan(1e-4);
      }

      const differ = byOr.voxels - byXor.voxels;
      for (const { flags } of [xor, or]) expect(flagsOf({ flags })['or-xor-differ'] ?? 0).toBe(differ);
    },
  );
});

describe.runIf(hasSharedData)('structure sets of other tools', () => {
  const RT_UTILS: Geometry = {
    size: [512, 512, 2],
    spacingMm: [0.488281, 0.488281, 5],
    originMm: [-125, -125, 60],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const file = (name: string) => structureFile(filesAt(shared('oddities', name)));

  test.each(['invalid_reference_rt', 'non_existent_reference_rt'])(
    'references that resolve to nothing do not matter: %s',
    (name) => {
      const drawn = structureMask(file(`rt-utils/mock_data/${name}.dcm`), 1, latticeOf(RT_UTILS), XOR);
      // Three contours, at z = 60, 65 and 70; two slices.
      expect(flagsOf(drawn)).toEqual({ 'contours-outside-ct': 1 });
      expect([count(drawn.mask.subarray(0, 512 * 512)), count(drawn.mask.subarray(512 * 512))]).not.toContain(
        0,
      );
    },
  );

  test('a square with a hole', () => {
    const drawn = structureMask(file('rt-utils/mock_data/rt.dcm'), 1, latticeOf(RT_UTILS), XOR);
    // 24 mm and about 15.5 mm wide.
    const hole = flagsOf(drawn)['or-xor-differ'];
    expect(count(drawn.mask) + hole).toBe(49 * 49);
    expect(hole).toBe(958);
  });

  test('an ROI without contours', () => {
    const rtss = file('dicompyler-core/rtss.dcm');
    const areola = readStructureSet(rtss).rois.find(({ names }) => names.includes('Areola'))!;
    expect(areola.drawable).toBe(false);
    expect(refusalOf(() => structureMask(rtss, areola.number, latticeOf(RT_UTILS), XOR))).toBe('tumor-empty');
  });

  test('contours on the slices of an oblique series fill them', () => {
    const { lattice } = stackSlices(ctPlanes(filesAt(shared('oddities/rt-utils/oriented_data'))), stackRules);
    const corners = [
      [9.5, 4.5],
      [29.5, 4.5],
      [29.5, 14.5],
      [9.5, 14.5],
    ];
    const data = corners.flatMap(([x, y]) => [...lattice.pointOfIndex([x, y, 1])]);
    const drawn = structureMask(
      structureSetObject([{ number: 1, name: 'GTV', contours: [{ data }] }]),
      1,
      lattice,
      XOR,
    );
    expect(drawn.flags).toEqual([]);
    const [nx, ny] = lattice.size;
    expect(count(drawn.mask)).toBe(20 * 10);
    expect(count(drawn.mask.subarray(nx * ny, 2 * nx * ny))).toBe(20 * 10);
    expect(drawn.mask[nx * ny + 5 * nx + 10]).toBe(1);
  });
});

const GRID: Geometry = {
  size: [12, 10, 4],
  spacingMm: [2, 2, 3],
  originMm: [100, 200, 300],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

type Point = readonly [x: number, y: number];

/** Contour Data of a polygon given in pixels on a slice. */
function polygon(points: readonly Point[], z: number, geometry = GRID): number[] {
  return points.flatMap(([x, y]) => [...pointOfIndex(geometry, [x, y, z])]);
}

function square(from: number, to: number): Point[] {
  return [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ];
}

const box = (from: number, to: number, z = 1): ContourItem => ({ data: polygon(square(from, to), z) });

function drawn(
  contours: readonly ContourItem[],
  how: typeof XOR | typeof OR = XOR,
  lattice = latticeOf(GRID),
) {
  return structureMask(structureSetObject([{ number: 1, name: 'GTV-1', contours }]), 1, lattice, how);
}

/** Voxels on each slice. */
function perSlice({ mask }: { mask: Uint8Array }): number[] {
  return [0, 1, 2, 3].map((k) => count(mask.subarray(120 * k, 120 * (k + 1))));
}

describe('contours of one slice', () => {
  test('a hole stays open under XOR, is filled under OR, and both are told', () => {
    const contours = [box(0.5, 8.5), box(2.5, 5.5)];
    expect(perSlice(drawn(contours))).toEqual([0, 64 - 9, 0, 0]);
    expect(perSlice(drawn(contours, OR))).toEqual([0, 64, 0, 0]);
    expect(flagsOf(drawn(contours))).toEqual({ 'or-xor-differ': 9 });
    expect(flagsOf(drawn(contours, OR))).toEqual({ 'or-xor-differ': 9 });
  });

  test('a key-hole, whose channel leads to the hole and back, leaves it open under either rule', () => {
    const [a, b, c, d] = square(2.5, 5.5);
    const outer = square(0.5, 8.5);
    const keyHole = { data: polygon([outer[0], a, d, c, b, a, ...[outer[0], ...outer.slice(1)]], 1) };
    for (const how of [XOR, OR]) {
      expect(perSlice(drawn([keyHole], how))).toEqual([0, 64 - 9, 0, 0]);
      expect(drawn([keyHole], how).flags).toEqual([]);
    }
  });

  test('several apart from each other all count', () => {
    expect(perSlice(drawn([box(0.5, 2.5), box(4.5, 7.5)]))).toEqual([0, 4 + 9, 0, 0]);
  });

  test('contours that say XOR themselves combine so, whatever the rule', () => {
    const contours = [box(0.5, 8.5), { ...box(2.5, 5.5), type: 'CLOSEDPLANAR_XOR' }];
    expect(perSlice(drawn(contours, OR))).toEqual([0, 64 - 9, 0, 0]);
  });

  test('a contour written twice does not cancel itself', () => {
    const twice = drawn([box(0.5, 3.5), box(0.5, 3.5)]);
    expect(perSlice(twice)).toEqual([0, 9, 0, 0]);
    expect(flagsOf(twice)).toEqual({ 'duplicate-contours': 1 });
  });

  test('the last point may repeat the first', () => {
    const points = square(0.5, 3.5);
    expect(perSlice(drawn([{ data: polygon([...points, points[0]], 1) }]))).toEqual([0, 9, 0, 0]);
  });
});

describe('contours beside the slices', () => {
  test('go to the nearest one, counted where they are farther than the tolerance', () => {
    const beside = drawn([box(0.5, 3.5, 1.03), box(0.5, 4.5, 2.4), box(0.5, 5.5, 2.6)]);
    expect(perSlice(beside)).toEqual([0, 9, 16, 25]);
    expect(flagsOf(beside)).toEqual({ 'contours-between-slices': 2 });
  });

  test('are united where several planes share a slice: the one is no hole in the other', () => {
    const shared = drawn([box(0.5, 8.5, 1), box(2.5, 5.5, 1.3), box(8.5, 9.5, 0.8)]);
    expect(perSlice(shared)).toEqual([0, 64 + 1, 0, 0]);
    expect(flagsOf(shared)).toEqual({ 'contours-between-slices': 2, 'contour-planes-united': 1 });
  });

  test('share a plane where they differ by rounding only', () => {
    const rounded = drawn([box(0.5, 8.5, 1), box(2.5, 5.5, 1.002)]);
    expect(perSlice(rounded)).toEqual([0, 64 - 9, 0, 0]);
  });

  test('slices left out between drawn ones are counted', () => {
    expect(flagsOf(drawn([box(0.5, 3.5, 0), box(0.5, 3.5, 3)]))).toEqual({ 'slices-without-contour': 2 });
  });
});

describe('what encloses no voxel', () => {
  const point: ContourItem = { type: 'POINT', data: [110, 210, 303] };
  const line: ContourItem = { data: [110, 210, 303, 114, 210, 303] };

  test('points, open lines and less than three points are left out and counted', () => {
    const open = { ...box(0.5, 5.5), type: 'OPEN_PLANAR' };
    const left = drawn([point, line, open, { data: [] }, box(0.5, 3.5)]);
    expect(perSlice(left)).toEqual([0, 9, 0, 0]);
    expect(flagsOf(left)).toEqual({ 'contours-without-area': 4 });
  });

  test('contours smaller than a voxel are counted, whether they hold a centre or not', () => {
    const small = drawn([box(0.6, 1.4), box(2.1, 2.4), box(4.5, 6.5)]);
    expect(perSlice(small)).toEqual([0, 1 + 4, 0, 0]);
    expect(flagsOf(small)).toEqual({ 'contours-below-voxel': 2 });
  });

  test.each([
    ['an ROI of points', [point]],
    ['an ROI between the centres', [box(2.1, 2.4)]],
    ['an ROI without contours', []],
  ])('%s is empty', (_, contours) => {
    expect(refusalOf(() => drawn(contours))).toBe('tumor-empty');
  });
});

describe('contours outside the CT', () => {
  test('are cut off at its edges and counted', () => {
    const cut = drawn([box(-5, 3.5), box(0.5, 3.5, 0), box(0.5, 3.5, 7)]);
    expect(perSlice(cut)).toEqual([9, 16, 0, 0]);
    expect(flagsOf(cut)).toEqual({ 'contours-outside-ct': 2 });
  });

  test('exclude the patient where nothing is left', () => {
    expect(refusalOf(() => drawn([box(0.5, 3.5, 7)]))).toBe('contour-outside-ct');
    expect(refusalOf(() => drawn([box(50.5, 53.5)]))).toBe('contour-outside-ct');
  });
});

describe('contours that were not drawn on such slices', () => {
  test('a contour on a sagittal plane is refused', () => {
    const sagittal = [100, 200, 300, 100, 210, 300, 100, 210, 309, 100, 200, 309];
    expect(refusalOf(() => drawn([box(0.5, 3.5), { data: sagittal }]))).toBe('contour-not-in-slice');
  });

  test('a contour on a leaning plane is refused, one that leans by rounding is not', () => {
    const leaning = (rise: number) => ({
      data: polygon(square(0.5, 3.5), 1).map((n, i) => (i === 2 ? n + rise : n)),
    });
    expect(refusalOf(() => drawn([leaning(2)]))).toBe('contour-not-in-slice');
    expect(perSlice(drawn([leaning(0.01)]))).toEqual([0, 9, 0, 0]);
  });

  test('contours on slices that lean and are unevenly spaced are drawn there', () => {
    const lattice = slantedLattice(GRID, [0, 3, 7, 10], [0.2, 0]);
    const data = square(0.5, 3.5).flatMap(([x, y]) => [...lattice.pointOfIndex([x, y, 2])]);
    const leaning = drawn([{ data }], XOR, lattice);
    expect(perSlice(leaning)).toEqual([0, 0, 9, 0]);
    expect(leaning.flags).toEqual([]);
  });
});

describe('Contour Data', () => {
  test.each([
    ['text', '1\\2\\x\\4\\5\\6\\7\\8\\9'],
    ['a decimal comma', '1,5\\2\\3\\4\\5\\6\\7\\8\\9'],
    ['a number lost', '1\\2\\3\\4\\\\6\\7\\8\\9'],
    ['no triples', '1\\2\\3\\4\\5\\6\\7\\8'],
    ['infinity', '1\\2\\3\\4\\Infinity\\6\\7\\8\\9'],
  ])('that is no list of points is refused: %s', (_, data) => {
    expect(refusalOf(() => drawn([box(0.5, 3.5), { data }]))).toBe('malformed-contour');
  });

  test('with spaces and exponents is read', () => {
    const data = polygon(square(0.5, 3.5), 1)
      .map((n) => ` ${n.toExponential()} `)
      .join('\\');
    expect(perSlice(drawn([{ data }]))).toEqual([0, 9, 0, 0]);
  });

  test('longer than a short length can say is read', () => {
    const side = Array.from({ length: 5000 }, (_, i): Point => [0.5 + (3 * i) / 5000, 0.5]);
    const data = polygon([...side, ...square(0.5, 3.5).slice(1)], 1);
    expect(data.join('\\').length).toBeGreaterThan(0xffff);
    expect(perSlice(drawn([{ data }]))).toEqual([0, 9, 0, 0]);
  });

  test('with another number of points than declared is flagged', () => {
    expect(flagsOf(drawn([{ ...box(0.5, 3.5), declaredPoints: 5 }]))).toEqual({ 'contour-points-differ': 1 });
  });
});

describe('ROIs', () => {
  const set = structureSetObject(
    [
      { number: ' 0012', name: ' GTV-1 ', description: 'tumour', contours: [box(0.5, 3.5)], frameUid: '1.2' },
      { number: 3, name: '1,SUV_primair', contours: [box(0.5, 5.5)], frameUid: '1.3' },
      { number: 40, name: 'isocentre', contours: [{ type: 'POINT', data: [1, 2, 3] }] },
      { number: 'x', name: 'unnumbered' },
    ],
    [
      { frameUid: '1.2', seriesUid: '1.2.1' },
      { frameUid: '1.3', seriesUid: '1.3.1' },
    ],
  );

  test('are found by number, whatever its spelling and the order of the contours', () => {
    expect(count(structureMask(set, 12, latticeOf(GRID), XOR).mask)).toBe(9);
    expect(count(structureMask(set, 3, latticeOf(GRID), XOR).mask)).toBe(25);
  });

  test('have names, something to draw or not, and images of their own', () => {
    expect(readStructureSet(set).rois).toEqual([
      {
        number: 12,
        names: ['GTV-1', 'tumour'],
        drawable: true,
        references: { seriesUids: ['1.2.1'], frameOfReferenceUids: ['1.2'] },
      },
      {
        number: 3,
        names: ['1,SUV_primair'],
        drawable: true,
        references: { seriesUids: ['1.3.1'], frameOfReferenceUids: ['1.3'] },
      },
      { number: 40, names: ['isocentre'], drawable: false },
      { number: -1, names: ['unnumbered'], drawable: false },
    ]);
  });

  test('that share a number are refused: whose the contours are cannot be told', () => {
    const ambiguous = structureSetObject([
      { number: 1, name: 'GTV-1', contours: [box(0.5, 3.5)] },
      { number: 1, name: 'Heart', contours: [box(0.5, 5.5)] },
    ]);
    expect(refusalOf(() => structureMask(ambiguous, 1, latticeOf(GRID), XOR))).toBe('ambiguous-roi');
  });
});
