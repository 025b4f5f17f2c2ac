import { createHash } from 'node:crypto';
import type { OkCase } from '../../src/records/case.ts';
import { encodeJson } from '../../src/records/json.ts';
import type { Failures, ManifestOutput } from '../../src/records/manifest.ts';
import type { RoiChanges } from '../../src/records/roi-changes.ts';
import { joinUri } from '../../src/storage/location.ts';
import { openStore } from '../../src/storage/open.ts';
import { madeManifest, madeOutput } from './made-manifest.ts';

export const shaOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Bytes of a patient's interim mask, which are no NIfTI. */
export const maskOf = (patientId: string): Uint8Array => text(`mask of ${patientId}`);

const grid = {
  size_ijk: [512, 512, 134],
  spacing_mm: [1, 1, 3],
  origin_lps_mm: [0, 0, 0],
  direction_lps: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  orientation: 'LPS',
} as const;

/** The record that convert leaves of a patient with this mask. */
export function madeCase(patientId: string, mask: Uint8Array): OkCase {
  return {
    patient_id: patientId,
    state: 'ok',
    ct: {
      ...{ file: 'ct.nii.gz', bytes: 1, sha256: shaOf(text('ct')), ...grid },
      direction_lps: [...grid.direction_lps],
      ...{ hu_min: -1024, hu_max: 3071, hu_mean: -700, slices: 134, padded_pixels: 0 },
      ...{ series_uid_hmac: null, rescale: [], series_candidates: [], series_rejected: [], ignored_files: 0 },
    },
    tumor: {
      ...{ file: 'tumor.nii.gz', bytes: mask.length, sha256: shaOf(mask), voxels: 1, volume_ml: 1 },
      ...{ bbox_start_ijk: [0, 0, 0], bbox_size_ijk: [1, 1, 1], mean_hu: 0, source: 'RTSTRUCT' },
      ...{ roi_number: 1, roi_name: 'GTV', link_rule: 'uid', rois_seen: [], passed_over: [] },
      ...{ agreement: [], mask_uid_hmac: null },
    },
    acquisition: madeOutput.acquisition,
    qc: [],
    flags: [],
    swinprep_version: '0.1.0',
    fingerprint: '',
  };
}

const noChanges: RoiChanges = {
  swinprep_version: '0.1.0',
  previous: null,
  constants: { global_mu: 0, global_sigma: 1, min_box_mm: [0, 0, 0], max_box_mm: [0, 0, 0] },
  summary: { num_added: 0, num_changed: 0, num_changed_by_constants: 0, num_removed: 0, num_unchanged: 0 },
  ...{ added: [], changed: [], removed: [], unchanged: [], pruned: null },
};

export interface MadeCohort {
  readonly roi: string;
  readonly interim: string;
  readonly manifest: string;
  readonly review: string;
}

/** What is made of whom: `ok` have ROIs, `excluded` a mask in interim and no ROI, `absent` neither. */
export interface Fates {
  readonly ok?: readonly string[];
  readonly excluded?: readonly string[];
  readonly absent?: readonly string[];
}

/**
 * Outputs of a run as far as a review reads them. Volumes are named as they should be and hold a few bytes of text; `artifacts`
 * is a folder, the rest may be one or a blob prefix.
 */
export async function writeCohort(
  out: string,
  artifacts: string,
  { ok = [], excluded = [], absent = [] }: Fates,
): Promise<MadeCohort> {
  const places = { roi: joinUri(out, 'roi'), interim: joinUri(out, 'interim'), manifest: artifacts };
  const [roi, interim, manifest] = await Promise.all(Object.values(places).map(openStore));
  for (const id of [...ok, ...excluded]) {
    await interim.write(`${id}/ct.nii.gz`, text(`CT of ${id}`));
    await interim.write(`${id}/tumor.nii.gz`, maskOf(id));
    await interim.write(`${id}/case.json`, encodeJson(madeCase(id, maskOf(id))));
  }
  for (const id of ok) {
    for (const file of ['ct_roi_hu.nii.gz', 'tumor_roi.nii.gz', 'qc_overlay_mid.png'])
      await roi.write(`${id}/${file}`, text(`${file} of ${id}`));
  }
  const failures: Failures = [...excluded, ...absent].map((patient_id) => ({
    ...{ patient_id, stage: '', step: 'convert', code: 'no-image', error: 'none' },
  }));
  const outputs = ok.map(
    (id): ManifestOutput => ({
      ...madeOutput,
      ...{ patient_id: id, split: 'train', stage: 'I', stage_index: 0, mask_sha256: shaOf(maskOf(id)) },
      paths: {
        ct_roi_hu: `${id}/ct_roi_hu.nii.gz`,
        tumor_roi: `${id}/tumor_roi.nii.gz`,
        qc_overlay_mid: `${id}/qc_overlay_mid.png`,
      },
    }),
  );
  await manifest.write('manifest.json', encodeJson({ ...madeManifest, outputs }));
  await manifest.write('failures.json', encodeJson(failures));
  await manifest.write('roi_changes.json', encodeJson(noChanges));
  return { ...places, review: joinUri(out, 'review.csv') };
}
