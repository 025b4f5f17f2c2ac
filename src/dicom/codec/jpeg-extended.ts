/**
 * Decoder of 12-bit JPEG, extended sequential DCT with Huffman coding, one component (ITU-T T.81, process 4; DICOM
 * transfer syntax 1.2.840.10008.1.2.4.51). The kept libraries that ship as WASM read 8-bit JPEG only.
 */

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];

/** BASIS[8 * x + u]: value at sample x of the cosine of frequency u (T.81 A.3.3). */
const BASIS = Float64Array.from({ length: 64 }, (_, i) => {
  const u = i % 8;
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * ((i - u) / 8) + 1) * u * Math.PI) / 16);
});

/** Code length << 8 | symbol, by the next 16 bits; 0 where they begin no code (T.81 C.2). */
type HuffmanTable = Uint16Array;

interface Tables {
  readonly quantization: Float64Array[];
  readonly dc: HuffmanTable[];
  readonly ac: HuffmanTable[];
  restartInterval: number;
}

function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65536);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let n = counts[length - 1]; n > 0; n--, code++)
      table.fill((length << 8) | symbols[k++], code * span, (code + 1) * span);
    code <<= 1;
  }
  return table;
}

/** Bits of the entropy-coded data between markers, stuffed zeros left out (T.81 F.2.2.5). */
class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next 16 bits, zeros after the end of the data. */
  #peek16(): number {
    while (this.#count < 16) {
      let byte = this.#bytes[this.#at] ?? 0;
      if (byte === 0xff && this.#bytes[this.#at + 1] !== 0) byte = 0;
      else this.#at += byte === 0xff ? 2 : 1;
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
    return (this.#bits >>> (this.#count - 16)) & 0xffff;
  }

  symbol(table: HuffmanTable): number {
    const entry = table[this.#peek16()];
    if (entry === 0) throw new Error('the entropy-coded data hold no Huffman code');
    this.#count -= entry >> 8;
    return entry & 0xff;
  }

  /** A value of `size` bits, by T.81 F.2.2.1 EXTEND. */
  difference(size: number): number {
    if (size === 0) return 0;
    if (size > 15) throw new Error('a coefficient is too large');
    const value = this.#peek16() >> (16 - size);
    this.#count -= size;
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Goes on after the next restart marker. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    const end = this.#bytes.length - 1;
    while (this.#at < end && !(this.#bytes[this.#at] === 0xff && (this.#bytes[this.#at + 1] & 0xf8) === 0xd0))
      this.#at++;
    if (this.#at >= end) throw new Error('a restart marker is missing');
    this.#at += 2;
  }
}

function readQuantization(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at < segment.length; ) {
    const wide = segment[at] >> 4 !== 0;
    const table = new Float64Array(64);
    tables.quantization[segment[at] & 3] = table;
    at++;
    for (let k = 0; k < 64; k++, at += wide ? 2 : 1)
      table[ZIGZAG[k]] = wide ? (segment[at] << 8) | segment[at + 1] : segment[at];
  }
}

function readHuffman(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    tables[segment[at] >> 4 === 0 ? 'dc' : 'ac'][segment[at] & 3] = huffmanTable(counts, symbols);
    at += 17 + total;
  }
}

/** Inverse DCT of dequantized coefficients, rows then columns. */
function inverseDct(coefficients: Float64Array, samples: Float64Array, rows: Float64Array): void {
  for (let v = 0; v < 8; v++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += BASIS[8 * x + u] * coefficients[8 * v + u];
      rows[8 * v + x] = sum;
    }
  }
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) sum += BASIS[8 * y + v] * rows[8 * v + x];
      samples[8 * y + x] = sum;
    }
  }
}

interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly quantization: number;
}

function decodeScan(
  bits: BitReader,
  { columns, rows, quantization }: Frame,
  selectors: number,
  tables: Tables,
): Uint16Array<ArrayBuffer> {
  const dc = tables.dc[selectors >> 4];
  const ac = tables.ac[selectors & 15];
  const steps = tables.quantization[quantization];
  if (dc === undefined || ac === undefined || steps === undefined) throw new Error('a table is missing');
  const image = new Uint16Array(columns * rows);
  const coefficients = new Float64Array(64);
  const samples = new Float64Array(64);
  const scratch = new Float64Array(64);
  const blocksPerRow = Math.ceil(columns / 8);
  const blocks = blocksPerRow * Math.ceil(rows / 8);
  let predictor = 0;
  for (let block = 0; block < blocks; block++) {
    if (tables.restartInterval > 0 && block > 0 && block % tables.restartInterval === 0) {
      bits.restart();
      predictor = 0;
    }
    coefficients.fill(0);
    predictor += bits.difference(bits.symbol(dc));
    coefficients[0] = predictor * steps[0];
    for (let k = 1; k < 64; k++) {
      const symbol = bits.symbol(ac);
      if (symbol === 0) break;
      k += symbol >> 4;
      if (k > 63) throw new Error('a run leaves its block');
      coefficients[ZIGZAG[k]] = bits.difference(symbol & 15) * steps[ZIGZAG[k]];
    }
    inverseDct(coefficients, samples, scratch);
    const left = (block % blocksPerRow) * 8;
    const top = Math.floor(block / blocksPerRow) * 8;
    const width = Math.min(8, columns - left);
    const height = Math.min(8, rows - top);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        image[(top + y) * columns + left + x] = Math.min(
          4095,
          Math.max(0, Math.round(samples[8 * y + x] + 2048)),
        );
    }
  }
  return image;
}

/** Decodes a codestream to rows x columns samples of 0 to 4095, two bytes each, little endian. */
export function decodeJpegExtended(codestream: Uint8Array): Uint8Array<ArrayBuffer> {
  const tables: Tables = { quantization: [], dc: [], ac: [], restartInterval: 0 };
  let frame: Frame | undefined;
  for (let at = 2; at + 4 <= codestream.length; ) {
    const marker = codestream[at + 1];
    if (codestream[at] !== 0xff) throw new Error('a marker is expected and not there');
    if (marker === 0xff) {
      at++;
      continue;
    }
    const segment = codestream.subarray(at + 4, at + 2 + ((codestream[at + 2] << 8) | codestream[at + 3]));
    at += 4 + segment.length;
    if (marker === 0xdb) readQuantization(segment, tables);
    else if (marker === 0xc4) readHuffman(segment, tables);
    else if (marker === 0xdd) tables.restartInterval = (segment[0] << 8) | segment[1];
    else if (marker === 0xc0 || marker === 0xc1) {
      if (segment[0] !== 12 || segment[5] !== 1) throw new Error('is not 12-bit of one component');
      frame = {
        rows: (segment[1] << 8) | segment[2],
        columns: (segment[3] << 8) | segment[4],
        quantization: segment[8],
      };
    } else if (marker === 0xda) {
      if (frame === undefined) throw new Error('has a scan before its frame header');
      return new Uint8Array(decodeScan(new BitReader(codestream, at), frame, segment[2], tables).buffer);
    } else if (marker >= 0xc2 && marker <= 0xcf)
      throw new Error('is of a JPEG process other than sequential DCT');
  }
  throw new Error('has no scan');
}
