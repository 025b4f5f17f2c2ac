import { z } from 'zod';

/** Limits of a quality check, both included; null is no limit. */
const check = (description: string) =>
  z
    .strictObject({
      low: z.number().nullable(),
      high: z.number().nullable(),
      severity: z.enum(['exclude', 'flag', 'off']),
    })
    .describe(description);

/** Checks of the pair of CT and mask, after convert. */
export const pairChecks = z.strictObject({
  slices: check('Number of slices.'),
  zExtentMm: check(
    'Extent of the CT along z, mm. A failed check flags the patient or excludes it, by its severity.',
  ),
  sliceSpacingMm: check('Distance of slices, mm.'),
  tiltDegrees: check('Gantry tilt that was straightened, degrees.'),
  missingSlices: check('Slices that were missing and interpolated.'),
  burnedInSlices: check(
    'Slices that state to have text burned in (Burned In Annotation): it may name the patient.',
  ),
  patientIds: check(
    'Number of different Patient IDs among the CT, SEG and RTSTRUCT files: a folder of several patients, or a mask of another one.',
  ),
  rescales: check('Number of different rescale slopes and intercepts among the slices.'),
  wrapShare: check(
    'Share of neighbours in the row between which 12-bit values wrapped round: one is 4096 too low or too high, and continues the other when that is set right. Metal beside dark streaks or air is none. Lung1 patients have 0, and 2e-4 to 2e-2 with 12-bit values read under the wrong sign.',
  ),
  lowestHu: check('Lowest HU.'),
  highestHu: check('Highest HU: a CT of a patient shows bone.'),
  airShare: check('Share of the CT up to -850 HU: none where HU are shifted, as by a lost intercept.'),
  airHu: check(
    'Median HU of what is up to -850 HU: air is near -1000, less where the intercept was applied twice.',
  ),
  softTissueHu: check('Median HU of what lies within -150 and 250 HU: soft tissue is near 0 to 60.'),
  bodyShare: check('Share of the CT above -400 HU.'),
  noiseHu: check('Standard deviation of noise in soft tissue, HU.'),
  maskOutsideShare: check('Share of the pixels or contours of the mask that lie outside the CT.'),
  maskVolumeShare: check(
    'Volume of the mask after and before it was resampled to the grid of the CT; 1 where it was not.',
  ),
  sourceDice: check('Least Dice coefficient of the mask with that of another source, where there is one.'),
  tumorMeanHu: check('Mean HU of the tumour mask: a shifted contour lies in air.'),
  tumorVolumeMl: check('Volume of the tumour mask, ml.'),
  tumorComponents: check('Connected components (26 neighbours) of the tumour mask.'),
  tumorSpeckShare: check('Share of the tumour mask outside its largest component.'),
  tumorVoxelsOnEdge: check('Tumour voxels on the outer faces of the CT.'),
});

/** Checks of the ROI, in pass 2. */
export const roiChecks = z.strictObject({
  tumorClippedVoxels: check(
    'Tumour voxels that the ROI cuts off. A failed check flags the patient or excludes it, by its severity.',
  ),
  tumorOnZFaces: check('Tumour voxels in the first and last slice of the ROI.'),
  tumorOnXyFaces: check('Tumour voxels on the four in-plane faces of the ROI.'),
  contextClippedMm: check('Most of the padding that the ROI cuts off on a side, mm.'),
  outsideShare: check('Share of the ROI outside the CT.'),
  tumorComponents: check('Connected components (26 neighbours) of the resampled tumour mask.'),
  tumorSpeckShare: check('Share of the resampled tumour mask outside its largest component.'),
  volumeChange: check('Change of the tumour volume by resampling, as a share of the original.'),
  sidesNotDivisible: check('Sides of the ROI, of three, that 32 does not divide: SwinUNETR refuses them.'),
});
