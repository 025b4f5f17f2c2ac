import dicomParser, { type ByteStream, type Element } from 'dicom-parser';

/** More than any image has frames. */
const MAX_FRAGMENTS = 2 ** 20;

const ITEM = 'xfffee000';

/**
 * Reads the basic offset table and finds the fragments of an encapsulated value (DICOM PS3.5 A.4), whose last one may be
 * cut off with the bytes. The stream is left after it. Throws an Error where there is no offset table, or more fragments
 * than any image has.
 */
export function findFragments(stream: ByteStream, element: Element): void {
  const { length: end } = stream.byteArray;
  const fragments: NonNullable<Element['fragments']> = [];
  const table = dicomParser.readSequenceItem(stream);
  if (table.length > 4 * MAX_FRAGMENTS || stream.position + table.length > end)
    throw new Error(`its basic offset table holds ${table.length} bytes`);
  element.basicOffsetTable = Array.from({ length: Math.floor(table.length / 4) }, () => stream.readUint32());
  stream.position = table.dataOffset + table.length;
  const first = stream.position;
  while (stream.position + 8 <= end) {
    const start = stream.position;
    const isItem = dicomParser.readTag(stream) === ITEM;
    const length = stream.readUint32();
    // Whatever else stands here, the sequence delimiter as a rule, ends the value.
    if (!isItem) break;
    if (fragments.length === MAX_FRAGMENTS) throw new Error(`it has more than ${MAX_FRAGMENTS} fragments`);
    fragments.push({ offset: start - first, position: stream.position, length });
    stream.seek(length);
  }
  element.encapsulatedPixelData = true;
  element.fragments = fragments;
  element.length = stream.position - element.dataOffset;
}
