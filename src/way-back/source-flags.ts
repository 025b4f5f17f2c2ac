import type { Stack } from '../dicom/series/stack.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';

/** Whether slices were resampled to even distances. */
export function isResampled({ flags }: Stack): boolean {
  return flags.some(({ code }) => code === 'variable-spacing');
}

/** A flag, unless there is nothing to tell. */
export function flagOf(code: string, message: string, value: number): StudyFlag[] {
  return value === 0 ? [] : [{ code, message, value }];
}

/**
 * What a reader has to know of the images that a map is put on.
 *
 * @param repeated images at the place of another
 * @param copies other series with the same voxels
 */
export function sourceFlags(stack: Stack, repeated: number, copies: number): StudyFlag[] {
  const { slices, missingPlanes, tiltDegrees } = stack;
  return [
    ...flagOf(
      'planes-left-out',
      `planes of the converted CT for which there was no image, so that it was interpolated: ${missingPlanes.join(', ')} of 0 to ${stack.geometry.size[2] - 1} along the normal; the object leaves them out`,
      missingPlanes.length,
    ),
    ...flagOf(
      'tilt-undone',
      'the converted CT was straightened; the object lies on the leaning images as scanned; degrees',
      tiltDegrees,
    ),
    ...flagOf(
      'resampling-undone',
      'the converted CT was resampled to even distances; the object lies on the unevenly spaced images as scanned; images',
      isResampled(stack) ? slices.length : 0,
    ),
    ...flagOf(
      'repeated-images',
      'images that repeat another of the series; the object refers to the first of each by SOP Instance UID',
      repeated,
    ),
    ...flagOf(
      'series-with-same-voxels',
      'other CT series with the same voxels; the object refers to the first by Series Instance UID',
      copies,
    ),
  ];
}
