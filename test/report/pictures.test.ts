import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { loadWasmDecoder } from '../../src/dicom/codec/wasm.ts';
import { type Canvas, createCanvas, fillRect } from '../../src/picture/canvas.ts';
import { overlayPanels } from '../../src/picture/qc-overlay.ts';
import { reportPage } from '../../src/report/page.ts';
import { PictureSheets } from '../../src/report/pictures.ts';
import { madeReport } from '../support/made-report.ts';

const decode = await loadWasmDecoder('@cornerstonejs/codec-libjpeg-turbo-8bit', 'JPEGDecoder');
const CUBE = [192, 192, 192] as const;

/** An overlay as of a cube: white title and legend, panels by `grey` of each pixel. */
function overlay(grey: (panel: number, x: number, y: number) => number): Canvas {
  const canvas = createCanvas(970, 378);
  canvas.rgb.fill(255);
  fillRect(canvas, 0, 34, 970, 310, [0, 0, 0]);
  overlayPanels(CUBE).forEach(({ left, top, width, height }, panel) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        canvas.rgb.fill(
          grey(panel, x, y),
          3 * ((top + y) * 970 + left + x),
          3 * ((top + y) * 970 + left + x) + 3,
        );
  });
  return canvas;
}

/** Pictures of so many patients, as if the cohort had `cohort` of them. */
async function picturesOf(cohort: number, overlays: readonly Canvas[]) {
  const sheets = await PictureSheets.for(cohort);
  overlays.forEach((one, i) => {
    sheets.add(`P${i}`, sheets.tile(one, CUBE));
  });
  return { pictures: sheets.close()!, sheets: sheets.sheets };
}

const grey = (sheet: Uint8Array, width: number, x: number, y: number): number =>
  decode(sheet)[3 * (y * width + x)];

test("of three patients each plane of each tile is that patient's", async () => {
  const overlays = [20, 90, 160].map((base) => overlay((panel) => base + 30 * panel));
  const { pictures, sheets } = await picturesOf(3, overlays);
  expect(pictures).toMatchObject({ width: 480, height: 160, patients: ['P0', 'P1', 'P2'] });
  expect(sheets).toHaveLength(1);
  [20, 90, 160].forEach((base, tile) => {
    [80, 240, 400].forEach((x, panel) => {
      const found = grey(sheets[0], 480, x, 160 * tile + 80);
      expect(Math.abs(found - base - 30 * panel)).toBeLessThan(4);
    });
  });
});

test('no tile bleeds into the next', async () => {
  const overlays = Array.from({ length: 40 }, (_, i) => overlay(() => (i % 2 === 0 ? 255 : 0)));
  const { pictures, sheets } = await picturesOf(900, overlays);
  const { width, height, tilesPerSheet } = pictures;
  expect(sheets.map((sheet) => decode(sheet).length / 3 / width / height)).toEqual([
    tilesPerSheet,
    40 - tilesPerSheet,
  ]);
  for (let tile = 0; tile < tilesPerSheet; tile++) {
    const wanted = tile % 2 === 0 ? 255 : 0;
    for (const y of [0, height - 1])
      expect(Math.abs(grey(sheets[0], width, width / 2, tile * height + y) - wanted)).toBeLessThan(4);
  }
});

const noise = overlay(
  (_, x, y) => (60 + 50 * Math.sin(x / 9) * Math.cos(y / 7) + ((x * 7919 + y * 104729) % 90)) | 0,
);

describe('the more patients, the smaller the pictures', () => {
  test.each([
    [12, 480],
    [150, 336],
    [422, 128],
    [600, 96],
    [1000, 80],
    [3000, 48],
    [10_000, 48],
  ])('%i patients, %i pixels', async (cohort, width) => {
    expect((await picturesOf(cohort, [noise])).pictures.width).toBe(width);
  });

  test.each([12, 422, 1000])('of %i patients they fit into the budget', async (cohort) => {
    const some = Math.min(cohort, 64);
    const { sheets } = await picturesOf(
      cohort,
      Array.from({ length: some }, () => noise),
    );
    const bytes = sheets.reduce((sum, sheet) => sum + sheet.length, 0) * (cohort / some);
    expect(bytes + 280 * cohort).toBeLessThan(1_230_000);
  });
});

/** From 0 to 1, as a hash has it at its nth 12 digits. */
const shareOf = (sha256: string, n: number): number =>
  Number.parseInt(sha256.slice(12 * n, 12 * n + 12), 16) / 16 ** 12;

test('the report of a thousand patients, all reviewed and with a prediction, takes 2 MB at most', async () => {
  const { map_back, ...data } = madeReport(1112);
  const { outputs } = data.manifest;
  expect(outputs).toHaveLength(1001);
  const { pictures, sheets } = await picturesOf(
    outputs.length,
    outputs.map(() => noise),
  );
  const accepted = outputs.map(({ patient_id, flags }) => ({
    patient_id,
    flags: flags.map(({ code }) => code),
  }));
  const page = reportPage(
    {
      ...data,
      manifest: {
        ...data.manifest,
        review: { num_decisions: accepted.length, accepted, excluded: [], stale: [], unknown: [] },
      },
      map_back: {
        ...map_back!,
        patients: map_back!.patients.map((one, i) => {
          if (one.state !== 'ok') return one;
          const sha256 = hash('sha256', `${i}`);
          const [bytes, voxels, volume_ml] = [1000, 100_000, 100].map(
            (most, at) => most * shareOf(sha256, at),
          );
          return {
            ...one,
            output: { ...one.output, bytes: Math.round(bytes), sha256 },
            voxels: Math.round(voxels),
            volume_ml,
            compared: one.compared && { ...one.compared, voxels: Math.round(voxels * volume_ml) },
          };
        }),
      },
      pictures,
    },
    sheets,
  );
  expect(page.length).toBeLessThan(2_000_000);
});

test('of an ROI that is no cube the tile keeps the shape', async () => {
  const sheets = await PictureSheets.for(1000);
  const flat = createCanvas(970, 400);
  flat.rgb.fill(200);
  const { width, height, rgb } = sheets.tile(flat, [300, 150, 150]);
  const row = (y: number): number => rgb[3 * (y * width + width / 2)];
  // Twice as wide as high: a quarter of the tile is black above, and a quarter below.
  expect([row(height / 4 - 2), row(height / 4 + 1), row(height / 2), row((3 * height) / 4 + 1)]).toEqual([
    0, 200, 200, 0,
  ]);
});

test('a picture that is none of ours is shown whole', async () => {
  const sheets = await PictureSheets.for(1000);
  const small = createCanvas(20, 20);
  small.rgb.fill(50);
  const { width, height, rgb } = sheets.tile(small, CUBE);
  expect(rgb[3 * ((height / 2) * width + width / 2)]).toBe(50);
});

test('nobody has a picture: there are none', async () => {
  const sheets = await PictureSheets.for(0);
  expect([sheets.close(), sheets.sheets]).toEqual([null, []]);
});
