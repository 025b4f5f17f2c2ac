import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { resolveConfig } from '../../../src/config/load.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';
import { measureCase } from '../../../src/measures/measure.ts';
import { makeRoi, type Roi } from '../../../src/steps/pass2-write/make-roi.ts';
import type { Constants } from '../../../src/steps/pass2-write/task.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import { pointOfIndex, type Vec3, vec3 } from '../../../src/volume/geometry.ts';
import { type Chest, madeChest } from '../../support/volumes/made-chest.ts';

/** 4 x 4 x 6 mm voxels, kept as they are unless a test resamples them. */
const chest = madeChest();
const AS_SCANNED = { policy: 'fixed', spacingMm: [4, 4, 6] };
const PATCH = '64x64x32';
const constants = {
  global_mu: -200,
  global_sigma: 300,
  min_box_mm: [128, 128, 192],
  max_box_mm: [256, 256, 192],
} as unknown as Constants;

type Overrides = Record<string, Record<string, unknown>>;

function configOf({ resample = AS_SCANNED, roi, ...more }: Overrides = {}) {
  const text = stringify({ resample, roi: { patch: PATCH, ...roi }, ...more });
  return resolveConfig({ preset: 'lung1', file: { name: 'test.yml', text } });
}

const record = { patient_id: 'P', tumor: { volume_ml: 11.5 } };

function roiOf(overrides: Overrides = {}, of: Chest = chest): Roi {
  return makeRoi(record, of.ct, of.tumor, configOf(overrides), constants, new StageClock());
}

function measuresOf(overrides: Overrides = {}, of: Chest = chest) {
  return measureCase(record, of.ct, of.tumor, configOf(overrides), new StageClock());
}

const flagsOf = (roi: Roi): string[] => roi.qc.flags.map((flag) => flag.code);

describe('target spacing', () => {
  test.each<[string, Record<string, unknown>, Vec3]>([
    ['fixed', { policy: 'fixed', spacingMm: [3, 3, 5] }, [3, 3, 5]],
    ['anisotropic, thick slices kept', { policy: 'anisotropic', thinMm: [4, 4, 4] }, [4, 4, 6]],
    [
      'anisotropic, thick slices at a stated distance',
      { policy: 'anisotropic', thinMm: [4, 4, 4], thickZMm: 8 },
      [4, 4, 8],
    ],
    ['anisotropic, thin slices', { policy: 'anisotropic', thinMm: [4, 4, 4], thickAboveMm: 7 }, [4, 4, 4]],
  ])('%s', (_, resample, expected) => {
    expect(roiOf({ resample }).norm.geometry.spacingMm).toEqual(expected);
    const { record: measured } = measuresOf({ resample });
    expect(measured.target_spacing).toEqual(expected);
    expect(measured.resampled_size_ijk).toEqual(
      vec3((a) =>
        Math.floor((chest.ct.geometry.size[a] * chest.ct.geometry.spacingMm[a]) / expected[a] + 0.5),
      ),
    );
  });
});

describe('size of the ROI', () => {
  test.each<[string, Record<string, unknown>, Vec3]>([
    ['a stated patch', { patch: '96x64x32' }, [96, 64, 32]],
    // Tumour 7 x 7 x 5 voxels (28 x 28 x 30 mm); padded by 15, 15, 8 voxels: 37 x 37 x 21.
    ['adaptive', { patch: 'adaptive', preferredSizesXy: [32, 64, 96], preferredSizesZ: [32] }, [64, 64, 32]],
    [
      'adaptive with less padding',
      { patch: 'adaptive', paddingMm: [8, 8, 8], preferredSizesXy: [64, 32], preferredSizesZ: [96, 64] },
      [32, 32, 64],
    ],
    ['derived within the bounds of pass 1', { patch: 'derived', preferredSizesXy: [32, 64] }, [32, 32, 32]],
  ])('%s', (_, roi, expected) => {
    expect(roiOf({ roi }).norm.geometry.size).toEqual(expected);
  });

  test('the ROI holds the voxels of the CT at its own place', () => {
    const { hu, tumor } = roiOf();
    const { geometry } = chest.ct;
    for (const index of [
      [0, 0, 0],
      [63, 63, 31],
      [30, 40, 20],
    ] as const) {
      const point = pointOfIndex(hu.geometry, index);
      const [x, y, z] = vec3((a) => Math.round((point[a] - geometry.originMm[a]) / geometry.spacingMm[a]));
      const at = (index[2] * 64 + index[1]) * 64 + index[0];
      const from = (z * geometry.size[1] + y) * geometry.size[0] + x;
      expect(hu.data[at]).toBe(chest.ct.data[from]);
      expect(tumor.data[at]).toBe(chest.tumor.data[from]);
    }
  });
});

