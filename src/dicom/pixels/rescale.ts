import { CaseExclusion } from '../../errors.ts';
import { attributesOf, frameName, type ImageFrame } from '../file/functional-groups.ts';
import { decimals, Tag, text } from '../file/part10.ts';

export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Slope and intercept of one image or frame (DICOM PS3.3 C.11.1, C.7.6.16.2.9); one that has neither holds HU as they
 * are. One that has them and cannot be read excludes the patient: a default would shift every HU.
 */
export function rescaleOf(image: ImageFrame): Rescale {
  const dataset = attributesOf(image, Tag.PixelValueTransformationSequence);
  const value = (tag: string, keyword: string, absent: number): number => {
    if (text(dataset, tag) === '') return absent;
    const number = decimals(dataset, tag)?.[0];
    if (number === undefined)
      throw new CaseExclusion('malformed-rescale', `${keyword} is no number`, { file: frameName(image) });
    return number;
  };
  return {
    slope: value(Tag.RescaleSlope, 'Rescale Slope', 1),
    intercept: value(Tag.RescaleIntercept, 'Rescale Intercept', 0),
  };
}
