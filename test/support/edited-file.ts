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
