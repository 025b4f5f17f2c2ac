import { traceLoops } from '../../../kernels/mask/contour-loops.ts';
import { joinHoles } from '../../../kernels/mask/keyhole.ts';
import type { DataSet } from '../../encode/dictionary.ts';
import { imageReference } from '../references.ts';
import type { Segment } from '../segment.ts';
import type { SourceImages } from '../source-images.ts';
import { contourDataOf } from './contour-data.ts';
import { type LabelBox, labelBoxes } from './label-boxes.ts';

/** How the holes of a contour are written; see StructureSetRules. */
export type Holes = 'keyhole' | 'separate';

/** The contours of a segment. */
interface Drawn {
  readonly items: DataSet[];
  /** Some of them are holes, which are contours of their own. */
  holes: boolean;
}

function loopsOf({ mask, columns, rows }: LabelBox, holes: Holes) {
  const traced = traceLoops(mask, columns, rows);
  const joined = joinHoles(traced, columns, rows);
  return { loops: holes === 'keyhole' ? joined : traced, holes: joined.length < traced.length };
}

/**
 * The items of Contour Sequence of each segment (DICOM PS3.3 C.8.8.6), slice by slice, along the edges of pixels. Holes that are
 * contours of their own are told from pieces by the type alone: all contours of such a segment are CLOSEDPLANAR_XOR (C.8.8.6.3).
 */
export function contourItems(
  { slices }: SourceImages,
  labels: Uint8Array | Uint16Array,
  segments: readonly Segment[],
  holes: Holes,
): DataSet[][] {
  const [{ columns, rows }] = slices;
  const drawn = segments.map((): Drawn => ({ items: [], holes: false }));
  let k = 0;
  for (const boxes of labelBoxes(labels, columns, rows, segments)) {
    const slice = slices[k++];
    if (boxes.length === 0) continue;
    const image = [imageReference(slice)];
    const contourData = contourDataOf(slice);
    for (const box of boxes) {
      const { items, ...own } = drawn[box.segment];
      const traced = loopsOf(box, holes);
      drawn[box.segment].holes = own.holes || (holes === 'separate' && traced.holes);
      for (const loop of traced.loops)
        items.push({
          ContourImageSequence: image,
          NumberOfContourPoints: loop.length / 2,
          ContourNumber: items.length + 1,
          ContourData: contourData(loop, box.x, box.y),
        });
    }
  }
  return drawn.map(({ items, holes: xor }) => {
    const type = xor ? 'CLOSEDPLANAR_XOR' : 'CLOSED_PLANAR';
    return items.map((item) => ({ ...item, ContourGeometricType: type }));
  });
}
