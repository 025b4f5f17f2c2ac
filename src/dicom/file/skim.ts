import type { Layout } from './data-elements.ts';

/** Where the value of an element lies. */
export interface ValueSpan {
  readonly offset: number;
  readonly length: number;
}

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const UNDEFINED_LENGTH = 0xffffffff;

/** Levels of sequences that are stepped into; no object that is read here has more. */
const MOST_LEVELS = 16;

/** VRs whose length takes four bytes, after two reserved ones (DICOM PS3.5 7.1.2). */
const LONG = new Set(
  ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'].map(
    (vr) => vr.charCodeAt(0) | (vr.charCodeAt(1) << 8),
  ),
);
const UN = 0x4e55;

/** Goes over the elements of a data set from one to the next. What they hold is not looked at. */
class Skimmer {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.at = position;
  }

  get ended(): boolean {
    return this.at + 8 > this.#bytes.length;
  }

  u16(at: number): number {
    return this.#bytes[at] | (this.#bytes[at + 1] << 8);
  }

  u32(at: number): number {
    return (this.u16(at) | (this.u16(at + 2) << 16)) >>> 0;
  }

  /** Tag of the element at hand, as group and element number in one. */
  get tag(): number {
    return ((this.u16(this.at) << 16) | this.u16(this.at + 2)) >>> 0;
  }

  /** Steps over the element at hand; undefined where it reaches beyond the bytes. */
  step(explicitVr: boolean, level = 0): ValueSpan | undefined {
    if (level > MOST_LEVELS) return undefined;
    let inside = explicitVr;
    let [length, header] = [0, 8];
    if (explicitVr) {
      const vr = this.u16(this.at + 4);
      if (LONG.has(vr)) {
        if (this.at + 12 > this.#bytes.length) return undefined;
        [length, header] = [this.u32(this.at + 8), 12];
        // A sequence whose VR its writer did not know is implicit inside (DICOM PS3.5 6.2.2 note 2).
        if (vr === UN) inside = false;
      } else length = this.u16(this.at + 6);
    } else length = this.u32(this.at + 4);
    this.at += header;
    const offset = this.at;
    if (length === UNDEFINED_LENGTH) return this.#items(inside, level) ? { offset, length: 0 } : undefined;
    this.at += length;
    return this.at <= this.#bytes.length ? { offset, length } : undefined;
  }

  /** Steps over items up to the end of their sequence. */
  #items(explicitVr: boolean, level: number): boolean {
    while (!this.ended) {
      const { tag } = this;
      const length = this.u32(this.at + 4);
      this.at += 8;
      if (tag === SEQUENCE_END) return true;
      if (tag !== ITEM) return false;
      if (length !== UNDEFINED_LENGTH) this.at += length;
      else if (!this.#elements(explicitVr, level)) return false;
    }
    return false;
  }

  /** Steps over the elements of an item up to its end. */
  #elements(explicitVr: boolean, level: number): boolean {
    while (!this.ended) {
      if (this.tag === ITEM_END) {
        this.at += 8;
        return true;
      }
      if (this.step(explicitVr, level + 1) === undefined) return false;
    }
    return false;
  }
}

/**
 * Where the values of the wanted elements lie among the first bytes of a little endian data set, by tag (group and element
 * number in one), as far as `last`, and where what follows begins; sequences are stepped over. 'incomplete' where the bytes
 * end before that and are not the `whole` file, or hold what is no element.
 */
export function skim(
  bytes: Uint8Array,
  position: number,
  { explicitVr }: Layout,
  wanted: ReadonlySet<number>,
  { last, whole }: { readonly last: number; readonly whole: boolean },
): { readonly found: ReadonlyMap<number, ValueSpan>; readonly end: number } | 'incomplete' {
  const found = new Map<number, ValueSpan>();
  const skimmer = new Skimmer(bytes, position);
  while (!skimmer.ended) {
    const { tag } = skimmer;
    if (tag > last) return { found, end: skimmer.at };
    const span = skimmer.step(explicitVr);
    if (span === undefined) return 'incomplete';
    if (wanted.has(tag)) found.set(tag, span);
  }
  return whole ? { found, end: skimmer.at } : 'incomplete';
}
