import type { DataSet as ParsedDataSet } from 'dicom-parser';
import { type DataSet, dictionary, type Keyword, type Vr } from '../encode/dictionary.ts';
import { items } from '../file/part10.ts';

/** VRs whose values are bytes or numbers: in a file of another byte order they would have to be turned. */
const NO_TEXT: ReadonlySet<Vr> = new Set<Vr>(['AT', 'OB', 'PX', 'UL', 'US']);

const tagName = (tag: number) => `x${tag.toString(16).padStart(8, '0')}`;

/** What may be copied, by the reader's spelling of its tag. */
const COPIED: ReadonlyMap<string, Keyword> = new Map(
  (Object.keys(dictionary) as Keyword[])
    .filter((keyword) => !NO_TEXT.has(dictionary[keyword][1]))
    .map((keyword) => [tagName(dictionary[keyword][0]), keyword]),
);

/** Padding at the end: a space, or NUL, which only UIDs should have (DICOM PS3.5 6.2). */
const isPadding = (byte: number) => byte === 0x20 || byte === 0;

/** A value of text as its bytes stand there, in whatever character set, without the padding at its end. */
function textBytes({ elements, byteArray }: ParsedDataSet, name: string): Uint8Array {
  const { dataOffset, length } = elements[name];
  let end = Math.min(dataOffset + length, byteArray.length);
  while (end > dataOffset && isPadding(byteArray[end - 1])) end--;
  return byteArray.subarray(dataOffset, end);
}

/** Padded to even length: text with a space, UIDs with NUL. */
function padded(bytes: Uint8Array, vr: Vr): Uint8Array {
  const even = new Uint8Array(bytes.length + (bytes.length % 2));
  even.set(bytes);
  if (even.length > bytes.length) even[bytes.length] = vr === 'UI' ? 0 : 0x20;
  return even;
}

function copiedValue(dataset: ParsedDataSet, keyword: Keyword): Uint8Array | readonly DataSet[] {
  const [tag, vr] = dictionary[keyword];
  const name = tagName(tag);
  if (vr === 'SQ') return items(dataset, name).map(copiedItem);
  return padded(textBytes(dataset, name), vr);
}

/** The elements of an item that the dictionary has; what it does not have is left out. */
function copiedItem(item: ParsedDataSet): DataSet {
  const keywords = Object.keys(item.elements).flatMap((name) => COPIED.get(name) ?? []);
  return copiedElements(item, keywords);
}

/**
 * Elements of a data set as they are to be written: of text the bytes, so that they stay what they are in its Specific
 * Character Set; of sequences the items, element by element, whose text has no byte order. What is absent is left out.
 */
export function copiedElements(dataset: ParsedDataSet, keywords: readonly Keyword[]): DataSet {
  const present = keywords.filter(
    (keyword) => dataset.elements[tagName(dictionary[keyword][0])] !== undefined,
  );
  return Object.fromEntries(present.map((keyword) => [keyword, copiedValue(dataset, keyword)])) as DataSet;
}

/** The bytes of a text, latin1, to compare by; '' where it is absent. */
export function bytesAsText(dataset: ParsedDataSet, keyword: Keyword): string {
  const name = tagName(dictionary[keyword][0]);
  if (dataset.elements[name] === undefined) return '';
  return Buffer.from(textBytes(dataset, name)).toString('latin1').trimStart();
}
