import { NVImage } from '@niivue/niivue';
import { centreVoxel } from '../../kernels/mask/centre-voxel.ts';
import { geometryOf } from '../../nifti/affine.ts';
import type { VolumeSource } from '../../review/api.ts';
import { type Geometry, gridDistanceMm, type Vec3, vec3 } from '../../volume/geometry.ts';

/** A volume and the tumour's mask on its grid, in memory. */
export interface Volumes {
  readonly image: NVImage;
  readonly mask: NVImage;
  readonly geometry: Geometry;
  /** Of the tumour; of the volume where there is none. */
  readonly centre: Vec3;
  readonly source: VolumeSource;
}

/** Why a volume cannot be shown, for people. */
export class VolumeFault extends Error {}

/** The bytes of a `.nii.gz` file, inflated while they come. */
async function inflated(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null)
    throw new VolumeFault(`${decodeURIComponent(url)} cannot be read (${response.status})`);
  return await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

async function nifti(url: string, signal: AbortSignal, colormap: string): Promise<NVImage> {
  const bytes = await inflated(url, signal);
  // With a range given, none is sought in all voxels.
  const image = await NVImage.loadFromUrl({
    url: bytes,
    name: 'volume.nii',
    colormap,
    cal_min: 0,
    cal_max: 1,
  });
  signal.throwIfAborted();
  const [, ...size] = image.hdr!.dims.slice(0, 4);
  if (image.img!.length < size.reduce((a, b) => a * b))
    throw new VolumeFault(`${decodeURIComponent(url)} ends early; run the step that writes it again`);
  return image;
}

function gridOf({ hdr }: NVImage): Geometry {
  const { affine, dims, pixDims } = hdr!;
  return geometryOf(
    affine,
    vec3((axis) => dims[axis + 1]),
    vec3((axis) => pixDims[axis + 1]),
  );
}

/**
 * Both volumes of a source. Throws what fetch throws where the server does not answer or `signal` is aborted, and a VolumeFault
 * where there is no such file.
 */
export async function loadVolumes(source: VolumeSource, signal: AbortSignal): Promise<Volumes> {
  const [image, mask] = await Promise.all([
    nifti(source.image, signal, 'ct'),
    nifti(source.mask, signal, 'gray'),
  ]);
  const geometry = gridOf(image);
  if (!(mask.img instanceof Uint8Array) || gridDistanceMm(geometry, gridOf(mask)) > 0.01)
    throw new VolumeFault('the mask does not lie on the grid of the CT');
  return { image, mask, geometry, centre: centreOf(mask.img, geometry), source };
}

/** The voxel to look at first. Masks hold 0 and 1. */
function centreOf(mask: Uint8Array, { size, spacingMm }: Geometry): Vec3 {
  const [nx, ny] = size;
  const sliceOf = (voxel: number): number => Math.floor(voxel / (nx * ny));
  const [first, last] = [sliceOf(mask.indexOf(1)), sliceOf(mask.lastIndexOf(1))];
  if (first < 0) return vec3((axis) => size[axis] >> 1);
  return centreVoxel(mask, size, spacingMm, { start: [0, 0, first], size: [nx, ny, last - first + 1] });
}

/** HU of a voxel by where it stands in the array. */
export function huAt({ image, source }: Volumes, offset: number): number {
  const { scl_slope, scl_inter } = image.hdr!;
  const value = image.img![offset] * (scl_slope || 1) + (scl_inter || 0);
  return value * source.slope + source.intercept;
}
