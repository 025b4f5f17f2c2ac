import { z } from 'zod';
import { count, positive, triple } from './values.ts';

/* The grid after resampling, and where the ROI lies on it. */

/** ROI sizes offered by name on the command line; the configuration takes any other size too. */
export const PATCHES = ['192x192x64', '160x160x64', 'adaptive', 'derived'] as const;

const PATCH = /^(adaptive|derived|[1-9]\d*x[1-9]\d*x[1-9]\d*)$/;

/** A box rule in mm: padding round a mask, and bounds of the whole; [x, y, z] each. */
const boxMm = (what: string) => ({
  paddingMm: triple(z.number().nonnegative()).describe(`Context on each side of the ${what}: x, y, z in mm.`),
  minBoxMm: triple(positive).describe('Smallest box, mm.'),
  maxBoxMm: triple(positive).describe('Largest box, mm.'),
});

const boundsFit = ({ minBoxMm, maxBoxMm }: { minBoxMm: readonly number[]; maxBoxMm: readonly number[] }) =>
  minBoxMm.every((mm, axis) => mm <= maxBoxMm[axis]);
const BOUNDS_ERROR = { error: 'minBoxMm must not be larger than maxBoxMm', path: ['minBoxMm'] };

export const resample = z.strictObject({
  policy: z
    .enum(['fixed', 'anisotropic'])
    .describe(
      'The spacing after resampling: `fixed` is spacingMm for every scan; `anisotropic` is thinMm for scans whose slices lie up to thickAboveMm apart, and for the others x and y of thinMm with thickZMm.',
    ),
  spacingMm: triple(positive).describe('Voxel spacing after resampling: x, y, z in mm. For `fixed` only.'),
  thinMm: triple(positive).describe('Voxel spacing of scans with thin slices, mm. For `anisotropic` only.'),
  thickAboveMm: positive.describe('Slices further apart than this are thick. For `anisotropic` only.'),
  thickZMm: z
    .union([z.literal('keep'), positive], { error: 'must be keep or a number of mm above 0' })
    .describe('z spacing of scans with thick slices: as scanned, or in mm. For `anisotropic` only.'),
});

export const roi = z.strictObject({
  source: z
    .enum(['tumor', 'lung'])
    .describe(
      'What the ROI is laid round: the tumour mask, or the lungs, which are found in the CT (`lung`).',
    ),
  paddingMm: triple(z.number().nonnegative()).describe(
    "Context on each side of the tumour's bounding box: x, y, z in mm.",
  ),
  patch: z
    .string()
    .regex(PATCH, { error: 'must be a size such as 192x192x64, adaptive, or derived' })
    .describe(
      'Size of a tumour ROI in voxels; `adaptive`: for each tumour the smallest preferred size that holds its padded box; `derived`: sized by each tumour within the bounds below, as the reference program does.',
    ),
  placement: z
    .enum(['fit', 'centre'])
    .describe(
      'Where the box lies: `fit` is centred but shifts to hold the whole tumour where it can and to stay within the CT; `centre` is always centred, as in the reference program.',
    ),
  boxPercentile: z
    .number()
    .min(0)
    .max(100)
    .describe('Percentile of the padded tumour boxes that the derived minimum box covers.'),
  hardMinBoxMm: triple(positive).describe('Lower bound of the derived minimum box, mm. For `derived` only.'),
  hardMaxBoxMm: triple(positive).describe('Upper bound of every box, mm. For `derived` only.'),
  preferredSizesXy: z
    .array(count)
    .min(1)
    .readonly()
    .describe('In-plane sizes in voxels to choose from. For `adaptive` and `derived`.'),
  preferredSizesZ: z
    .array(count)
    .min(1)
    .readonly()
    .describe('Sizes in slices to choose from; leave 96 out to stay at 64. For `adaptive` and `derived`.'),
  multipleOf: z
    .int()
    .positive()
    .describe('Every size that is chosen is a multiple of this; SwinUNETR needs 32.'),
});

export const lung = z
  .strictObject({
    thresholdHu: z.number().describe('Voxels below this that the body encloses are lung or gas.'),
    erosionMm: z
      .number()
      .nonnegative()
      .describe('Bridges up to twice this wide, such as bronchi, are cut to tell the lungs from all else.'),
    closingMm: z
      .number()
      .nonnegative()
      .describe('Gaps up to twice this wide, such as vessels at the hilum, are closed.'),
    minVolumeMl: positive.describe('Least volume of a lung.'),
    notFound: z
      .enum(['exclude', 'tumor'])
      .describe(
        'Where no lung is found: exclude the patient (`lung-not-found`), or lay the ROI round the tumour and flag it.',
      ),
    ...boxMm('lungs'),
  })
  .refine(boundsFit, BOUNDS_ERROR);

export const thorax = z
  .strictObject({
    write: z
      .boolean()
      .describe(
        'Write a second, larger ROI round both lungs: ct_thorax_norm.nii.gz and tumor_thorax.nii.gz.',
      ),
    ...boxMm('lungs'),
  })
  .refine(boundsFit, BOUNDS_ERROR);
