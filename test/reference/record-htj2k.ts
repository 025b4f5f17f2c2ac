/**
 * Records a codestream of High-Throughput JPEG 2000 that OpenJPH writes, of values given by a formula, into
 * test/goldens/encodings-htj2k.json. openjph/package.json pins the encoder.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withNodePackages } from './node-packages.ts';

const [COLUMNS, ROWS] = [64, 48];

/** As test/dicom/codec/codecs.test.ts has them. */
const values = Int16Array.from({ length: COLUMNS * ROWS }, (_, i) => {
  const [x, y] = [i % COLUMNS, Math.floor(i / COLUMNS)];
  return 20 * x - 35 * y + ((x * y) % 7) - 200;
});

interface Encoder {
  getDecodedBuffer(frame: object): Uint8Array;
  setQuality(lossless: boolean, quantizationStep: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

const PACKAGE = '@cornerstonejs/codec-openjph';
const folder = withNodePackages(fileURLToPath(new URL('openjph', import.meta.url)));
const load = createRequire(join(folder, 'package.json'));
const { HTJ2KEncoder } = (await load(PACKAGE)()) as { HTJ2KEncoder: new () => Encoder };
const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const encoder = new HTJ2KEncoder();
const frame = { width: COLUMNS, height: ROWS, bitsPerSample: 16, componentCount: 1, isSigned: true };
encoder.getDecodedBuffer({ ...frame, isUsingColorTransform: false }).set(new Uint8Array(values.buffer));
encoder.setQuality(true, 0);
encoder.encode();
const golden = {
  encoder: `${PACKAGE} ${dependencies[PACKAGE]} (OpenJPH), lossless`,
  columns: COLUMNS,
  rows: ROWS,
  values: '20 * x - 35 * y + ((x * y) % 7) - 200, int16',
  codestream: Buffer.from(encoder.getEncodedBuffer()).toString('base64'),
};
writeFileSync(
  new URL('../goldens/encodings-htj2k.json', import.meta.url),
  JSON.stringify(golden, undefined, 1),
);
rmSync(folder, { recursive: true });
