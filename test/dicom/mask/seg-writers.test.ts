import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readStudy } from '../../../src/dicom/study/study.ts';
import { ctSliceBytes } from '../../support/dicom/ct-files.ts';
import { segmentationObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';
import { decodeBytes, readGolden } from '../../support/goldens.ts';
import { compareMasks, type NamedBytes } from '../../support/shared-data.ts';

/** Recorded by test/reference/record_seg_writers.py, whose CT and shapes these are. */
const { files } = readGolden<{ files: Record<string, string> }>('seg-writers.json');

const [COLUMNS, ROWS, SLICES] = [37, 34, 12];
const ORIGIN_MM = [-15, 20, -100];

const ct = Array.from(
  { length: SLICES },
  (_, k): NamedBytes => ({
    name: `ct-${k}.dcm`,
    bytes: ctSliceBytes({
      SeriesInstanceUID: '2.25.1000',
      FrameOfReferenceUID: '2.25.2000',
      ImagePositionPatient: [ORIGIN_MM[0], ORIGIN_MM[1], ORIGIN_MM[2] + 2.5 * k],
      PixelSpacing: [0.75, 0.5],
      Columns: COLUMNS,
      Rows: ROWS,
      PixelData: new Uint8Array(2 * COLUMNS * ROWS),
    }),
  }),
);

type Shape = (x: number, y: number, z: number) => boolean;

const SHAPES: Readonly<Record<string, Shape>> = {
  'Lung-Left': (x, y, z) => x >= 3 && x < 13 && y >= 4 && y < 22 && z >= 1 && z < 11,
  'Lung-Right': (x, y, z) => x >= 27 && x < 35 && y >= 5 && y < 20 && z >= 2 && z < 12,
  'GTV-1': (x, y, z) => 4 * (x - 20) ** 2 + 9 * (y - 12) ** 2 + 16 * (z - 7) ** 2 <= 144,
  'Spinal-Cord': (x, y) => Math.abs(x - 19) <= 1 && Math.abs(y - 25) <= 1,
};

function maskOf(shape: Shape): Uint8Array {
  return Uint8Array.from({ length: COLUMNS * ROWS * SLICES }, (_, i) =>
    shape(i % COLUMNS, Math.floor(i / COLUMNS) % ROWS, Math.floor(i / (COLUMNS * ROWS))) ? 1 : 0,
  );
}

/** A segmentation of another series, whose GTV-1 covers the first slice. */
function foreign(): NamedBytes {
  const { dataset } = segmentationObject({
    type: 'BINARY',
    bitsAllocated: 1,
    columns: COLUMNS,
    rows: ROWS,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacingMm: [0.75, 0.5],
    segments: [{ number: 1, label: 'GTV-1' }],
    frames: [{ segment: 1, positionMm: ORIGIN_MM, pixels: new Uint8Array(COLUMNS * ROWS).fill(1) }],
    more: [[0x00081115, 'SQ', [[[0x0020000e, 'UI', '2.25.4000']]]]],
  });
  return { name: 'a-foreign.dcm', bytes: dataset.byteArray };
}

const cases = Object.keys(files).flatMap((writer) =>
  Object.keys(SHAPES).map((name, n) => ({ writer, name, number: n + 1 })),
);

test.each(cases)(
  '$writer, every slice for every segment: $name is exact',
  async ({ writer, name, number }) => {
    const seg = { name: 'b-own.dcm', bytes: gunzipSync(decodeBytes(files[writer])) };
    const study = await readStudy([foreign(), seg, ...ct], { ...rules, roiNames: [`^${name}$`] });
    const expected = maskOf(SHAPES[name]);
    expect(compareMasks(study.tumor.data, expected)).toEqual({
      differing: 0,
      voxels: expected.reduce((sum, v) => sum + v, 0),
    });
    expect(study.facts.mask).toMatchObject({ source: 'SEG', roiNumber: number, linkRule: 'series-uid' });
    expect(study.facts.mask.passedOver).toEqual([]);
    expect(study.facts.flags.map(({ code }) => code)).toEqual(
      writer.includes('FRACTIONAL') ? ['seg-fractional'] : [],
    );
  },
);
