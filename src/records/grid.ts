import { axisCodes } from '../kernels/grid/orient.ts';
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

/** A geometry as it was written to JSON. */
export function geometryOfRecord(record: GridRecord): Geometry {
  return {
    size: record.size_ijk,
    spacingMm: record.spacing_mm,
    originMm: record.origin_lps_mm,
    direction: record.direction_lps,
  };
}
