/** The part that is used; the package ships without the declarations it names. */
declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    decode(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  }
}
