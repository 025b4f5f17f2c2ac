import { type DecodeCodestream, loadWasmDecoder } from './wasm.ts';

/** JPEG 2000, by OpenJPEG, which reads High-Throughput JPEG 2000 too. */
export function loadJpeg2000(): Promise<DecodeCodestream> {
  return loadWasmDecoder('@cornerstonejs/codec-openjpeg', 'J2KDecoder');
}
