import type { Config } from '../config/schema.ts';
import { CaseExclusion } from '../errors.ts';
import { compacted } from '../kernels/grid/orient.ts';
import { resampleNearest } from '../kernels/grid/resample.ts';
import { strided } from '../kernels/grid/strided.ts';
import { findLungs } from '../kernels/lungs/find-lungs.ts';
import { boundingBox } from '../kernels/mask/bounding-box.ts';
import { type MaskProfile, maskProfile } from '../kernels/mask/mask-profile.ts';
import { giveBack } from '../memory/thread.ts';
import type { OkCase } from '../records/case.ts';
import type { RoiSubject } from './roi-plan.ts';
import type { StandardisedCase } from './standardise.ts';

/** A mask on the resampled grid and the box of its voxels. */
export interface BoxedMask {
  readonly mask: Uint8Array;
  readonly box: NonNullable<ReturnType<typeof boundingBox>>;
}

/** What both passes take from a case's record. */
export type CaseFacts = Pick<OkCase, 'patient_id'> & { readonly tumor: Pick<OkCase['tumor'], 'volume_ml'> };

/** The masks of a case on the resampled grid. */
export interface CaseMasks {
  readonly tumor: BoxedMask & { readonly profile: MaskProfile };
  /** Both lungs; undefined where the configuration needs none, or where none was found and the tumour takes their place. */
  readonly lung: BoxedMask | undefined;
  /** The mask that the ROI is laid round. */
  readonly source: 'tumor' | 'lung';
  /** The lungs were needed, and none was found. */
  readonly lungMissing: boolean;
}

function boxedTumor({ tumor, resampled }: StandardisedCase): CaseMasks['tumor'] {
  const box = boundingBox(tumor, resampled.size);
  if (box === undefined) {
    throw new CaseExclusion(
      'tumor-empty-after-resampling',
      'no voxel of the tumour is left after resampling: it is smaller than a voxel',
    );
  }
  return { mask: tumor, box, profile: maskProfile(tumor, resampled.size, box) };
}

function boxedLungs(
  { ras, ct, maskAxes, resampled }: StandardisedCase,
  lung: Config['lung'],
): BoxedMask | undefined {
  const hu = compacted(ct);
  const found = findLungs(hu, ras.size, ras.spacingMm, lung);
  giveBack(hu);
  const mask = found && resampleNearest(strided(found, ras.size), maskAxes);
  if (found !== undefined) giveBack(found);
  const box = mask && boundingBox(mask, resampled.size);
  return box && { mask, box };
}

/** Whether the configuration asks for the lungs at all. */
export function needsLungs({ roi, thorax }: Pick<Config, 'roi' | 'thorax'>): boolean {
  return roi.source === 'lung' || thorax.write;
}

/**
 * Finds the boxes of the masks. Throws a CaseExclusion where resampling left no voxel of the tumour, and where the lungs
 * are needed, none is found, and `lung.notFound` says so.
 */
export function caseMasks(
  standard: StandardisedCase,
  config: Pick<Config, 'roi' | 'lung' | 'thorax'>,
): CaseMasks {
  const tumor = boxedTumor(standard);
  if (!needsLungs(config)) return { tumor, lung: undefined, source: 'tumor', lungMissing: false };
  const lung = boxedLungs(standard, config.lung);
  if (lung === undefined && config.lung.notFound === 'exclude') {
    throw new CaseExclusion(
      'lung-not-found',
      `no lung of ${config.lung.minVolumeMl} ml or more was found in the CT; see lung.notFound in the configuration`,
    );
  }
  return {
    tumor,
    lung,
    source: lung === undefined ? 'tumor' : config.roi.source,
    lungMissing: lung === undefined,
  };
}

/** What the ROI's box is planned from. */
export function roiSubjectOf(
  { tumor, lung, source }: CaseMasks,
  { resampled }: StandardisedCase,
): RoiSubject {
  return {
    imageSize: resampled.size,
    spacingMm: resampled.spacingMm,
    tumor: tumor.box,
    tumorProfile: tumor.profile,
    lung: source === 'lung' ? lung?.box : undefined,
  };
}
