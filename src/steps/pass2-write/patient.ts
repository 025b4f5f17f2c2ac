import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../dataset/case.ts';
import { encodeJson, fingerprintOf } from '../../dataset/json.ts';
import type { Exclusion, Flag, OutputFile } from '../../dataset/record.ts';
import {
  type ExcludedRoi,
  META_FILE,
  type OkRoi,
  ROI_FILES,
  type RoiFile,
  type RoiRecord,
  roiSchema,
  type Transforms,
} from '../../dataset/roi.ts';
import { samplingOf } from '../../dataset/sampling.ts';
import type { SplitMember } from '../../dataset/split.ts';
import { roundToInt16 } from '../../kernels/intensity/window.ts';
import type { VolumeInParts } from '../../nifti/encode.ts';
import { readInterim } from '../../passes/interim.ts';
import { qcOverlay } from '../../picture/qc-overlay.ts';
import {
  clearOutputs,
  commitRecord,
  committedRecord,
  type Outputs,
  whileCleared,
  writeOutputs,
} from '../../runner/commit.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import { openStore } from '../../storage/open.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedGzip } from '../../timing/timed-nifti.ts';
import { timedStore } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { type Volume, vec3 } from '../../volume/geometry.ts';
import { roiFingerprint, roiProvenance } from './fingerprint.ts';
import { type Constants, makeRoi, type ResampledCt, type Roi } from './make-roi.ts';
import { pipelineSteps } from './pipeline-steps.ts';
import { renormaliseCase } from './renormalise.ts';

export interface RoiTask extends CaseTask {
  readonly step: 'pass2-write';
  readonly interim: string;
  readonly roi: string;
  readonly record: OkCase;
  readonly member: SplitMember;
  readonly config: Config;
  readonly constants: Constants;
}

/** Those of convert, then those of the ROI. */
function flagsOf(record: OkCase, { qc, lungMissing }: Roi, { lung }: Config): Flag[] {
  const missing: Flag = {
    code: 'lung-not-found',
    message: `no lung of ${lung.minVolumeMl} ml or more was found: the ROI is laid round the tumour`,
    value: lung.minVolumeMl,
  };
  return [...record.flags, ...(lungMissing ? [missing] : []), ...qc.flags];
}

/** Flags of convert that say in what the original CT grid differs from the scanner's planes. */
const GEOMETRY_FLAGS = ['missing-slices', 'variable-spacing', 'uneven-slices', 'gantry-tilt'];

function transformsOf({ transforms }: Roi, { ct, tumor, flags }: OkCase): Transforms {
  const { patient_id, ...rest } = transforms;
  return {
    patient_id,
    swinprep_version: VERSION,
    original_ct: {
      ct: { file: ct.file, bytes: ct.bytes, sha256: ct.sha256 },
      tumor: { file: tumor.file, bytes: tumor.bytes, sha256: tumor.sha256 },
      slice_order: 'ascending along row x column',
      geometry_flags: flags.filter(({ code }) => GEOMETRY_FLAGS.includes(code)),
    },
    ...rest,
  };
}

/** How each output of an ROI is made. */
function outputsOf(
  roi: Roi,
  { record, config: { intensity, output } }: RoiTask,
  clock: StageClock,
): Partial<Record<RoiFile, Outputs[string]>> {
  const zipped = (volume: Volume | VolumeInParts) => () => timedGzip(clock, volume, output);
  const audit = (volume: Volume<Float32Array>) =>
    output.auditType === 'float32'
      ? zipped(volume)
      : () => timedGzip(clock, { ...volume, data: roundToInt16(volume.data) }, output);
  const resampled = ({ geometry, slabs }: ResampledCt) => {
    function* kept() {
      for (const { hu } of slabs({ keep: true })) yield hu;
    }
    function* rounded() {
      for (const { hu } of slabs({ keep: false })) yield roundToInt16(hu);
    }
    return output.auditType === 'float32'
      ? zipped({ geometry, voxels: Float32Array, parts: kept })
      : zipped({ geometry, voxels: Int16Array, parts: rounded });
  };
  return {
    ct_roi_norm: zipped(roi.norm),
    tumor_roi: zipped(roi.tumor),
    ...(roi.lung && { lung_roi: zipped(roi.lung) }),
    ...(roi.thorax && { ct_thorax_norm: zipped(roi.thorax.norm), tumor_thorax: zipped(roi.thorax.tumor) }),
    ...(roi.resampledCt && { ct_hu_resampled_ras: resampled(roi.resampledCt) }),
    ...(output.roiHu && { ct_roi_hu: audit(roi.hu) }),
    ...(output.qcOverlay && {
      qc_overlay_mid: () =>
        clock.time('overlay', 0, () =>
          qcOverlay({
            ct: roi.windowed,
            tumor: roi.tumor,
            lung: roi.lung,
            clippedShare: 1 - roi.tumorVoxelsRoi / roi.tumorVoxelsResampled,
            windowHu: intensity.windowHu,
          }),
        ),
    }),
    transforms: () => encodeJson(transformsOf(roi, record)),
  };
}

function roiRecord(task: RoiTask, roi: Roi, paths: Record<string, OutputFile>): OkRoi {
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

export function excludedRoi(exclusion: Exclusion, config: Config, fingerprint: string): ExcludedRoi {
  return {
    patient_id: exclusion.patient_id,
    state: 'excluded',
    exclusion,
    provenance: { swinprep_version: VERSION, config_sha256: fingerprintOf(config), fingerprint },
  };
}

/** Writes one patient's ROI set, `meta.json` last, unless that is done already. */
export default async function pass2Case(task: RoiTask, clock: StageClock): Promise<CaseOutcome<RoiRecord>> {
  const { patientId, config } = task;
  const store = timedStore(clock, await openStore(task.roi));
  const fingerprint = roiFingerprint(task);
  const meta = await store.read(`${patientId}/${META_FILE}`);
  const done = await committedRecord(
    store,
    patientId,
    { schema: roiSchema, bytes: meta, fingerprint },
    (found) => ({
      fingerprint: found.provenance.fingerprint,
      outputs: found.state === 'ok' ? Object.values(found.paths) : [],
    }),
  );
  if (done !== undefined) return { state: done.state, record: done, skipped: true };
  const renewed = await renormaliseCase(store, task, meta, clock);
  if (renewed !== undefined) return { state: 'ok', record: renewed, skipped: false };
  try {
    const interim = timedStore(clock, await openStore(task.interim));
    const { ct, tumor } = await whileCleared(
      clearOutputs(store, patientId, META_FILE, Object.values(ROI_FILES)),
      readInterim(interim, task.record, clock),
    );
    const roi = makeRoi(task.record, ct, tumor, config, task.constants, clock);
    const outputs = Object.entries(outputsOf(roi, task, clock)) as [RoiFile, Outputs[string]][];
    const files = Object.fromEntries(outputs.map(([key, encode]) => [ROI_FILES[key], encode]));
    const written = await writeOutputs(store, patientId, files, clock);
    const paths = Object.fromEntries(outputs.map(([key]) => [key, written[ROI_FILES[key]]]));
    const record = roiRecord(task, roi, paths);
    await commitRecord(store, patientId, META_FILE, record);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    const record = excludedRoi(exclusion, config, fingerprint);
    await commitRecord(store, patientId, META_FILE, record);
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
