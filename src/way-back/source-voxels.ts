import type { SourceVoxels } from '../dicom/derived/source-images.ts';
import type { StudyFlag } from '../dicom/study-flag.ts';
import type { Volume } from '../volume/geometry.ts';
import type { Source } from './source-images.ts';

/** A map on the pixels of the source images. */
export interface PlacedMap {
  /** Labels as uint8, or uint16 where one is above 255; probabilities as float32. Slice after slice, x fastest. */
  readonly voxels: SourceVoxels;
  /** Voxels of each label that occurs, ascending; of probabilities those from 0.5 on, as label 1. */
  readonly counts: ReadonlyMap<number, number>;
  /** What of the map is not on the images. */
  readonly flags: readonly StudyFlag[];
}

/**
 * Brings a map from the CT grid onto the pixels of the images that the CT was made of.
 *
 * Throws a CaseExclusion naming `file`: `other-grid`, `not-finite`, `not-labels`, `not-probabilities`.
 */
export function toSourceVoxels(
  file: string,
  map: Volume,
  kind: 'labels' | 'probabilities',
  source: Source,
): PlacedMap {
  throw new Error(`not yet ${[file, map, kind, source].length}`);
}
