import type { Config } from '../config/schema.ts';
import type { CaseMeasures } from '../dataset/stats.ts';
import { CaseExclusion } from '../errors.ts';
import { boundingBox } from '../kernels/bounding-box.ts';
import { addWindowed, emptyWindowedMoments, meanAndSd, type WindowedMoments } from '../kernels/moments.ts';
import { resampleLinear, windowOfAxis } from '../kernels/resample.ts';
import { padBox } from '../kernels/roi-box.ts';
import { type Volume, vec3 } from '../volume/geometry.ts';
import { type StandardisedCase, standardise } from './standardise.ts';

/** Planes resampled at a time, so that the whole float volume never exists. */
const SLAB_PLANES = 8;

/** Mean and standard deviation that normalise a case, and the rule that chose its voxels (reference program, `_compute_case_mu_sigma`). */
export function caseStatistics(
  moments: WindowedMoments,
  { thresholdHu, minVoxels }: Config['intensity'],
): Pick<CaseMeasures, 'case_mu' | 'case_sigma' | 'case_norm_info'> {
  const count = moments.above.count;
  const enough = count >= minVoxels;
  const { mean, sd } = meanAndSd(enough ? moments.above : moments.all);
  return {
    case_mu: mean,
    case_sigma: sd + 1e-8,
    case_norm_info: {
      mask_rule: enough ? `ct_win > ${thresholdHu}` : `fallback_all_voxels (mask_count=${count})`,
      mask_count: count,
    },
  };
}

function momentsOfResampled(
  { ct, ctAxes }: StandardisedCase,
  { windowHu, thresholdHu, airHu }: Config['intensity'],
): WindowedMoments {
  const moments = emptyWindowedMoments();
  const [x, y, z] = ctAxes;
  for (let k = 0; k < z.lower.length; k += SLAB_PLANES) {
    const slab = resampleLinear(ct.data, ct.geometry.size, [x, y, windowOfAxis(z, k, SLAB_PLANES)], airHu);
    addWindowed(moments, slab, windowHu, thresholdHu);
  }
  return moments;
}

/** The tumour's box on the target grid. Throws a CaseExclusion where resampling left no voxel of it. */
export function tumorBox({
  tumor,
  resampled,
}: StandardisedCase): NonNullable<ReturnType<typeof boundingBox>> {
  const box = boundingBox(tumor, resampled.size);
  if (box === undefined) {
    throw new CaseExclusion(
      'tumor-empty-after-resampling',
      'no voxel of the tumour is left after resampling: it is smaller than a voxel',
    );
  }
  return box;
}

/** Pass 1 of one patient: the padded tumour box and the windowed statistics of the whole resampled CT. Pure. */
export function measureCase(
  patientId: string,
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  config: Config,
): CaseMeasures {
  const standard = standardise(ct, tumor, config.resample.spacingMm);
  const spacingMm = standard.resampled.spacingMm;
  const box = tumorBox(standard);
  const { box: padded, paddingVoxels } = padBox(box, spacingMm, config.roi.paddingMm);
  return {
    patient_id: patientId,
    pad_mm: config.roi.paddingMm,
    pad_vox: paddingVoxels,
    resampled_size_ijk: standard.resampled.size,
    resampled_tumor_voxels: box.voxels,
    bbox_start_ijk: box.start,
    bbox_size_ijk: box.size,
    bbox_padded_start_ijk: padded.start,
    bbox_padded_size_ijk: padded.size,
    bbox_padded_size_mm: vec3((a) => padded.size[a] * spacingMm[a]),
    ...caseStatistics(momentsOfResampled(standard, config.intensity), config.intensity),
  };
}
