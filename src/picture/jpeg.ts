import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Canvas } from './canvas.ts';

/** The encoder class of the package. */
interface Encoder {
  getDecodedBuffer(frame: {
    width: number;
    height: number;
    bitsPerSample: 8;
    componentCount: 3;
    isSigned: false;
  }): Uint8Array;
  setQuality(quality: number): void;
  /** 0: 4:4:4, 1: 4:2:2, 2: 4:2:0. */
  setSubSampling(sampling: 0 | 1 | 2): void;
  setProgressive(progressive: boolean): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

type ModuleFactory = (options: {
  wasmBinary: Uint8Array;
  print(text: string): void;
  printErr(text: string): void;
}) => Promise<{ readonly JPEGEncoder: new () => Encoder }>;

/** A picture as a JPEG. Quality is libjpeg's, 1 to 100. The same picture gives the same bytes on every machine. */
export type EncodeJpeg = (picture: Canvas, quality: number) => Uint8Array;

const PACKAGE = '@cornerstonejs/codec-libjpeg-turbo-8bit';
const require = createRequire(import.meta.url);

/** Instantiates libjpeg-turbo. Colours keep their full resolution: at half of it an outline of one pixel would fade. */
export async function loadJpegEncoder(): Promise<EncodeJpeg> {
  const factory = require(`${PACKAGE}/wasmjs`) as ModuleFactory;
  const wasmBinary = await readFile(require.resolve(`${PACKAGE}/wasm`));
  const { JPEGEncoder } = await factory({ wasmBinary, print() {}, printErr() {} });
  return ({ width, height, rgb }, quality) => {
    const encoder = new JPEGEncoder();
    try {
      const frame = { width, height, bitsPerSample: 8, componentCount: 3, isSigned: false } as const;
      encoder.getDecodedBuffer(frame).set(rgb);
      encoder.setQuality(quality);
      encoder.setSubSampling(0);
      encoder.setProgressive(true);
      encoder.encode();
      // A copy: what is returned lies in the library's memory.
      return new Uint8Array(encoder.getEncodedBuffer());
    } finally {
      encoder.delete();
    }
  };
}
