import { HuTally } from '../../../src/kernels/intensity/hu-tally.ts';
import type { Pass1Case } from '../../../src/records/stats.ts';
import { intensityRecord } from '../../../src/records/stats-values.ts';

/** A tally of the given HU. */
export function tallyOf(hu: readonly number[]): HuTally {
  const tally = new HuTally();
  for (const v of hu) tally.add(v);
  return tally;
}

/** What pass 1 may have measured of a patient. */
export function caseOf(
  id: string,
  split: 'train' | 'test',
  mu: number,
  sigma: number,
  count: number,
  boxMm = 170,
  { stage = 'I', hu = [mu - 1, mu, mu + 1], volumeMl = 10 } = {},
): Pass1Case {
  const tally = tallyOf(hu);
  const side = Math.max(1, boxMm - 120);
  return {
    record: {
      patient_id: id,
      split,
      stage,
      target_spacing: [1, 1, 1],
      roi_source: 'tumor',
      pad_mm: [60, 60, 45],
      pad_vox: [60, 60, 45],
      resampled_size_ijk: [500, 500, 400],
      resampled_tumor_voxels: 1,
      tumor_volume_ml: volumeMl,
      resampled_tumor_volume_ml: volumeMl,
      tumor_bbox_start_ijk: [200, 200, 100],
      tumor_bbox_size_ijk: [side, side, side],
      bbox_start_ijk: [200, 200, 100],
      bbox_size_ijk: [side, side, side],
      bbox_size_mm: [side, side, side],
      bbox_padded_start_ijk: [140, 140, 55],
      bbox_padded_size_ijk: [boxMm, boxMm, side + 90],
      bbox_padded_size_mm: [boxMm, boxMm, boxMm],
      case_mu: mu,
      case_sigma: sigma,
      case_norm_info: { mask_rule: 'ct_win > -850', mask_count: count },
      hu: intensityRecord(tally),
      tumor_hu: intensityRecord(tally),
    },
    tallies: { hu: tally.encode(), tumor_hu: tally.encode() },
  };
}
