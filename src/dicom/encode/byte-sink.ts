const ENCODER = new TextEncoder();

/** What is as large as this is pixels, which come last: no more than they need is taken. */
const LARGE_BYTES = 2 ** 20;

/** Elsewhere, memory grows by half of it, and by no more than this beyond what is asked for. */
const MOST_SPARE_BYTES = 2 ** 24;

/** Bytes that are written one behind the other, little endian, into memory that grows. */
export class ByteSink {
  #bytes = new Uint8Array(2 ** 12);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written, in memory of its own length; nothing can be written after it. */
  end(): Uint8Array<ArrayBuffer> {
    const { buffer, length } = this.#bytes;
    return length === this.#length ? this.#bytes : new Uint8Array(buffer.transfer(this.#length));
  }

  /** Makes room for as many bytes more, so that they are written without growing. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const spare = count < LARGE_BYTES ? Math.min(needed >> 1, MOST_SPARE_BYTES) : 0;
    const grown = new Uint8Array(needed + spare);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** Takes room, and gives where it begins. */
  #take(count: number): number {
    this.reserve(count);
    const at = this.#length;
    this.#length += count;
    return at;
  }

  zeros(count: number): void {
    this.#take(count);
  }

  uint16(value: number): void {
    const at = this.#take(2);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
  }

  uint32(value: number): void {
    this.uint32At(this.#take(4), value);
  }

  /** Over what was written there. */
  uint32At(at: number, value: number): void {
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value >>> 16;
    this.#bytes[at + 3] = value >>> 24;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** As UTF-8, of which ASCII is a part. */
  text(text: string): void {
    const at = this.#take(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = at;
        this.bytes(ENCODER.encode(text));
        return;
      }
      this.#bytes[at + i] = code;
    }
  }
}