describe('place of the ROI', () => {
  test('fit stays within the CT, centre does not; both hold the tumour', () => {
    const fit = roiOf({ roi: { placement: 'fit' } });
    const centre = roiOf({ roi: { placement: 'centre' } });
    // The tumour lies 60 mm off the middle of a CT of 312 mm; 64 voxels are 256 mm.
    expect(flagsOf(fit)).not.toContain('roi-outside-image');
    expect(flagsOf(centre)).toContain('roi-outside-image');
    expect(centre.transforms.box_shift_ijk).toEqual([0, 0, 0]);
    expect(fit.transforms.box_shift_ijk[0]).not.toBe(0);
    for (const roi of [fit, centre]) expect(roi.tumorVoxelsRoi).toBe(roi.tumorVoxelsResampled);
  });

  test('a box round the lungs that is cut short shifts on to the whole tumour', () => {
    const low = madeChest({ tumour: { centreMm: [-60, 10, -92], radiiMm: [14, 14, 14] } });
    const lung = { minBoxMm: [96, 96, 96], maxBoxMm: [192, 192, 96] };
    const shifted = roiOf({ roi: { source: 'lung', multipleOf: 16 }, lung }, low);
    expect(shifted.tumorVoxelsRoi).toBe(shifted.tumorVoxelsResampled);
    expect(shifted.transforms.box_shift_ijk[2]).not.toBe(0);
    const centred = roiOf({ roi: { source: 'lung', multipleOf: 16, placement: 'centre' }, lung }, low);
    expect(centred.tumorVoxelsRoi).toBe(0);
    expect(flagsOf(centred)).toContain('tumor-clipped');
  });
});

