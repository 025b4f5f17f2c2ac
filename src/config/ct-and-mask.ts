import { z } from 'zod';
import { count, pattern, positive } from './values.ts';

/* How files become a CT in HU and a tumour mask on its grid. */

export const series = z.strictObject({
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
});

export const geometry = z.strictObject({
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
});

export const hu = z.strictObject({
  rounding: z.enum(['nearest', 'truncate']).describe('How fractional HU become int16.'),
  padding: z
    .enum(['air', 'keep'])
    .describe(
      'Pixels that show no patient, marked by Pixel Padding Value or filled with a constant below -1024 HU: air (intensity.airHu), or as stored.',
    ),
});

export const mask = z.strictObject({
  sources: z
    .array(z.enum(['SEG', 'RTSTRUCT', 'NIFTI']))
    .min(1)
    .readonly()
    .describe('Where the tumour mask comes from, in order of preference.'),
  niftiPatterns: z
    .array(z.string().regex(/\{patient\}/, { error: 'must contain {patient}' }))
    .readonly()
    .describe(
      'Where a NIfTI mask of a patient lies below --masks (the raw data by default); {patient} stands for its name. The first that is there is taken. For the source NIFTI.',
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
  objects: z
    .enum(['best', 'union', 'intersection', 'majority', 'staple'])
    .describe(
      'Which of several SEG, or of several RTSTRUCT, of one CT that match. best: by the earliest pattern of roiNames, then the strongest link to the CT, drawn by a person rather than a program, the newest, the largest. The others combine all that are alike up to the person: those that overlap are readers of one lesion (union, intersection, majority: more than half of them, staple: Warfield 2004), those that do not are lesions, and united.',
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
});
