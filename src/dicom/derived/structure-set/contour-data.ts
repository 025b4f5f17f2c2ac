import type { Loop } from '../../../kernels/mask/contour-loops.ts';
import { decimalString } from '../../encode/part10-writer.ts';
import type { SlicePlane } from '../../series/slice-plane.ts';

/**
 * Of a coordinate in mm eight digits behind the point are written: with a sign and six before it, they have the 16 characters
 * of VR DS; and half a pixel of 500 mm / 512, as many have, has no more.
 */
const SCALE = 1e8;

/** The text of one coordinate of a corner between pixels. */
type Coordinate = (x: number, y: number) => string;

/** Texts by a whole number, each made once. */
function remembered(text: (n: number) => string): (n: number) => string {
  const texts: string[] = [];
  return (n) => {
    texts[n] ??= text(n);
    return texts[n];
  };
}

/** How the coordinate along an axis of the patient is written for the corners of a slice. */
function coordinateOf(plane: SlicePlane, axis: 0 | 1 | 2): Coordinate {
  const { positionMm, rowDirection, columnDirection, spacingMm } = plane;
  const [perColumn, perRow] = [rowDirection[axis] * spacingMm[0], columnDirection[axis] * spacingMm[1]];
  const text = (x: number, y: number): string => {
    const mm = positionMm[axis] + (x - 0.5) * perColumn + (y - 0.5) * perRow;
    return decimalString(Math.round(mm * SCALE) / SCALE);
  };
  // Most slices lie along the axes of the patient; across it, they are exactly where their image says.
  if (perColumn === 0 && perRow === 0) {
    const constant = decimalString(positionMm[axis]);
    return () => constant;
  }
  if (perRow === 0) {
    const byColumn = remembered((x) => text(x, 0));
    return (x) => byColumn(x);
  }
  if (perColumn === 0) {
    const byRow = remembered((y) => text(0, y));
    return (_, y) => byRow(y);
  }
  return text;
}

/**
 * Writes loops of corners as Contour Data (DICOM PS3.3 C.8.8.6): points in LPS mm on the plane of a slice, whatever its
 * orientation, each half-way between pixel centres. A number is off by at most 5e-9 mm, beyond a kilometre from the origin 5e-8 mm:
 * of the smallest pixels that are read, of a ten-thousandth of a millimetre, less than a thousandth. So no corner comes
 * near a pixel centre, half a pixel away.
 */
export function contourDataOf(plane: SlicePlane): (loop: Loop, left: number, top: number) => Uint8Array {
  const coordinates = ([0, 1, 2] as const).map((axis) => coordinateOf(plane, axis));
  return (loop, left, top) => {
    const texts: string[] = [];
    for (let i = 0; i < loop.length; i += 2)
      for (const coordinate of coordinates) texts.push(coordinate(left + loop[i], top + loop[i + 1]));
    const text = texts.join('\\');
    return Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
  };
}
