import { GEOMETRY_FLAGS } from '../../dicom/series/stack-flags.ts';
import { roundToInt16 } from '../../kernels/intensity/window.ts';
import { giveBack } from '../../memory/thread.ts';
import { holdsParts, type VolumeInParts } from '../../nifti/encode.ts';
import { qcOverlay } from '../../picture/qc-overlay.ts';
import type { OkCase } from '../../records/case.ts';
import { encodeJson } from '../../records/json.ts';
import type { OutputFile } from '../../records/record.ts';
import { ROI_FILES, type RoiFile, type Transforms } from '../../records/roi.ts';
import type { PatientPlace } from '../../runner/commit.ts';
import { type Outputs, writeOutputs } from '../../runner/outputs.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedGzip } from '../../timing/timed-nifti.ts';
import { VERSION } from '../../version.ts';
import type { Volume } from '../../volume/geometry.ts';
import type { ResampledCt, Roi } from './make-roi.ts';
import type { RoiTask } from './task.ts';

/** How the files of an ROI are made, each under its name in `meta.json`. */
export type RoiOutputs = Partial<Record<RoiFile, Outputs[string]>>;

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
export function roiOutputs(
  roi: Roi,
  { record, config: { intensity, output } }: RoiTask,
  clock: StageClock,
): RoiOutputs {
  const zipped = (volume: Volume | VolumeInParts) => () => timedGzip(clock, volume, output);
  const zippedLast = (volume: Volume) => async () => {
    const pieces = await timedGzip(clock, volume, output);
    giveBack(volume.data);
    return pieces;
  };
  const audit = (volume: Volume<Float32Array>) =>
    output.auditType === 'float32'
      ? zipped(volume)
      : () => timedGzip(clock, { ...volume, data: roundToInt16(volume.data) }, output);
  const keep = holdsParts(output.gzipEngine);
  const resampled = ({ geometry, slabs }: ResampledCt) => {
    function* whole() {
      for (const { hu } of slabs({ keep })) yield hu;
    }
    function* rounded() {
      let first: Int16Array | undefined;
      for (const { hu } of slabs({ keep: false })) {
        const slab = roundToInt16(hu, first);
        if (!keep) first ??= slab;
        yield slab;
      }
      if (first !== undefined) giveBack(first);
    }
    return output.auditType === 'float32'
      ? zipped({ geometry, voxels: Float32Array, parts: whole })
      : zipped({ geometry, voxels: Int16Array, parts: rounded });
  };
  return {
    ct_roi_norm: zippedLast(roi.norm),
    tumor_roi: zipped(roi.tumor),
    ...(roi.lung && { lung_roi: zipped(roi.lung) }),
    ...(roi.thorax && {
      ct_thorax_norm: zippedLast(roi.thorax.norm),
      tumor_thorax: zippedLast(roi.thorax.tumor),
    }),
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

/** Makes and writes files of an ROI. Returns them under their names in `meta.json`. */
export async function writeRoi<R>(
  place: PatientPlace<R>,
  outputs: RoiOutputs,
  clock: StageClock,
): Promise<Record<string, OutputFile>> {
  const named = Object.entries(outputs) as [RoiFile, Outputs[string]][];
  const files = Object.fromEntries(named.map(([name, encode]) => [ROI_FILES[name], encode]));
  const written = await writeOutputs(place, files, clock);
  return Object.fromEntries(named.map(([name]) => [name, written[ROI_FILES[name]]]));
}
