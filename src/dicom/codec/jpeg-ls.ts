import { type DecodeCodestream, loadWasmDecoder } from './wasm.ts';

/** JPEG-LS, by CharLS. */
export function loadJpegLs(): Promise<DecodeCodestream> {
  return loadWasmDecoder('@cornerstonejs/codec-charls', 'JpegLSDecoder');
}
