import dicomParser from 'dicom-parser';
import { readGolden } from '../goldens.ts';

interface Attribute {
  readonly tag: string;
  readonly vr: string;
  readonly keyword: string;
}

/** PS3.15 table E.1-1, recorded by test/reference/record_identifying_attributes.py. */
const { attributes } = readGolden<{ attributes: Attribute[] }>('identifying-attributes.json');

/** What every marker holds; no output of ours does by itself. */
export const MARKER = 'ZQXJ';

/** Dates, times and numbers cannot hold letters: these digits stand for the marker. */
export const DIGIT_MARKER = '19231117';

/** Attributes that reading an image or mask depends on: their own values, unique UIDs, are the markers. */
const KEPT = new Set(
  ['0008,0018', '0020,000d', '0020,000e', '0020,0052', '0008,1155', '3006,0024', '3006,0026'].map((t) =>
    t.replace(',', ''),
  ),
);

const LONG_LENGTH = new Set(['OB', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);

function markerOf({ tag, vr }: Attribute): Uint8Array | undefined {
  const text = (value: string): Uint8Array =>
    new TextEncoder().encode(value.length % 2 === 0 ? value : `${value} `);
  switch (vr) {
    case 'SQ':
    case 'US':
    case 'AS':
      return undefined;
    case 'DA':
      return text(DIGIT_MARKER);
    case 'TM':
      return text('191117.19231117');
    case 'DT':
      return text(`${DIGIT_MARKER}101010`);
    case 'DS':
    case 'IS':
      return text(DIGIT_MARKER);
    case 'UI':
      return text(`2.25.${DIGIT_MARKER}${Number.parseInt(tag, 16)}`);
    default:
      return text(`${MARKER}${tag.toUpperCase()}`.slice(0, 16));
  }
}

function encode(tag: number, vr: string, value: Uint8Array): Uint8Array {
  const long = LONG_LENGTH.has(vr);
  const bytes = new Uint8Array((long ? 12 : 8) + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  bytes.set(new TextEncoder().encode(vr), 4);
  if (long) view.setUint32(8, value.length, true);
  else view.setUint16(6, value.length, true);
  bytes.set(value, bytes.length - value.length);
  return bytes;
}

/** Private elements and a sequence whose item holds a name. */
function extras(): [number, Uint8Array][] {
  const text = (value: string) => new TextEncoder().encode(value);
  const name = encode(0x00100010, 'PN', text(`${MARKER}^INNER `));
  const item = new Uint8Array(8 + name.length);
  new DataView(item.buffer).setUint32(0, 0xe000fffe, true);
  new DataView(item.buffer).setUint32(4, name.length, true);
  item.set(name, 8);
  return [
    [0x00091010, encode(0x00091010, 'LO', text(`${MARKER}PRIVATE1`.padEnd(14)))],
    [0x00101002, encode(0x00101002, 'SQ', item)],
    [0x00e11010, encode(0x00e11010, 'LT', text(`${MARKER}PRIVATE2`.padEnd(14)))],
  ];
}

/**
 * An explicit little-endian file of ours in which every identifying attribute holds a marker, whether it had a value
 * before or not; private tags and a sequence too.
 */
export function marked(file: Uint8Array): Uint8Array {
  const dataset = dicomParser.parseDicom(file);
  const ends = Object.values(dataset.elements).filter((element) => element.tag > 'x0002ffff');
  const first = Math.min(
    ...ends.map((element) => element.dataOffset - (LONG_LENGTH.has(element.vr!) ? 12 : 8)),
  );
  const elements = new Map<number, Uint8Array>();
  for (const element of ends) {
    const start = element.dataOffset - (LONG_LENGTH.has(element.vr!) ? 12 : 8);
    elements.set(
      Number.parseInt(element.tag.slice(1), 16),
      file.subarray(start, element.dataOffset + element.length),
    );
  }
  for (const attribute of attributes) {
    const tag = Number.parseInt(attribute.tag, 16);
    const value = markerOf(attribute);
    const group = tag >>> 16;
    if (value === undefined || KEPT.has(attribute.tag) || group <= 2 || tag >= 0xfffa0000) continue;
    elements.set(tag, encode(tag, attribute.vr, value));
  }
  for (const [tag, bytes] of extras()) elements.set(tag, bytes);
  const sorted = [...elements].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  return new Uint8Array(Buffer.concat([file.subarray(0, first), ...sorted]));
}

/** UIDs of a file's own, which must not leave either. */
export function uidsOf(file: Uint8Array): string[] {
  const dataset = dicomParser.parseDicom(file);
  return ['x00080018', 'x0020000d', 'x0020000e', 'x00200052'].flatMap((tag) => dataset.string(tag) ?? []);
}
