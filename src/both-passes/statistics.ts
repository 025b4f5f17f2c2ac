import type { Config } from '../config/schema.ts';
import type { HuTally } from '../kernels/intensity/hu-tally.ts';
import { meanAndSd, type VoxelChoice, type WindowedMoments } from '../kernels/intensity/moments.ts';
import type { CaseMeasures } from '../records/stats.ts';

const CHOSEN_BY: Readonly<Record<Config['intensity']['voxelRule'], (thresholdHu: number) => string>> = {
  threshold: (thresholdHu) => `ct_win > ${thresholdHu}`,
  mask: () => 'mask > 0',
  both: (thresholdHu) => `ct_win > ${thresholdHu} or mask > 0`,
};

/** Mean and standard deviation that normalise a case, and the rule that chose its voxels. */
export interface CaseStatistics {
  readonly record: Pick<CaseMeasures, 'case_mu' | 'case_sigma' | 'case_norm_info'>;
  /** HU before the window of the voxels that counted. */
  readonly tally: HuTally;
}

/**
 * Statistics by `intensity.voxelRule`; of all voxels where too few follow the rule (reference program,
 * `_compute_case_mu_sigma`).
 *
 * @param mask the mask that the ROI is laid round, on the grid that `measure` goes over
 */
export function caseStatistics(
  measure: (choice: VoxelChoice) => WindowedMoments,
  mask: Uint8Array,
  { voxelRule, thresholdHu, minVoxels }: Config['intensity'],
): CaseStatistics {
  const chosen = measure({
    thresholdHu: voxelRule === 'mask' ? Number.POSITIVE_INFINITY : thresholdHu,
    mask: voxelRule === 'threshold' ? undefined : mask,
  });
  const enough = chosen.count >= minVoxels;
  const moments = enough ? chosen : measure({ thresholdHu: Number.NEGATIVE_INFINITY });
  const { mean, sd } = meanAndSd(moments);
  return {
    record: {
      case_mu: mean,
      case_sigma: sd + 1e-8,
      case_norm_info: {
        mask_rule: enough
          ? CHOSEN_BY[voxelRule](thresholdHu)
          : `fallback_all_voxels (mask_count=${chosen.count})`,
        mask_count: chosen.count,
      },
    },
    tally: moments.tally,
  };
}
