import { axisCodes } from '../kernels/orient.ts';
import type { Geometry } from '../volume/geometry.ts';
import type { GridRecord } from './record.ts';

/** A geometry as it is written to JSON. */
export function gridRecordOf({ size, spacingMm, originMm, direction }: Geometry): GridRecord {
  return {
    size_ijk: size,
    spacing_mm: spacingMm,
    origin_lps_mm: originMm,
    direction_lps: direction,
    orientation: axisCodes(direction),
  };
}
