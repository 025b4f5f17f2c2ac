import type { DataSet, Element } from 'dicom-parser';
import type { DicomFile } from '../../src/dicom/file/part10.ts';

/** A place in the bytes of a DICOM file where something has a length: an element, an item of a sequence, a fragment. */
export interface Site {
  readonly kind: 'element' | 'item' | 'fragment';
  /** First byte of its header. */
  readonly start: number;
  readonly dataOffset: number;
  /** Bytes of the value, delimiters of undefined lengths included. */
  readonly length: number;
  readonly undefinedLength: boolean;
  /** Undefined in implicit VR and of items. */
  readonly vr: string | undefined;
  /** As `xggggeeee`. */
  readonly tag: string;
  /** The sites that this one lies in, outermost first. */
  readonly within: readonly Site[];
}

/** Every site of a parsed file, of nested sequences too, in the order of its bytes. */
export function sitesOf({ dataset }: DicomFile): Site[] {
  const sites: Site[] = [];
  collect(dataset, [], sites);
  return sites.sort((a, b) => a.start - b.start);
}

/** Bytes of the header: 12 with a VR that has a four-byte length (DICOM PS3.5 7.1.2), else 8. */
function headerBytes(bytes: Uint8Array, { tag, vr, dataOffset }: Element): number {
  const [group, element] = [tag.slice(1, 5), tag.slice(5)].map((hex) => Number.parseInt(hex, 16));
  const at = dataOffset - 12;
  if (vr === undefined || at < 0) return 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4);
  const starts = [true, false].some(
    (little) => view.getUint16(0, little) === group && view.getUint16(2, little) === element,
  );
  return starts && bytes[at + 4] === vr.charCodeAt(0) && bytes[at + 5] === vr.charCodeAt(1) ? 12 : 8;
}

function collect(dataset: DataSet, within: readonly Site[], sites: Site[]): void {
  for (const element of Object.values(dataset.elements)) {
    const { tag, vr, dataOffset, length } = element;
    const site: Site = {
      kind: 'element',
      start: dataOffset - headerBytes(dataset.byteArray, element),
      dataOffset,
      length,
      undefinedLength: element.hadUndefinedLength === true,
      vr,
      tag,
      within,
    };
    sites.push(site);
    for (const { position, length: bytes } of element.fragments ?? []) {
      sites.push({
        kind: 'fragment',
        start: position - 8,
        dataOffset: position,
        length: bytes,
        undefinedLength: false,
        vr: undefined,
        tag: 'xfffee000',
        within: [...within, site],
      });
    }
    for (const item of element.items ?? []) {
      if (item.dataSet === undefined) continue;
      const itemSite: Site = {
        kind: 'item',
        start: item.dataOffset - 8,
        dataOffset: item.dataOffset,
        length: item.length,
        undefinedLength: item.hadUndefinedLength === true,
        vr: undefined,
        tag: 'xfffee000',
        within: [...within, site],
      };
      sites.push(itemSite);
      collect(item.dataSet, [...within, site, itemSite], sites);
    }
  }
}

/** Where the length of a site stands, and how many bytes it has. */
export function lengthField({ kind, start, dataOffset }: Site): { at: number; bytes: 2 | 4 } {
  if (kind !== 'element' || dataOffset - start === 12) return { at: dataOffset - 4, bytes: 4 };
  return { at: dataOffset - 2, bytes: 2 };
}
