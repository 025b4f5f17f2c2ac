import type { DataSet } from '../../../src/dicom/encode/dictionary.ts';
import { ctSliceBytes } from './ct-files.ts';
import { type Placement, positionOf } from './made-planes.ts';

/** A CT series to write. */
export interface PlacedCt {
  readonly placement: Placement;
  /** Its Series Instance UID; SOP Instance UIDs are this, a dot and the index of the slice, from the lowest. */
  readonly uid: string;
  /** Decides its pixels: another number, other HU. */
  readonly seed?: number;
  /** Elements that replace or add to those of a slice. */
  readonly more?: (slice: number) => Omit<DataSet, 'SOPClassUID' | 'SOPInstanceUID'>;
}

/** HU from -1000 to 1000 that no two seeds share. */
function pixelsOf(count: number, seed: number): Int16Array {
  let state = seed;
  return Int16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 2001) - 1000;
  });
}

/** SOP Instance UID of slice k. */
export function sliceUid({ uid }: PlacedCt, k: number): string {
  return `${uid}.${k}`;
}

/** The files of a series, from the lowest slice along row x column to the highest. */
export function placedCtFiles(ct: PlacedCt): Uint8Array[] {
  const { placement, uid, seed = 1, more } = ct;
  const { row, column, columns, rows, spacingMm, heightsMm } = placement;
  return heightsMm.map((_, k) =>
    ctSliceBytes({
      SOPInstanceUID: sliceUid(ct, k),
      SeriesInstanceUID: uid,
      ImagePositionPatient: [...positionOf(placement, k)],
      ImageOrientationPatient: [...row, ...column],
      PixelSpacing: [spacingMm[1], spacingMm[0]],
      Columns: columns,
      Rows: rows,
      PixelData: new Uint8Array(pixelsOf(columns * rows, seed * 1000 + k).buffer),
      ...more?.(k),
    }),
  );
}
