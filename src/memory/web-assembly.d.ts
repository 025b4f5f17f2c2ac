/** What of the WebAssembly JavaScript Interface (W3C) is used here: TypeScript has it only beside all of the DOM. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
    /** Adds pages of 64 KiB. Throws a RangeError beyond the maximum, and where the system gives none. */
    grow(pages: number): number;
  }
  class Instance {
    /** Throws a LinkError where an import is missing. */
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
