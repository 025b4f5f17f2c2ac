import type { DataSet } from 'dicom-parser';
import { parsePart10 } from '../../../src/dicom/file/part10.ts';
import { IMPLICIT_LITTLE_ENDIAN } from '../../../src/dicom/file/transfer-syntax.ts';
import { part10Bytes } from './encoded-dicom.ts';

/** Values by tag, 0xGGGGEEEE; that of a sequence is its items. Never changed in place. */
export type Elements = ReadonlyMap<number, Value>;
type Value = Uint8Array | readonly Elements[];

const ITEM_END = 0xfffee00d;

/** Longest value of a UID, DICOM PS3.5 9.1. */
const UID_BYTES = 64;

function elementsIn({ elements, byteArray }: DataSet): Elements {
  return new Map(
    Object.values(elements).flatMap(({ tag, items, dataOffset, length }): [number, Value][] => {
      const number = Number.parseInt(tag.slice(1), 16);
      if (number === ITEM_END) return [];
      if (items !== undefined) return [[number, items.map((item) => elementsIn(item.dataSet!))]];
      return [[number, byteArray.subarray(dataOffset, dataOffset + length)]];
    }),
  );
}

/** The elements of an uncompressed little-endian file, those of its meta information aside. */
export function elementsOf(file: Uint8Array): Elements {
  const { dataset } = parsePart10('', file)!;
  return elementsIn(dataset);
}

function headOf(tag: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.writeUInt32LE(length, 4);
  return head;
}

function encode(elements: Elements): Buffer {
  const sorted = [...elements].sort(([a], [b]) => a - b);
  return Buffer.concat(
    sorted.flatMap(([tag, value]) => {
      const bytes = value instanceof Uint8Array ? value : Buffer.concat(value.flatMap(encodeItem));
      return [headOf(tag, bytes.length), bytes];
    }),
  );
}

function encodeItem(item: Elements): Buffer[] {
  const bytes = encode(item);
  return [headOf(0xfffee000, bytes.length), bytes];
}

/** A Part 10 file of some elements, implicit VR little endian, in which no element has to know its VR. */
export function fileOf(elements: Elements): Uint8Array {
  return new Uint8Array(part10Bytes(IMPLICIT_LITTLE_ENDIAN, encode(elements)));
}

/** A text as the value of an element. */
function textValue(text: string): Uint8Array {
  return Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
}

export function textOf(elements: Elements, tag: number): string {
  const value = elements.get(tag);
  if (!(value instanceof Uint8Array)) throw new Error(`has no text at ${tag.toString(16)}`);
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[ \0]+$/, '');
}

/** The items of a sequence, none where it is absent. */
export function itemsOf(elements: Elements, tag: number): readonly Elements[] {
  const value = elements.get(tag) ?? [];
  if (value instanceof Uint8Array) throw new Error(`has no items at ${tag.toString(16)}`);
  return value;
}

/** The elements with other values: text, a number of VR US, bytes, or items. */
export function withValues(
  elements: Elements,
  values: Readonly<Record<number, string | number | Value>>,
): Elements {
  const changed = new Map(elements);
  for (const [tag, value] of Object.entries(values)) {
    const bytes =
      typeof value === 'string'
        ? textValue(value)
        : typeof value === 'number'
          ? Uint8Array.of(value & 0xff, value >>> 8)
          : value;
    changed.set(Number(tag), bytes);
  }
  return changed;
}

/** The same with every UID, wherever it stands, as the map has it; one that it does not have stays. */
export function withUids(elements: Elements, uids: ReadonlyMap<string, string>): Elements {
  const renamed = (value: Value): Value => {
    if (!(value instanceof Uint8Array)) return value.map((item) => withUids(item, uids));
    if (value.length > UID_BYTES) return value;
    const uid = uids.get(
      Buffer.from(value)
        .toString('latin1')
        .replace(/[ \0]+$/, ''),
    );
    // UIDs are padded with NUL (DICOM PS3.5 9.1).
    return uid === undefined ? value : Buffer.from(uid.length % 2 === 0 ? uid : `${uid}\0`, 'latin1');
  };
  return new Map([...elements].map(([tag, value]) => [tag, renamed(value)]));
}

/** The same with the items of all sequences of one tag, however deep, as `change` makes them. */
export function withItems(elements: Elements, tag: number, change: (item: Elements) => Elements): Elements {
  return new Map(
    [...elements].map(([own, value]): [number, Value] => {
      if (value instanceof Uint8Array) return [own, value];
      const items = value.map((item) => withItems(item, tag, change));
      return [own, own === tag ? items.map(change) : items];
    }),
  );
}
