import { describe, expect, test } from 'vitest';
import type { CaseMasks } from '../../src/both-passes/masks.ts';
import type { RoiPlan } from '../../src/both-passes/roi-plan.ts';
import { PRESETS } from '../../src/config/presets.ts';
import { CaseExclusion } from '../../src/errors.ts';
import { cropWithPad } from '../../src/kernels/grid/crop.ts';
import { boundingBox } from '../../src/kernels/mask/bounding-box.ts';
import { maskProfile } from '../../src/kernels/mask/mask-profile.ts';
import { checkRoi, type RoiQc } from '../../src/qc/roi-checks.ts';
import type { Vec3 } from '../../src/volume/geometry.ts';

const IMAGE: Vec3 = [60, 60, 40];
const SPACING: Vec3 = [1, 1, 3];
const limits = PRESETS.lung1.roiQc;

/** Checks an ROI [start, start + size) of a tumour that fills boxes [start, size], with 10, 10, 9 mm of padding asked for. */
function check(
  roi: { start: Vec3; size: Vec3 },
  tumours: readonly (readonly [start: Vec3, size: Vec3])[],
  { volumeMl, changed = {} }: { volumeMl?: number; changed?: Partial<typeof limits> } = {},
): RoiQc {
  const mask = new Uint8Array(IMAGE[0] * IMAGE[1] * IMAGE[2]);
  for (const [[x0, y0, z0], [nx, ny, nz]] of tumours)
    for (let z = z0; z < z0 + nz; z++)
      for (let y = y0; y < y0 + ny; y++) {
        const row = (z * IMAGE[1] + y) * IMAGE[0] + x0;
        mask.fill(1, row, row + nx);
      }
  const box = boundingBox(mask, IMAGE)!;
  const masks: CaseMasks = {
    tumor: { mask, box, profile: maskProfile(mask, IMAGE, box) },
    lung: undefined,
    source: 'tumor',
    lungMissing: false,
  };
  const plan = { box: roi, paddingMm: [10, 10, 9] } as unknown as RoiPlan;
  const cut = cropWithPad(mask, IMAGE, roi.start, roi.size, 0);
  const geometry = { size: IMAGE, spacingMm: SPACING, originMm: [0, 0, 0] as const, direction: [] };
  return checkRoi(
    { patient_id: 'P', tumor: { volume_ml: volumeMl ?? (box.voxels * 3) / 1000 } },
    masks,
    plan,
    { resampled: geometry, tumorRoi: { mask: cut, voxels: cut.reduce((n, v) => n + v, 0) } },
    { ...limits, ...changed },
  );
}

const valuesOf = ({ checks }: RoiQc) => Object.fromEntries(checks.map(({ code, value }) => [code, value]));
const codesOf = ({ flags }: RoiQc) => flags.map((flag) => flag.code);

/** 32 x 32 x 32 voxels: divisible. */
const ROI = { start: [10, 10, 4] as Vec3, size: [32, 32, 32] as Vec3 };

test('an ROI with the whole tumour and its context has no flag, and every value', () => {
  const qc = check(ROI, [
    [
      [20, 20, 10],
      [12, 12, 10],
    ],
  ]);
  expect(codesOf(qc)).toEqual([]);
  expect(valuesOf(qc)).toEqual({
    tumorClippedVoxels: 0,
    tumorOnZFaces: 0,
    tumorOnXyFaces: 0,
    contextClippedMm: 0,
    outsideShare: 0,
    tumorComponents: 1,
    tumorSpeckShare: 0,
    volumeChange: 0,
    sidesNotDivisible: 0,
  });
  expect(qc.contextMm).toEqual({ lower: [10, 10, 18], upper: [10, 10, 48] });
  expect(qc.contextClippedMm).toEqual({ lower: [0, 0, 0], upper: [0, 0, 0] });
});

test('a tumour that the ROI cuts is clipped, touches the face, and lacks context on that side', () => {
  const qc = check(ROI, [
    [
      [20, 20, 0],
      [12, 12, 10],
    ],
  ]);
  expect(valuesOf(qc)).toMatchObject({ tumorClippedVoxels: 4 * 144, tumorOnZFaces: 144, tumorOnXyFaces: 0 });
  expect(codesOf(qc)).toEqual(['tumor-clipped', 'tumor-touches-z-face', 'context-clipped']);
  expect(qc.contextMm.lower[2]).toBe(-12);
  expect(qc.contextClippedMm.lower[2]).toBe(21);
  expect(qc.flags.at(-1)).toMatchObject({
    value: 21,
    message: 'padding that the ROI cuts off, in mm on the worst side (inferior 21.0 mm)',
  });
});

