import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../records/case.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Exclusion, Flag, OutputFile } from '../../records/record.ts';
import type { ExcludedRoi, OkRoi } from '../../records/roi.ts';
import { samplingOf } from '../../records/sampling.ts';
import { VERSION } from '../../version.ts';
import { vec3 } from '../../volume/geometry.ts';
import { roiProvenance } from './fingerprint.ts';
import type { Roi } from './make-roi.ts';
import { pipelineSteps } from './pipeline-steps.ts';
import type { RoiTask } from './task.ts';

/** Those of convert, then those of the ROI. */
function flagsOf(record: OkCase, { qc, lungMissing }: Roi, { lung }: Config): Flag[] {
  const missing: Flag = {
    code: 'lung-not-found',
    message: `no lung of ${lung.minVolumeMl} ml or more was found: the ROI is laid round the tumour`,
    value: lung.minVolumeMl,
  };
  return [...record.flags, ...(lungMissing ? [missing] : []), ...qc.flags];
}

/** `meta.json` of an ROI, by the allow-list of its schema. `paths`: the files that were written. */
export function roiRecord(task: RoiTask, roi: Roi, paths: Record<string, OutputFile>): OkRoi {
  const { record, member, config } = task;
  const { size, spacingMm } = roi.hu.geometry;
  const { transforms } = roi;
  return {
    patient_id: task.patientId,
    state: 'ok',
    split: member.split,
    stage: member.stage,
    stage_index: member.stage_index,
    spacing_before_mm: record.ct.spacing_mm,
    spacing_after_mm: spacingMm,
    final_roi_size_vox: size,
    final_roi_size_mm: vec3((a) => size[a] * spacingMm[a]),
    orientation_policy: transforms.orientation_policy,
    original_ct_geometry: transforms.original_ct_geometry,
    resampled_ct_geometry: transforms.resampled_ct_geometry,
    target_spacing: transforms.target_spacing,
    pad_mm: transforms.pad_mm,
    pad_vox: transforms.pad_vox,
    window_hu: transforms.window_hu,
    global_mu: transforms.global_mu,
    global_sigma: transforms.global_sigma,
    bbox_start_ijk: transforms.bbox_from_mask_start_ijk,
    bbox_size_ijk: transforms.bbox_from_mask_size_ijk,
    bbox_padded_start_ijk: transforms.bbox_padded_start_ijk,
    bbox_padded_size_ijk: transforms.bbox_padded_size_ijk,
    bbox_final_start_ijk: transforms.bbox_final_start_ijk,
    bbox_final_size_ijk: transforms.bbox_final_size_ijk,
    size_info: transforms.size_info,
    crop_record_ct: transforms.crop_record_ct,
    crop_record_mask: transforms.crop_record_mask,
    roi_source: transforms.roi_source,
    box_shift_ijk: transforms.box_shift_ijk,
    ...roi.statistics,
    norm_mu: transforms.norm_mu,
    norm_sigma: transforms.norm_sigma,
    tumor_voxels_original: record.tumor.voxels,
    tumor_volume_ml: record.tumor.volume_ml,
    tumor_voxels_resampled: roi.tumorVoxelsResampled,
    tumor_voxels_roi: roi.tumorVoxelsRoi,
    tumor_clipped_voxels: roi.tumorVoxelsResampled - roi.tumorVoxelsRoi,
    tumor_source: record.tumor.source,
    context_mm: roi.qc.contextMm,
    context_clipped_mm: roi.qc.contextClippedMm,
    qc: [...roi.qc.checks],
    sampling: samplingOf(roi.tumor),
    flags: flagsOf(record, roi, config),
    preprocessing_pipeline: pipelineSteps(record, roi.transforms, config),
    paths,
    provenance: roiProvenance(task),
  };
}

/** `meta.json` of a patient that gets no ROI. */
export function excludedRoi(exclusion: Exclusion, config: Config, fingerprint: string): ExcludedRoi {
  return {
    patient_id: exclusion.patient_id,
    state: 'excluded',
    exclusion,
    provenance: { swinprep_version: VERSION, config_sha256: fingerprintOf(config), fingerprint },
  };
}
