import dicomParser, { type DataSet } from 'dicom-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { traceLoops } from '../../../src/kernels/mask/contour-loops.ts';
import { phantomFiles, phantomPatient } from '../../../src/phantom/cohort.ts';

type Point = readonly [x: number, y: number];

/** The raster rule that reproduces published masks: pixel centres, half-open edges, XOR between the contours of a slice. */
function fillEvenOdd(slice: Uint8Array, columns: number, rows: number, points: readonly Point[]): void {
  for (let i = 0; i < points.length; i++) {
    const [x0, y0] = points[i];
    const [x1, y1] = points[(i + 1) % points.length];
    for (let r = 0; r < rows; r++) {
      if (!((y0 <= r && r < y1) || (y1 <= r && r < y0))) continue;
      const cross = x0 + ((r - y0) / (y1 - y0)) * (x1 - x0);
      for (let c = Math.max(0, Math.ceil(cross)); c < columns; c++) slice[r * columns + c] ^= 1;
    }
  }
}

function pairs(loop: readonly number[]): Point[] {
  return Array.from({ length: loop.length / 2 }, (_, i) => [loop[2 * i], loop[2 * i + 1]] as const);
}

const randomMask = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([columns, rows]) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: columns * rows, maxLength: columns * rows })
      .map((bits) => ({ columns, rows, mask: Uint8Array.from(bits) })),
  );

test('the loops of any mask give it back under the even-odd rule', () => {
  fc.assert(
    fc.property(randomMask, ({ mask, columns, rows }) => {
      const again = new Uint8Array(mask.length);
      for (const loop of traceLoops(mask, columns, rows)) {
        const corners = pairs(loop).map(([x, y]): Point => [x - 0.5, y - 0.5]);
        fillEvenOdd(again, columns, rows, corners);
      }
      expect(again).toEqual(mask);
    }),
    { numRuns: 400 },
  );
});

test('loops turn at every corner they name', () => {
  fc.assert(
    fc.property(randomMask, ({ mask, columns, rows }) => {
      for (const loop of traceLoops(mask, columns, rows)) {
        const points = pairs(loop);
        for (let i = 0; i < points.length; i++) {
          const [before, here, after] = [
            points[i],
            points[(i + 1) % points.length],
            points[(i + 2) % points.length],
          ];
          expect(before[0] === here[0]).toBe(before[1] !== here[1]);
          expect(before[0] === here[0]).toBe(here[1] === after[1]);
        }
      }
    }),
  );
});

test('a ring is an outer loop and a hole', () => {
  const ring = Uint8Array.from([1, 1, 1, 1, 0, 1, 1, 1, 1]);
  expect(traceLoops(ring, 3, 3)).toEqual([
    [3, 0, 3, 3, 0, 3, 0, 0],
    [2, 2, 2, 1, 1, 1, 1, 2], // the hole, walked the other way round
  ]);
});

test('pixels that touch at a corner are loops of their own', () => {
  expect(traceLoops(Uint8Array.from([1, 0, 0, 1]), 2, 2)).toHaveLength(2);
});

test('the contours of a structure set hold the true tumour', () => {
  const options = { patients: 2, full: 0, gridSize: 72 };
  const { ct, tumor, maskObject, patientId } = phantomPatient(1, options);
  expect(maskObject).toBe('RTSTRUCT');
  const parsed = [...phantomFiles(options)]
    .filter(({ key }) => key.startsWith(`raw/${patientId}/`))
    .map(({ bytes }) => dicomParser.parseDicom(bytes));
  const structureSet = parsed.find((file) => file.string('x00080060') === 'RTSTRUCT')!;
  const heightOf = new Map(
    parsed.map((file) => [file.string('x00080018'), file.floatString('x00200032', 2)]),
  );
  const rois = items(structureSet, 'x30060020');
  const numbers = rois.map((roi) => roi.intString('x30060022'));
  const gtv = rois.find((roi) => roi.string('x30060026') === 'GTV-1')!;
  const contours = items(structureSet, 'x30060039').find(
    (roi) => roi.intString('x30060084') === gtv.intString('x30060022'),
  )!;
  const { originMm: origin, spacingMm: spacing, size } = ct.geometry;
  const again = new Uint8Array(tumor.data.length);
  for (const contour of items(contours, 'x30060040')) {
    const count = contour.intString('x30060046')!;
    const mm = contour.string('x30060050')!.split('\\').map(Number);
    expect(mm).toHaveLength(3 * count);
    const k = Math.round((mm[2] - origin[2]) / spacing[2]);
    expect(heightOf.get(items(contour, 'x30060016')[0].string('x00081155'))).toBe(mm[2]);
    const slice = again.subarray(k * size[0] * size[1], (k + 1) * size[0] * size[1]);
    const points = Array.from({ length: count }, (_, i): Point => {
      return [(mm[3 * i] - origin[0]) / spacing[0], (mm[3 * i + 1] - origin[1]) / spacing[1]];
    });
    fillEvenOdd(slice, size[0], size[1], points);
  }
  expect(Buffer.compare(again, tumor.data)).toBe(0);
  expect(numbers).toEqual([2, 5, 8]);
  const ctFile = parsed.find((file) => file.string('x00080060') === 'CT')!;
  const frame = items(structureSet, 'x30060010')[0];
  const series = items(items(frame, 'x30060012')[0], 'x30060014')[0];
  expect(series.string('x0020000e')).toBe(ctFile.string('x0020000e'));
  expect(frame.string('x00200052')).toBe(ctFile.string('x00200052'));
});

function items(dataSet: DataSet, tag: string): DataSet[] {
  return (dataSet.elements[tag].items ?? []).map((item) => item.dataSet!);
}
