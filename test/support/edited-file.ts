import { parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import type { NamedBytes } from './shared-data.ts';

/** Text of a top-level element of a DICOM file. */
export function elementText({ name, bytes }: NamedBytes, tag: string): string {
  return text(parsePart10(name, bytes)!.dataset, tag);
}

/** The file with another value in an element, which must fit into the bytes of the old one. */
export function withText({ name, bytes }: NamedBytes, tag: string, value: string): NamedBytes {
  const { dataOffset, length } = parsePart10(name, bytes)!.dataset.elements[tag];
  if (value.length > length) throw new Error(`${value} has more than ${length} characters`);
  const edited = Buffer.from(bytes);
  edited.write(value.padEnd(length, tag === Tag.SeriesInstanceUID ? '\0' : ' '), dataOffset, 'latin1');
  return { name, bytes: edited };
}

/** The file with some texts of it, wherever they stand, replaced by others as long. */
export function withReplaced(
  { name, bytes }: NamedBytes,
  replacements: ReadonlyMap<string, string>,
): NamedBytes {
  const edited = Buffer.from(bytes);
  for (const [from, to] of replacements) {
    if (from.length !== to.length) throw new Error(`${to} is not as long as ${from}`);
    for (let at = edited.indexOf(from, 0, 'latin1'); at >= 0; at = edited.indexOf(from, at + 1, 'latin1'))
      edited.write(to, at, 'latin1');
  }
  return { name, bytes: edited };
}

/** New texts of elements by tag in dicom-parser's spelling; undefined takes the element out. */
export type ElementEdits = Readonly<Record<string, string | undefined>>;

/**
 * A file of explicit VR little endian with some of its top-level elements of short VRs changed, taken out or, as LO, added.
 * The meta information stays as it is.
 */
export function withElements(bytes: Uint8Array, edits: ElementEdits): Uint8Array {
  const { elements } = parsePart10('to be edited', bytes)!.dataset;
  const HEADER_BYTES = 8;
  const startOf = (tag: string): number => {
    const { dataOffset, vr = '' } = elements[tag];
    return dataOffset - (['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr) ? 12 : HEADER_BYTES);
  };
  const changes = Object.entries(edits).flatMap(([tag, value]) => {
    const known = elements[tag];
    if (known === undefined && value === undefined) return [];
    const next = Object.keys(elements)
      .filter((other) => other > tag)
      .sort()[0];
    const start = known === undefined ? startOf(next) : startOf(tag);
    const end = known === undefined ? start : known.dataOffset + known.length;
    if (value === undefined) return [{ start, end, element: Buffer.alloc(0) }];
    const text = Buffer.from(value.length % 2 === 0 ? value : `${value} `, 'latin1');
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16LE(Number.parseInt(tag.slice(1, 5), 16), 0);
    header.writeUInt16LE(Number.parseInt(tag.slice(5), 16), 2);
    header.write(known?.vr ?? 'LO', 4, 'latin1');
    header.writeUInt16LE(text.length, 6);
    return [{ start, end, element: Buffer.concat([header, text]) }];
  });
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, element } of changes.sort((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, start), element);
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
