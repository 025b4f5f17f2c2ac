import type { DataSet, Element, Fragment } from 'dicom-parser';
import { CutOffError } from './faults.ts';

const EXTENDED_OFFSET_TABLE = 'x7fe00001';

/** Offsets of the frames' first fragments, as far as a table states one for each (DICOM PS3.5 A.4, PS3.3 C.7.6.3). */
function statedOffsets(dataset: DataSet, element: Element, frames: number): number[] | undefined {
  const extended = dataset.elements[EXTENDED_OFFSET_TABLE];
  if (extended?.length === 8 * frames) {
    const { buffer, byteOffset } = dataset.byteArray;
    const table = new DataView(buffer, byteOffset + extended.dataOffset, extended.length);
    return Array.from({ length: frames }, (_, f) => Number(table.getBigUint64(8 * f, true)));
  }
  const basic = element.basicOffsetTable ?? [];
  return basic.length === frames ? basic : undefined;
}

/** Whether a fragment begins a JPEG (SOI) or JPEG 2000 (SOC, SIZ) codestream. */
function beginsCodestream(bytes: Uint8Array, { position }: Fragment): boolean {
  return (
    bytes[position] === 0xff &&
    ((bytes[position + 1] === 0xd8 && bytes[position + 2] === 0xff) ||
      (bytes[position + 1] === 0x4f && bytes[position + 2] === 0xff && bytes[position + 3] === 0x51))
  );
}

const found = new WeakMap<Element, { frames: number; first: number[] | undefined }>();

/** Index of each frame's first fragment; undefined where it cannot be told. Found once for all frames. */
function firstFragments(dataset: DataSet, element: Element, frames: number): number[] | undefined {
  let known = found.get(element);
  if (known?.frames !== frames) {
    known = { frames, first: findFirstFragments(dataset, element, frames) };
    found.set(element, known);
  }
  return known.first;
}

function findFirstFragments(dataset: DataSet, element: Element, frames: number): number[] | undefined {
  const fragments = element.fragments ?? [];
  if (frames === 1) return [0];
  if (fragments.length === frames) return fragments.map((_, i) => i);
  const indices = new Map(fragments.map(({ offset }, i) => [offset, i]));
  const stated = statedOffsets(dataset, element, frames)?.map((offset) => indices.get(offset) ?? -1);
  if (stated?.every((index, f) => index > (f === 0 ? -1 : stated[f - 1]))) return stated;
  const begins = fragments.flatMap((fragment, i) =>
    beginsCodestream(dataset.byteArray, fragment) ? [i] : [],
  );
  return begins.length === frames ? begins : undefined;
}

/**
 * The encoded bytes of one of the frames of encapsulated Pixel Data, found by one fragment a frame, the extended or the
 * basic offset table, or the codestreams' beginnings, whichever fits first. Throws an Error where none does, a
 * CutOffError where a fragment leaves the file.
 */
export function encodedFrame(dataset: DataSet, element: Element, frames: number, frame: number): Uint8Array {
  const fragments = element.fragments ?? [];
  const first = fragments.length === 0 ? undefined : firstFragments(dataset, element, frames);
  if (first === undefined)
    throw new Error(`its ${fragments.length} fragments cannot be dealt to ${frames} frames`);
  const { byteArray } = dataset;
  const parts = fragments.slice(first[frame], first[frame + 1]).map(({ position, length }) => {
    if (position + length > byteArray.length) throw new CutOffError('a fragment is cut off');
    return new Uint8Array(byteArray.buffer, byteArray.byteOffset + position, length);
  });
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}
