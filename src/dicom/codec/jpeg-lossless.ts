import type { DecodeCodestream } from './wasm.ts';

/** Lossless JPEG (process 14). */
export async function loadJpegLossless(): Promise<DecodeCodestream> {
  const { Decoder } = await import('jpeg-lossless-decoder-js');
  return (codestream) => {
    // The library reads whole buffers.
    const samples = new Decoder().decode(new Uint8Array(codestream).buffer);
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  };
}
