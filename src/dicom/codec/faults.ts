/** Encoded pixels that end too early. */
export class CutOffError extends Error {
  override readonly name = 'CutOffError';
}

/** A fault of the program: pixels were asked for before `loadCodecs` was awaited. */
export class CodecNotLoadedError extends Error {
  override readonly name = 'CodecNotLoadedError';
}
