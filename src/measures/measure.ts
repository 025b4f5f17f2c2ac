import type { CaseFacts, CaseMasks } from '../both-passes/masks.ts';
import type { Slab } from '../both-passes/resampled-slabs.ts';
import { type StandardisedCase, targetSpacingOf } from '../both-passes/standardise.ts';
import { type TimedPasses, timedPasses } from '../both-passes/timed.ts';
import type { Config } from '../config/schema.ts';
import { padBox } from '../kernels/box/pad-and-snap.ts';
import { HuTally } from '../kernels/intensity/hu-tally.ts';
import {
  addWindowed,
  emptyWindowedMoments,
  type VoxelChoice,
  type WindowedMoments,
} from '../kernels/intensity/moments.ts';
import type { Box } from '../kernels/mask/bounding-box.ts';
import type { MeasuredCase } from '../records/stats.ts';
import { intensityRecord } from '../records/stats-values.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { type Vec3, type Volume, vec3 } from '../volume/geometry.ts';

/** Adds the masked voxels of a slab, which begins at plane `firstPlane` of the mask's grid. */
function tallyMasked(
  tally: HuTally,
  { hu, firstPlane }: Slab,
  { mask, box }: { mask: Uint8Array; box: Box },
  [nx, ny]: Vec3,
): void {
  const offset = firstPlane * nx * ny;
  const end = Math.min(box.start[2] + box.size[2], firstPlane + hu.length / (nx * ny));
  for (let z = Math.max(box.start[2], firstPlane); z < end; z++) {
    for (let y = box.start[1]; y < box.start[1] + box.size[1]; y++) {
      const row = (z * ny + y) * nx;
      for (let x = box.start[0]; x < box.start[0] + box.size[0]; x++)
        if (mask[row + x] > 0) tally.add(hu[row + x - offset]);
    }
  }
}

/** Statistics of the whole resampled CT by the voxel rule, and the HU within the tumour, in one pass over the voxels. */
function measureIntensities(
  standard: StandardisedCase,
  masks: CaseMasks,
  intensity: Config['intensity'],
  { caseStatistics, resampledSlabs }: TimedPasses,
) {
  const { size } = standard.resampled;
  const roiMask = (masks.source === 'lung' ? masks.lung : undefined)?.mask ?? masks.tumor.mask;
  let tumor = new HuTally();
  const measure = ({ thresholdHu, mask }: VoxelChoice): WindowedMoments => {
    const moments = emptyWindowedMoments();
    tumor = new HuTally();
    for (const slab of resampledSlabs(standard, intensity.airHu, { keep: false })) {
      const from = slab.firstPlane * size[0] * size[1];
      const part = mask?.subarray(from, from + slab.hu.length);
      addWindowed(moments, slab.hu, intensity.windowHu, { thresholdHu, mask: part });
      tallyMasked(tumor, slab, masks.tumor, size);
    }
    return moments;
  };
  const statistics = caseStatistics(measure, roiMask, intensity);
  return { statistics, tumor };
}

/** Pass 1 of one patient: the padded box of the ROI's mask and the windowed statistics of the whole resampled CT. Pure. */
export function measureCase(
  { patient_id, tumor: { volume_ml } }: CaseFacts,
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  config: Config,
  clock: StageClock,
): MeasuredCase {
  const timed = timedPasses(clock);
  const standard = timed.standardise(ct, tumor, targetSpacingOf(ct.geometry, config.resample));
  const masks = timed.caseMasks(standard, config);
  const { spacingMm, size } = standard.resampled;
  const subject = masks.source === 'lung' ? masks.lung! : masks.tumor;
  const paddingMm = masks.source === 'lung' ? config.lung.paddingMm : config.roi.paddingMm;
  const { box: padded, paddingVoxels } = padBox(subject.box, spacingMm, paddingMm);
  const { statistics, tumor: tumorTally } = measureIntensities(standard, masks, config.intensity, timed);
  const mm3 = spacingMm[0] * spacingMm[1] * spacingMm[2];
  return {
    record: {
      patient_id,
      target_spacing: spacingMm,
      roi_source: masks.source,
      pad_mm: paddingMm,
      pad_vox: paddingVoxels,
      resampled_size_ijk: size,
      resampled_tumor_voxels: masks.tumor.box.voxels,
      tumor_volume_ml: volume_ml,
      resampled_tumor_volume_ml: (masks.tumor.box.voxels * mm3) / 1000,
      tumor_bbox_start_ijk: masks.tumor.box.start,
      tumor_bbox_size_ijk: masks.tumor.box.size,
      bbox_start_ijk: subject.box.start,
      bbox_size_ijk: subject.box.size,
      bbox_size_mm: vec3((a) => subject.box.size[a] * spacingMm[a]),
      bbox_padded_start_ijk: padded.start,
      bbox_padded_size_ijk: padded.size,
      bbox_padded_size_mm: vec3((a) => padded.size[a] * spacingMm[a]),
      ...statistics.record,
      hu: intensityRecord(statistics.tally),
      tumor_hu: intensityRecord(tumorTally),
    },
    tallies: { hu: statistics.tally.encode(), tumor_hu: tumorTally.encode() },
  };
}
