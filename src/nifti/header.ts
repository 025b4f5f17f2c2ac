import { isNIFTI, isNIFTI1, NIFTI1, type NIFTI2, readHeader } from 'nifti-reader-js';
import { type Vec3, vec3 } from '../volume/geometry.ts';
import { affineOfQuaternion } from './affine.ts';

/** What a NIfTI header says, as far as it is used here. */
export interface NiftiHeader {
  readonly littleEndian: boolean;
  readonly size: Vec3;
  readonly pixdimMm: Vec3;
  /** Three-dimensional volumes in the file: the product of the fourth and later dimensions. */
  readonly channels: number;
  /** DT_* of nifti1.h. */
  readonly datatype: number;
  readonly voxOffset: number;
  /** Value = slope * stored + inter; undefined where the stored numbers are the values. */
  readonly scale: { readonly slope: number; readonly inter: number } | undefined;
  /** 4x4, row-major rows, voxel index to RAS mm; undefined where neither form is set. */
  readonly affine: readonly (readonly number[])[] | undefined;
}

/** Bytes of a header file and of the four extension bytes after it, before which no voxel can lie. */
const NIFTI1_BYTES = 348;
const NIFTI2_BYTES = 540;
const EXTENDER_BYTES = 4;

/** Where `srow_x` lies, and how a number is written, in either version. */
const SFORM = { nifti1: { at: 280, bytes: 4 }, nifti2: { at: 400, bytes: 8 } } as const;

/** The three rows of the sform, which nifti-reader-js passes over where the qform has the larger code. */
function sformOf(head: ArrayBuffer, version: keyof typeof SFORM, littleEndian: boolean): number[][] {
  const view = new DataView(head);
  const { at, bytes } = SFORM[version];
  const number = (index: number): number =>
    bytes === 4
      ? view.getFloat32(at + index * bytes, littleEndian)
      : view.getFloat64(at + index * bytes, littleEndian);
  return [0, 4, 8].map((row) => [0, 1, 2, 3].map((column) => number(row + column)));
}

/** Slope 0 means that there is none, and nothing is scaled by what is no number (nibabel, `get_slope_inter`). */
function scaleOf(slope: number, inter: number): NiftiHeader['scale'] {
  if (slope === 0 || !Number.isFinite(slope) || !Number.isFinite(inter)) return undefined;
  return slope === 1 && inter === 0 ? undefined : { slope, inter };
}

/** Millimetres per spatial unit (nifti1.h, NIFTI_UNITS_*); a header without units is taken to mean mm, as all readers do. */
const MM_OF_UNIT: Readonly<Record<number, number>> = {
  [NIFTI1.UNITS_METER]: 1000,
  [NIFTI1.UNITS_MICRON]: 0.001,
};

/** Undefined where the magic is right and the size of the header, which tells the byte order, is not. */
function parsedHeader(head: ArrayBuffer): NIFTI1 | NIFTI2 | undefined {
  try {
    return readHeader(head) as NIFTI1 | NIFTI2;
  } catch {
    return undefined;
  }
}

/**
 * The header of a single-file NIfTI-1 or -2, either byte order; undefined for anything else. The sform is used where its
 * code is set, else the qform, as nibabel does.
 */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader | undefined {
  const start = bytes.slice(0, NIFTI2_BYTES).buffer;
  if (bytes.length < NIFTI1_BYTES + EXTENDER_BYTES || !isNIFTI(start)) return undefined;
  const first = isNIFTI1(start);
  if (!first && bytes.length < NIFTI2_BYTES + EXTENDER_BYTES) return undefined;
  const version = first ? 'nifti1' : 'nifti2';
  // Without the bytes after the header nifti-reader-js looks for no extensions, which reach beyond what is given to it.
  const head = start.slice(0, first ? NIFTI1_BYTES : NIFTI2_BYTES);
  const header = parsedHeader(head);
  if (header === undefined) return undefined;
  const dimensions = Number(header.dims[0]);
  const dims = header.dims.map((n, i) => (i <= dimensions ? Number(n) : 1));
  const unit = MM_OF_UNIT[header.xyzt_units & NIFTI1.SPATIAL_UNITS_MASK] ?? 1;
  const pixdim = vec3((a) => Number(header.pixDims[a + 1]));
  const { littleEndian } = header;
  const form =
    header.sform_code > 0
      ? sformOf(head, version, littleEndian)
      : header.qform_code > 0
        ? affineOfQuaternion(
            {
              b: header.quatern_b,
              c: header.quatern_c,
              d: header.quatern_d,
              qfac: header.pixDims[0] < 0 ? -1 : 1,
            },
            pixdim,
            [header.qoffset_x, header.qoffset_y, header.qoffset_z],
          )
        : undefined;
  const offset = Number(header.vox_offset);
  return {
    littleEndian,
    size: [dims[1], dims[2], dims[3]],
    pixdimMm: vec3((a) => pixdim[a] * unit),
    channels: dims.slice(4).reduce((product, n) => product * n, 1),
    datatype: header.datatypeCode,
    voxOffset: offset === 0 ? head.byteLength + EXTENDER_BYTES : offset,
    scale: scaleOf(header.scl_slope, header.scl_inter),
    affine: form && [...form.map((row) => row.map((v) => v * unit)), [0, 0, 0, 1]],
  };
}
