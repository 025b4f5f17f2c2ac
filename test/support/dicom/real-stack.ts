import { PRESETS } from '../../../src/config/presets.ts';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { type SlicePlane, slicePlane } from '../../../src/dicom/series/slice-plane.ts';
import type { Stack, StackRules } from '../../../src/dicom/series/stack.ts';
import type { NamedBytes } from '../shared-data.ts';

/** The default rules, for the small series of the test data. */
export const stackRules: StackRules = { ...PRESETS.lung1.geometry, minSlices: 3 };

/** The planes of the CT images among some files. */
export function ctPlanes(files: readonly NamedBytes[]): SlicePlane[] {
  return files.flatMap(({ name, bytes }) => {
    const file = parsePart10(name, bytes);
    if (file === undefined || text(file.dataset, Tag.Modality) !== 'CT') return [];
    return slicePlane({ file, frame: 0 }) ?? [];
  });
}

/** HU of an uncompressed uint16 slice with slope 1 and intercept -1024, as all the series read in this way are. */
export function huOf({ file: { dataset }, columns, rows }: SlicePlane): Int16Array {
  const { dataOffset } = dataset.elements[Tag.PixelData];
  const { buffer, byteOffset } = dataset.byteArray;
  const at = byteOffset + dataOffset;
  const hu = new Int16Array(buffer.slice(at, at + 2 * columns * rows));
  for (let i = 0; i < hu.length; i++) hu[i] -= 1024;
  return hu;
}

/** The HU of a stack's slices, one after the other. */
export function nativeHu({ slices }: Pick<Stack, 'slices'>): Int16Array {
  const planeLength = slices[0].columns * slices[0].rows;
  const hu = new Int16Array(slices.length * planeLength);
  slices.forEach((slice, k) => {
    hu.set(huOf(slice), k * planeLength);
  });
  return hu;
}
