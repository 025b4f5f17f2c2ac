import { PRESETS } from '../../src/config/presets.ts';
import type { Manifest, ManifestOutput } from '../../src/records/manifest.ts';

const percentiles = { p0_5: -1000, p1: -990, p5: -900, p50: -700, p95: 60, p99: 250, p99_5: 400 };

/** What a manifest says of a patient beside its names, side and files. */
export const madeOutput: Omit<ManifestOutput, 'patient_id' | 'split' | 'stage' | 'stage_index' | 'paths'> = {
  spacing_before_mm: [0.977, 0.977, 3],
  slices: 134,
  acquisition: {
    manufacturer: 'SIEMENS',
    model: 'Biograph 40',
    convolution_kernel: 'B19f',
    kvp: 120,
    slice_thickness_mm: 3,
    patient_position: 'HFS',
  },
  final_roi_size_vox: [192, 192, 64],
  final_roi_size_mm: [192, 192, 192],
  tumor_bbox_size_mm: [50, 42, 39],
  bbox_padded_size_mm: [170, 162, 129],
  tumor_volume_ml: 10,
  tumor_clipped_voxels: 0,
  tumor_clipped_share: 0,
  percentiles_hu: percentiles,
  tumor_percentiles_hu: { ...percentiles, p0_5: -400, p1: -300, p5: -100, p50: 30 },
  mask_sha256: '0'.repeat(64),
  flags: [],
};

/** A manifest of nobody. */
export const madeManifest: Manifest = {
  swinprep_version: '0.1.0',
  config: PRESETS.lung1,
  dataset_pass1_stats_path: 'dataset_pass1_stats.json',
  failures_path: 'failures.json',
  roi_changes_path: 'roi_changes.json',
  num_failures: 0,
  summary: {
    num_ok: 0,
    num_train: 0,
    num_test: 0,
    num_excluded: 0,
    num_flagged: 0,
    num_flagged_unseen: 0,
    num_tumor_clipped: 0,
    excluded_by: [],
  },
  split: {
    num_train: 0,
    num_test: 0,
    num_excluded: 0,
    per_stage: ['I', 'II', 'IIIa', 'IIIb'].map((stage) => ({ stage, train: 0, test: 0, excluded: 0 })),
    no_stage: { train: 0, test: 0, excluded: 0 },
  },
  global_mu: -170,
  global_sigma: 316,
  constants: {
    scope: 'train',
    variance: 'total',
    num_samples_in_scope: 0,
    window_hu: [-900, 100],
    min_box_mm: [96, 96, 96],
    max_box_mm: [192, 192, 192],
    constants_from: null,
  },
  review: null,
  outputs: [],
};
