import type { SourceImages } from '../../../src/dicom/derived/source-images.ts';
import type { DataSet } from '../../../src/dicom/encode/dictionary.ts';
import { latticeOf, type SliceLattice, slantedLattice } from '../../../src/dicom/series/lattice.ts';
import { cross, slicePlane } from '../../../src/dicom/series/slice-plane.ts';
import type { Geometry } from '../../../src/volume/geometry.ts';
import { type Placement, positionOf } from './made-planes.ts';
import { studySlice } from './source-images.ts';

/** Distance of the slices of a placement, undefined where they have several or there is one slice. */
export function distanceOf({ heightsMm }: Placement): number | undefined {
  const gaps = heightsMm.slice(1).map((height, i) => height - heightsMm[i]);
  return gaps.length > 0 && gaps.every((gap) => Math.abs(gap - gaps[0]) < 1e-6) ? gaps[0] : undefined;
}

/** The slices of a placement from files that say themselves where they lie; `elements` are of all of them. */
export function scannedImages(
  placement: Placement,
  elements: Omit<DataSet, 'SOPClassUID' | 'SOPInstanceUID'> = {},
): SourceImages {
  const { row, column, columns, rows, spacingMm, heightsMm } = placement;
  const slices = heightsMm.map((_, k) => {
    const file = studySlice(`${String(k).padStart(4, '0')}.dcm`, {
      Columns: columns,
      Rows: rows,
      PixelSpacing: [spacingMm[1], spacingMm[0]],
      ImageOrientationPatient: [...row, ...column],
      ImagePositionPatient: positionOf(placement, k),
      SOPInstanceUID: `2.25.${4000 + k}`,
      ...elements,
    } as DataSet);
    return slicePlane({ file, frame: 0 })!;
  });
  return { slices, spacingMm: distanceOf(placement) };
}

/** The lattice of the slices of a placement: a grid where they stand straight at one distance. */
export function latticeOfPlacement(placement: Placement): SliceLattice {
  const { row, column, columns, rows, spacingMm, heightsMm, originMm, shear } = placement;
  const normal = cross(row, column);
  const distance = distanceOf(placement);
  const grid: Geometry = {
    size: [columns, rows, heightsMm.length],
    spacingMm: [...spacingMm, distance ?? 1],
    originMm,
    direction: [0, 1, 2].flatMap((a) => [row[a], column[a], normal[a]]),
  };
  const straight = heightsMm.length === 1 || (distance !== undefined && shear.every((s) => s === 0));
  return straight ? latticeOf(grid) : slantedLattice(grid, heightsMm, shear);
}
