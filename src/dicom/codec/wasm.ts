import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The decoder classes of the @cornerstonejs codecs, which all have this form. */
interface EmscriptenDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

interface EmscriptenModule {
  readonly [decoderClass: string]: new () => EmscriptenDecoder;
}

interface ExceptionTexts {
  getExceptionMessage?(pointer: number): unknown;
}

type ModuleFactory = (options: {
  wasmBinary: Uint8Array;
  print(text: string): void;
  printErr(text: string): void;
}) => Promise<EmscriptenModule & ExceptionTexts>;

/** Decodes a codestream to samples of one or two bytes, little endian. Throws an Error where the library does. */
export type DecodeCodestream = (codestream: Uint8Array) => Uint8Array<ArrayBuffer>;

const require = createRequire(import.meta.url);

/** Instantiates a codec package from the WASM file it ships. The library prints nothing. */
export async function loadWasmDecoder(packageName: string, decoderClass: string): Promise<DecodeCodestream> {
  const factory = require(`${packageName}/decodewasmjs`) as ModuleFactory;
  const wasmBinary = await readFile(require.resolve(`${packageName}/decodewasm`));
  const codec = await factory({ wasmBinary, print() {}, printErr() {} });
  return (codestream) => {
    const decoder = new codec[decoderClass]();
    try {
      decoder.getEncodedBuffer(codestream.length).set(codestream);
      decoder.decode();
      // A copy: what is returned lies in the library's memory, which the next frame overwrites.
      return new Uint8Array(decoder.getDecodedBuffer());
    } catch (thrown) {
      // C++ exceptions arrive as addresses in the library's memory.
      if (typeof thrown !== 'number') throw thrown;
      const text = codec.getExceptionMessage?.(thrown);
      throw new Error(typeof text === 'string' ? text : 'the codestream is damaged', { cause: thrown });
    } finally {
      decoder.delete();
    }
  };
}
