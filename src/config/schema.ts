import { z } from 'zod';
import { pairChecks, roiChecks } from './checks.ts';
import { normalStage } from './stage-name.ts';

const positive = z.number().positive();
const count = z.int().nonnegative();
const triple = <T extends z.ZodType>(of: T) => z.tuple([of, of, of]).readonly();
const pattern = z.string().refine(
  (source) => {
    try {
      new RegExp(source, 'i');
      return true;
    } catch {
      return false;
    }
  },
  { error: 'is no valid regular expression' },
);

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

/** Every choice that changes an output. Descriptions are the configuration reference. */
export const configSchema = z.strictObject({
  series: z.strictObject({
    minSlices: z.int().min(2).describe('Fewest slices of a CT series that can be a volume.'),
    rejectDescriptions: z
      .array(pattern)
      .readonly()
      .describe(
        'Regular expressions (case ignored) for the description of series that are no scan of the patient.',
      ),
    kernelPreference: z
      .array(pattern)
      .readonly()
      .describe(
        'Regular expressions (case ignored) for the convolution kernel, most wanted first; the last thing to choose a series by.',
      ),
  }),
  geometry: z.strictObject({
    stacking: z
      .enum(['images', 'average'])
      .describe(
        'Where slices lie: on the grid that their positions tell, or spaced by extent / (N - 1) over gaps and tilt alike, as GDCM and ITK read a series.',
      ),
    spacingToleranceMm: positive.describe(
      'How far a slice may lie from its plane of the regular grid, but no more than a quarter of the spacing. 0.1 covers positions rounded to tenths of a mm; 3D Slicer takes 0.01 mm, highdicom 1 % of the spacing.',
    ),
    positionToleranceMm: positive.describe(
      'How far a slice may lie aside of the straight line through the first pixels, along rows or columns; slices that all stay within it of the normal are not tilted.',
    ),
    maxMissingRun: count.describe(
      'Most slices in a row that may be missing and are interpolated; with more the patient is excluded. All six incomplete series of Lung1 lack single slices (6 mm gaps at 3 mm).',
    ),
    variableSpacing: z
      .enum(['exclude', 'resample'])
      .describe(
        'Slices that lie on no regular grid: exclude the patient, or resample linearly to the median spacing.',
      ),
    maxTiltDegrees: z
      .number()
      .min(0)
      .lt(90)
      .describe(
        'Gantry tilt, measured from the positions, up to which a stack is resampled to an orthogonal grid; beyond it the patient is excluded. CT gantries tilt by 30 degrees at most.',
      ),
  }),
  hu: z.strictObject({
    rounding: z.enum(['nearest', 'truncate']).describe('How fractional HU become int16.'),
    padding: z
      .enum(['air', 'keep'])
      .describe(
        'Pixels that show no patient, marked by Pixel Padding Value or filled with a constant below -1024 HU: air (intensity.airHu), or as stored.',
      ),
  }),
  mask: z.strictObject({
    sources: z
      .array(z.enum(['SEG', 'RTSTRUCT', 'NIFTI']))
      .min(1)
      .readonly()
      .describe('Where the tumour mask comes from, in order of preference.'),
    niftiPatterns: z
      .array(z.string().regex(/\{patient\}/, { error: 'must contain {patient}' }))
      .readonly()
      .describe(
        'Where a NIfTI mask of a patient lies below --masks (the raw data by default); {patient} stands for its folder. The first that is there is taken. For the source NIFTI.',
      ),
    labels: z
      .array(z.int().positive())
      .readonly()
      .describe('Labels of a NIfTI mask that are tumour; none: all above 0.'),
    roiNames: z
      .array(pattern)
      .min(1)
      .readonly()
      .describe(
        'Regular expressions (case ignored) for the ROI name, segment description or segment label of the tumour; the first that matches decides.',
      ),
    policy: z
      .enum(['primary', 'union'])
      .describe('One ROI, the first by roiNames, or the union of all that match unionNames.'),
    unionNames: z
      .array(pattern)
      .readonly()
      .describe('Regular expressions (case ignored) for the ROIs that `union` unites.'),
    fractionalThreshold: z
      .number()
      .gt(0)
      .max(1)
      .describe('Least share of the largest value that is inside, in a FRACTIONAL segmentation.'),
    contourToleranceMm: z
      .number()
      .nonnegative()
      .describe(
        'How far a contour may lie from the plane of its slice before it is flagged; exporters round to a decimal or two.',
      ),
    contourRule: z
      .enum(['xor', 'or'])
      .describe('How several contours on a slice combine: xor keeps holes open, or fills them.'),
  }),
  qc: pairChecks,
  resample: z.strictObject({
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
  }),
  roi: z.strictObject({
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
    hardMinBoxMm: triple(positive).describe(
      'Lower bound of the derived minimum box, mm. For `derived` only.',
    ),
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
  }),
  lung: z
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
    .refine(boundsFit, BOUNDS_ERROR),
  thorax: z
    .strictObject({
      write: z
        .boolean()
        .describe(
          'Write a second, larger ROI round both lungs: ct_thorax_norm.nii.gz and tumor_thorax.nii.gz.',
        ),
      ...boxMm('lungs'),
    })
    .refine(boundsFit, BOUNDS_ERROR),
  roiQc: roiChecks,
  intensity: z.strictObject({
    windowHu: z
      .tuple([z.number(), z.number()])
      .readonly()
      .refine(([low, high]) => low < high, { error: 'must be [low, high] with low < high' })
      .describe('HU window; values outside are clamped to its ends.'),
    normalization: z
      .enum(['global', 'case'])
      .describe(
        'Mean and standard deviation of the z-score: those of the data set, or those of the ROI itself.',
      ),
    voxelRule: z
      .enum(['threshold', 'mask', 'both'])
      .describe(
        'Voxels that count for mean and standard deviation: above thresholdHu, within the mask that the ROI is laid round, or in either of the two.',
      ),
    thresholdHu: z.number().describe('HU above which a voxel counts: it keeps air out.'),
    minVoxels: count.describe('With fewer voxels that count, all voxels count.'),
    airHu: z.number().min(-32768).max(32767).describe('HU given to what lies outside the CT.'),
  }),
  stats: z.strictObject({
    scope: z
      .enum(['train', 'all'])
      .describe('Whose voxels make the normalisation constants: the train split alone, or train and test.'),
    variance: z
      .enum(['total', 'within'])
      .describe('`total` includes the variance between patients, `within` leaves it out.'),
  }),
  split: z.strictObject({
    idColumn: z.string().min(1).describe('Column of the clinical CSV with the patient.'),
    stageColumn: z.string().min(1).describe('Column of the clinical CSV with the stage.'),
    stages: z
      .array(z.string().min(1))
      .min(1)
      .readonly()
      .refine((stages) => new Set(['', ...stages.map(normalStage)]).size === stages.length + 1, {
        error: 'must differ in more than case, spaces and a leading "Stage"',
      })
      .describe(
        'Stages to stratify by, in class order; case, spaces and a leading "Stage" are ignored in the table.',
      ),
    unknownStage: z
      .enum(['exclude', 'unlabeled'])
      .describe(
        'Patients whose stage is none of these, or not in the table: exclude them, or use them without a class (stage_index -100, which the cross entropy of torch ignores by default), for segmentation alone.',
      ),
    trainFraction: z.number().gt(0).lt(1).describe('Share of each stage that trains.'),
    minTestPerStage: count.describe(
      'Fewest test patients of a stage, but no more than half of it; a stage with fewer is warned of.',
    ),
    seed: z.int().describe('Seed of the assignment.'),
    effectiveNumberBeta: z
      .number()
      .min(0)
      .lt(1)
      .describe(
        'Beta of the class weights by effective number (Cui et al. 2019): 0 weighs all stages alike, near 1 it is inverse frequency.',
      ),
  }),
  privacy: z.strictObject({
    caseId: z
      .enum(['folder', 'hmac'])
      .describe(
        'Name of a patient in every output: as in the raw data, or an HMAC of it under the secret in SWINPREP_SALT.',
      ),
    uids: z
      .enum(['omit', 'hmac'])
      .describe(
        'UIDs of the CT series and the mask in case.json: left out, or as HMAC under the secret in SWINPREP_SALT, to find the source again.',
      ),
  }),
  output: z.strictObject({
    auditVolumes: z.boolean().describe('Write ct_hu_resampled_ras.nii.gz, the whole resampled CT.'),
    roiHu: z.boolean().describe('Write ct_roi_hu.nii.gz, the ROI in HU, before window and z-score.'),
    auditType: z.enum(['int16', 'float32']).describe('Voxel type of both; int16 rounds to whole HU.'),
    qcOverlay: z.boolean().describe('Write qc_overlay_mid.png.'),
    gzipEngine: z
      .enum(['zlib', 'igzip'])
      .describe(
        'What deflates volumes: `zlib`, which is part of Node, or `igzip`, the program of ISA-L (Debian package isal), in less than half of the processor time.',
      ),
    gzipLevelInt: z
      .int()
      .min(1)
      .max(9)
      .describe(
        'gzip level of integer volumes; 4 makes CT 1.6 % smaller and takes a third longer. igzip has levels 1 to 3; a higher one is its 3.',
      ),
    gzipLevelFloat: z
      .int()
      .min(1)
      .max(9)
      .describe('gzip level of float32 volumes; more than 1 gains almost nothing.'),
  }),
});

export type Config = z.infer<typeof configSchema>;
