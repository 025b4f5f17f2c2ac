import type { Failures, ManifestOutput } from '../../src/records/manifest.ts';
import type { PageData } from '../../src/report/page-data.ts';
import { madeManifest, madeOutput } from './made-manifest.ts';

const STAGES = ['I', 'II', 'IIIa', 'IIIb'];

const SCANNERS = [
  ['SIEMENS', 'Biograph 40', 'B19f', 3],
  ['SIEMENS', 'Sensation 16', 'B30f', 3],
  ['CMS, Inc.', 'XiO', '', 3],
  ['GE MEDICAL SYSTEMS', 'LightSpeed', 'STANDARD', 2.5],
  ['Philips', 'Brilliance', 'B', 5],
] as const;

const FLAGS = ['context-clipped', 'tumor-components', 'noise-hu', 'slices', 'tumor-on-z-faces'];

const REASONS = [
  ['convert', 'unreadable-slice', 'a slice cannot be decoded'],
  ['split', 'stage-unknown', "the clinical table gives the stage 'NA', which is none of I, II, IIIa, IIIb"],
] as const;

/** Numbers from 0 to 1 that are the same at every call with the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the page shows of a cohort of nobody, with values as they occur; a tenth of the patients is left out. */
export function madeReport(count: number, seed = 1): PageData {
  const next = seeded(seed);
  const pick = <T>(among: readonly T[]): T => among[Math.floor(next() * among.length)];
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const outputs: ManifestOutput[] = [];
  const failures: Failures = [];
  for (let i = 1; i <= count; i++) {
    const patient_id = `MADE-${String(i).padStart(4, '0')}`;
    if (i % 10 === 0) {
      const [step, code, error] = pick(REASONS);
      failures.push({ patient_id, stage: code === 'stage-unknown' ? 'NA' : pick(STAGES), step, code, error });
    } else outputs.push(output(patient_id));
  }

  function output(patient_id: string): ManifestOutput {
    const stage = pick(STAGES);
    const [manufacturer, model, convolution_kernel, thickness] = pick(SCANNERS);
    const volume = Math.exp(3 + 1.4 * normal());
    const side = 1.6 * Math.cbrt(1000 * volume);
    const box = [0, 1, 2].map(() => Math.round(side * (0.8 + 0.4 * next()))) as [number, number, number];
    const spacing = Number((0.7 + 0.3 * next()).toFixed(3));
    const shifted = (percentiles: ManifestOutput['percentiles_hu'], by: number) =>
      Object.fromEntries(
        Object.entries(percentiles).map(([key, hu]) => [key, Math.round(hu + by * normal())]),
      ) as typeof percentiles;
    return {
      ...madeOutput,
      patient_id,
      split: next() < 0.8 ? 'train' : 'test',
      stage,
      stage_index: STAGES.indexOf(stage),
      paths: Object.fromEntries(
        ['ct_roi_norm.nii.gz', 'tumor_roi.nii.gz', 'qc_overlay_mid.png'].map((file) => [
          file.split('.')[0],
          `${patient_id}/${file}`,
        ]),
      ),
      spacing_before_mm: [spacing, spacing, thickness],
      slices: Math.round(320 / thickness + 20 * normal()),
      acquisition: {
        ...madeOutput.acquisition,
        manufacturer,
        model,
        convolution_kernel,
        slice_thickness_mm: thickness,
      },
      tumor_bbox_size_mm: box,
      bbox_padded_size_mm: [box[0] + 120, box[1] + 120, box[2] + 90],
      tumor_volume_ml: volume,
      percentiles_hu: shifted(madeOutput.percentiles_hu, 15),
      tumor_percentiles_hu: shifted(madeOutput.tumor_percentiles_hu, 25),
      mask_sha256: Array.from({ length: 64 }, () => Math.floor(16 * next()).toString(16)).join(''),
      flags: FLAGS.filter(() => next() < 0.12).map((code) => ({
        code,
        message: `what ${code} measures of ${patient_id}`,
        value: Number((10 * next()).toFixed(2)),
        ...(next() < 0.3 && { seen: true as const }),
      })),
    };
  }

  const train = outputs.filter(({ split }) => split === 'train').length;
  const ids = outputs.map(({ patient_id }) => patient_id);
  const constants = {
    global_mu: -170,
    global_sigma: 316,
    min_box_mm: madeManifest.constants.min_box_mm,
    max_box_mm: madeManifest.constants.max_box_mm,
  };
  const [added, changed] = [ids.slice(0, 3), ids.slice(3, 8)];
  return {
    manifest: {
      ...madeManifest,
      num_failures: failures.length,
      summary: {
        ...madeManifest.summary,
        num_ok: outputs.length,
        num_train: train,
        num_test: outputs.length - train,
        num_excluded: failures.length,
        num_flagged: outputs.filter(({ flags }) => flags.length > 0).length,
        excluded_by: REASONS.map(([step, code]) => ({
          step,
          code,
          patients: failures.filter((failure) => failure.code === code).length,
        })).filter(({ patients }) => patients > 0),
      },
      outputs,
    },
    failures,
    roi_changes: {
      swinprep_version: '0.1.0',
      previous: { swinprep_version: '0.1.0', constants: { ...constants, global_mu: -171.5 } },
      constants,
      summary: {
        num_added: added.length,
        num_changed: changed.length,
        num_changed_by_constants: changed.length,
        num_removed: 1,
        num_unchanged: ids.length - added.length - changed.length,
      },
      added: added.map((patient_id) => ({ patient_id, state: 'ok' })),
      changed: changed.map((patient_id) => ({
        patient_id,
        state: 'ok',
        state_before: 'ok',
        why: ['constants'],
        files: ['ct_roi_norm'],
      })),
      removed: [{ patient_id: 'MADE-0000', state_before: 'ok' }],
      unchanged: ids.slice(8),
      pruned: null,
    },
    map_back: {
      swinprep_version: '0.1.0',
      summary: { num_ok: outputs.length, num_excluded: 0, mean_dice: null, min_dice: null },
      patients: outputs.map(({ patient_id, tumor_volume_ml }) => ({
        patient_id,
        state: 'ok',
        output: { file: `${patient_id}.nii.gz`, bytes: 1000, sha256: '0'.repeat(64) },
        interpolation: 'nearest',
        threshold: null,
        voxels: 1000,
        volume_ml: tumor_volume_ml,
        compared: {
          voxels: 1000,
          volume_ml: tumor_volume_ml,
          dice: Math.max(0, Math.min(1, 0.85 + 0.08 * normal())),
        },
      })),
    },
    pictures: { width: 240, height: 80, tilesPerSheet: 40, patients: ids },
    review: null,
  };
}