test('a tumour at an in-plane face is told apart from one at a slice face', () => {
  const qc = check(ROI, [
    [
      [36, 20, 10],
      [6, 12, 10],
    ],
  ]);
  expect(valuesOf(qc)).toMatchObject({ tumorClippedVoxels: 0, tumorOnZFaces: 0, tumorOnXyFaces: 120 });
  expect(codesOf(qc)).toEqual(['tumor-touches-xy-face', 'context-clipped']);
  expect(qc.flags[1].message).toContain('(right 10.0 mm)');
});

test('every side is named by the patient', () => {
  const qc = check(ROI, [
    [
      [11, 11, 5],
      [30, 30, 30],
    ],
  ]);
  expect(qc.flags[0].message).toContain(
    '(left 9.0 mm, posterior 9.0 mm, inferior 6.0 mm, right 9.0 mm, anterior 9.0 mm, superior 6.0 mm)',
  );
});

test('what lies outside the CT is a share of the ROI', () => {
  const qc = check({ start: [-8, 10, 4], size: [32, 32, 32] }, [
    [
      [4, 22, 14],
      [8, 8, 8],
    ],
  ]);
  expect(valuesOf(qc).outsideShare).toBe(0.25);
  expect(codesOf(qc)).toContain('roi-outside-image');
});

test('components and specks of the resampled mask', () => {
  const specks = Array.from(
    { length: 6 },
    (_, i) =>
      [
        [22 + 3 * i, 38, 20],
        [1, 1, 1],
      ] as const,
  );
  const qc = check(ROI, [
    [
      [20, 20, 10],
      [4, 4, 4],
    ],
    ...specks,
  ]);
  expect(valuesOf(qc)).toMatchObject({ tumorComponents: 7, tumorSpeckShare: expect.closeTo(6 / 70, 12) });
  expect(codesOf(qc)).toEqual(
    expect.arrayContaining(['tumor-components-resampled', 'tumor-specks-resampled']),
  );
});

test.each([
  [0.5, 0.864 / 0.5 - 1, true],
  [0.9, 0.864 / 0.9 - 1, false],
  [1.2, 0.864 / 1.2 - 1, true],
])('volume by resampling: %f ml became 0.864 ml', (volumeMl, change, flagged) => {
  const qc = check(
    ROI,
    [
      [
        [20, 20, 10],
        [6, 6, 8],
      ],
    ],
    { volumeMl },
  );
  expect(valuesOf(qc).volumeChange).toBeCloseTo(change, 12);
  expect(codesOf(qc).includes('tumor-volume-changed')).toBe(flagged);
});

test('sides that 32 does not divide are counted', () => {
  const qc = check({ start: [10, 10, 4], size: [48, 32, 33] }, [
    [
      [22, 22, 12],
      [4, 4, 4],
    ],
  ]);
  expect(valuesOf(qc).sidesNotDivisible).toBe(2);
  expect(codesOf(qc)).toContain('roi-not-divisible');
});

describe('limits', () => {
  const clipped: [Vec3, Vec3][] = [
    [
      [20, 20, 0],
      [12, 12, 10],
    ],
  ];

  test('a check can exclude, naming its key', () => {
    const changed = { tumorClippedVoxels: { low: null, high: 0, severity: 'exclude' as const } };
    expect(() => check(ROI, clipped, { changed })).toThrow(CaseExclusion);
    expect(() => check(ROI, clipped, { changed })).toThrow('(roiQc.tumorClippedVoxels)');
  });

  test('a check can be off, and its value stays', () => {
    const changed = { tumorClippedVoxels: { low: null, high: 0, severity: 'off' as const } };
    const qc = check(ROI, clipped, { changed });
    expect(codesOf(qc)).not.toContain('tumor-clipped');
    expect(valuesOf(qc).tumorClippedVoxels).toBe(576);
  });
});
