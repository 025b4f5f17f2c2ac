import { type DecodeCodestream, loadWasmDecoder } from './wasm.ts';

/** Baseline JPEG of 8 bits, by libjpeg-turbo. */
export function loadJpeg(): Promise<DecodeCodestream> {
  return loadWasmDecoder('@cornerstonejs/codec-libjpeg-turbo-8bit', 'JPEGDecoder');
}
