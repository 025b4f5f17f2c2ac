import type { Volume, VoxelArray } from '../volume/geometry.ts';
import { geometryOfHeader, refusalOf } from './decode.ts';
import { headerOf } from './encode.ts';
import { readNiftiHeader } from './header.ts';

/**
 * The volume that reading its file gives: the same voxels, on the grid that its header holds in float32. Throws the
 * CaseExclusion, which names `file`, that reading would.
 */
export function asWritten<T extends VoxelArray>(file: string, { data, geometry }: Volume<T>): Volume<T> {
  const header = readNiftiHeader(headerOf(geometry, data))!;
  return { data, geometry: geometryOfHeader(header, refusalOf(file)) };
}