describe('an ROI round the lungs', () => {
  const roi = roiOf({ roi: { source: 'lung' } });

  test('has 40 mm round both lungs, in a multiple of 32 within 192 to 320 mm', () => {
    // Lungs span 208 x 124 x 180 mm; with padding 288 x 204 x 260 mm, so 72 x 51 x 44 voxels.
    const lungs = boundingBox(chest.lung, chest.ct.geometry.size)!;
    expect(roi.transforms.lung_bbox_size_ijk).toEqual(lungs.size);
    expect(roi.transforms.bbox_padded_size_ijk).toEqual(
      vec3((a) => lungs.size[a] + 2 * Math.ceil(40 / [4, 4, 6][a])),
    );
    expect(roi.norm.geometry.size).toEqual([64, 64, 32]);
    expect(roi.transforms.roi_source).toBe('lung');
  });

  test('brings the lung mask along, and holds the tumour', () => {
    expect(roi.lung!.data.reduce((n, v) => n + v, 0)).toBeGreaterThan(0);
    expect(roi.tumor.data.every((tumor, i) => tumor === 0 || roi.lung!.data[i] === 1)).toBe(true);
    expect(roi.tumorVoxelsRoi).toBe(roi.tumorVoxelsResampled);
  });

  test('is what pass 1 measures too', () => {
    const { record: measured } = measuresOf({ roi: { source: 'lung' } });
    expect(measured.bbox_start_ijk).toEqual(roi.transforms.lung_bbox_start_ijk);
    expect(measured.bbox_padded_size_ijk).toEqual(roi.transforms.bbox_padded_size_ijk);
    expect(measured.tumor_bbox_start_ijk).toEqual(roi.transforms.bbox_from_mask_start_ijk);
  });

  const lungless = madeChest({ lungs: [] });

  test('lung-not-found excludes in both passes', () => {
    for (const run of [roiOf, measuresOf]) {
      let thrown: unknown;
      try {
        run({ roi: { source: 'lung' } }, lungless);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBeInstanceOf(CaseExclusion);
      expect((thrown as CaseExclusion).code).toBe('lung-not-found');
    }
  });

  test('lung.notFound: tumor lays it round the tumour', () => {
    const fallen = roiOf({ roi: { source: 'lung' }, lung: { notFound: 'tumor' } }, lungless);
    expect(fallen.lungMissing).toBe(true);
    expect(fallen.lung).toBeUndefined();
    expect(fallen.transforms.roi_source).toBe('tumor');
    expect(fallen.norm.geometry.size).toEqual([64, 64, 32]);
  });
});

describe('the thorax ROI', () => {
  const thorax = { write: true, minBoxMm: [256, 192, 192], maxBoxMm: [400, 300, 300] };

  test('is a second, larger one round both lungs on the same grid', () => {
    const roi = roiOf({ thorax });
    const { geometry, data } = roi.thorax!.norm;
    expect(geometry.size).toEqual([96, 64, 32]);
    expect(roi.transforms.thorax_geometry!.size_ijk).toEqual([96, 64, 32]);
    const tumour = boundingBox(roi.thorax!.tumor.data, geometry.size)!;
    expect(tumour.voxels).toBe(roi.tumorVoxelsResampled);
    const at = (tumour.start[2] * 64 + tumour.start[1]) * 96 + tumour.start[0];
    const own = boundingBox(roi.tumor.data, roi.tumor.geometry.size)!;
    const same = (own.start[2] * 64 + own.start[1]) * 64 + own.start[0];
    expect(data[at]).toBe(roi.norm.data[same]);
    expect(pointOfIndex(geometry, tumour.start)).toEqual(
      pointOfIndex(roi.norm.geometry, own.start).map((mm) => expect.closeTo(mm, 6)),
    );
  });

  test('is not made unless asked for', () => {
    expect(roiOf().thorax).toBeUndefined();
    expect(roiOf().transforms.thorax_geometry).toBeUndefined();
  });
});

describe('normalisation', () => {
  const sorted = (roi: Roi) => [...new Set(roi.norm.data)].sort((a, b) => a - b);
  const z = (hu: number, mu: number, sigma: number) => Math.fround((hu - mu) * (1 / (sigma + 1e-8)));

  test('global takes the constants of the data set', () => {
    // -1000 and -850 HU, 30 and 40 HU; the window's lower end is -900.
    expect(sorted(roiOf())).toEqual([-900, -850, 30, 40].map((hu) => z(hu, -200, 300)));
  });

  test('case takes those of the ROI', () => {
    const roi = roiOf({ intensity: { normalization: 'case' } });
    const { case_mu: mu, case_sigma: sigma, case_norm_info: info } = roi.statistics;
    const chosen = roi.windowed.data.filter((v) => v > -850);
    expect(info).toEqual({ mask_rule: 'ct_win > -850', mask_count: chosen.length });
    expect(mu).toBeCloseTo(chosen.reduce((s, v) => s + v, 0) / chosen.length, 9);
    expect(sorted(roi)).toEqual([-900, -850, 30, 40].map((hu) => z(hu, mu, sigma)));
    expect(roi.transforms.norm_mu).toBe(mu);
  });

  test('the window is what the configuration says', () => {
    expect(sorted(roiOf({ intensity: { windowHu: [-860, 35] } }))).toEqual(
      [-860, -850, 30, 35].map((hu) => z(hu, -200, 300)),
    );
  });

  test.each([
    ['threshold', 'ct_win > -850', (hu: number) => hu > -850],
    ['mask', 'mask > 0', (_: number, inMask: boolean) => inMask],
    ['both', 'ct_win > -850 or mask > 0', (hu: number, inMask: boolean) => hu > -850 || inMask],
  ])('voxels by %s, round the lungs', (voxelRule, rule, counts) => {
    const roi = roiOf({ roi: { source: 'lung' }, intensity: { voxelRule } });
    const chosen = roi.windowed.data.filter((hu, i) => counts(hu, roi.lung!.data[i] > 0));
    expect(roi.statistics.case_norm_info).toEqual({ mask_rule: rule, mask_count: chosen.length });
    expect(roi.statistics.case_mu).toBeCloseTo(chosen.reduce((s, v) => s + v, 0) / chosen.length, 9);
    const { record: measured } = measuresOf({ roi: { source: 'lung' }, intensity: { voxelRule } });
    expect(measured.case_norm_info.mask_rule).toBe(rule);
    expect(measured.hu.max_hu).toBe(voxelRule === 'mask' ? 30 : 40);
  });

  test('too few voxels in the mask: all count, in both passes', () => {
    const intensity = { voxelRule: 'mask', minVoxels: 10_000 };
    for (const { case_norm_info: info } of [
      roiOf({ intensity }).statistics,
      measuresOf({ intensity }).record,
    ])
      expect(info.mask_rule).toMatch(/^fallback_all_voxels \(mask_count=\d+\)$/);
    const all = chest.ct.data.reduce((s, v) => s + Math.max(v, -900), 0) / chest.ct.data.length;
    expect(measuresOf({ intensity }).record.case_mu).toBeCloseTo(all, 9);
  });
});

test('audit volumes come or do not; the ROI is the same voxels', () => {
  const roi = roiOf();
  const without = roiOf({ output: { auditVolumes: false } });
  expect(roi.resampledCt!.geometry.size).toEqual(chest.ct.geometry.size);
  expect(without.resampledCt).toBeUndefined();
  expect(without.hu.data).toEqual(roi.hu.data);
  expect(without.norm.data).toEqual(roi.norm.data);
});

test('pass 1 tells the HU of the tumour apart', () => {
  const { record: measured, tallies } = measuresOf();
  const voxels = chest.tumor.data.reduce((n, v) => n + v, 0);
  expect(measured.tumor_hu).toMatchObject({ voxels, min_hu: 30, max_hu: 30, mean_hu: 30, sd_hu: 0 });
  expect(tallies.tumor_hu).toEqual({ first_hu: 30, counts: String(voxels) });
  expect(measured.hu).toMatchObject({ min_hu: 30, max_hu: 40, percentiles_hu: { p50: 40 } });
  expect(measured.hu.voxels).toBe(measured.case_norm_info.mask_count);
});
