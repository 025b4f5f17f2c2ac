import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { phantomPatient } from '../../src/phantom/cohort.ts';
import { encodeCtSlice } from '../../src/phantom/objects/ct-object.ts';
import { encodeStructureSet } from '../../src/phantom/objects/rtstruct-object.ts';
import { encodeSegmentation } from '../../src/phantom/objects/seg-object.ts';
import { namedStructures } from '../../src/phantom/objects/structure.ts';
import { studyOf } from '../../src/phantom/objects/study.ts';
import type { Volume, VoxelArray } from '../../src/volume/geometry.ts';
import { filesAt, hasSharedData, type NamedBytes, shared } from '../support/shared-data.ts';
import { tarOfFiles, tgzOfFiles } from '../support/tar-archive.ts';
import { transcoders } from './transcode.ts';

/** Something that is read well as long as nothing is damaged. */
export interface Subject {
  readonly name: string;
  /** `study`: a patient. `image`: a file whose pixels are read. */
  readonly kind: 'study' | 'image' | 'archive' | 'nifti';
  readonly files: readonly NamedBytes[];
  /** How often it is chosen: less for what takes long. */
  readonly weight: number;
}

const SLICES = 8;

/** The planes about the middle of a mask. */
function middlePlanes<T extends VoxelArray>({ data, geometry }: Volume<T>, first: number): Volume<T> {
  const [columns, rows] = geometry.size;
  const plane = columns * rows;
  const [x, y, z] = geometry.originMm;
  return {
    data: data.slice(first * plane, (first + SLICES) * plane) as T,
    geometry: {
      ...geometry,
      size: [columns, rows, SLICES],
      originMm: [x, y, z + first * geometry.spacingMm[2]],
    },
  };
}

/** A phantom patient of 32 x 32 x 8 voxels with a SEG and an RTSTRUCT. */
function phantom(index: number): { slices: NamedBytes[]; seg: NamedBytes; rtstruct: NamedBytes } {
  const patient = phantomPatient(index, { patients: 8, full: 0, gridSize: 32 });
  const plane = 32 * 32;
  const first = Math.max(0, Math.floor(patient.tumor.data.indexOf(1) / plane) - 2);
  const middle = <T extends VoxelArray>(volume: Volume<T>) => middlePlanes(volume, first);
  const ct = middle(patient.ct);
  const study = studyOf(1, patient.plan, ct.geometry);
  const structures = [
    { ...namedStructures.heart, mask: middle(patient.heart) },
    { ...namedStructures.tumour, mask: middle(patient.tumor) },
  ];
  return {
    slices: Array.from({ length: SLICES }, (_, k) => ({
      name: `ct-${k}`,
      bytes: encodeCtSlice(study, ct, k, k + 1),
    })),
    seg: { name: 'seg', bytes: encodeSegmentation(study, structures) },
    rtstruct: { name: 'rtstruct', bytes: encodeStructureSet(study, structures) },
  };
}

async function madeStudies(): Promise<Subject[]> {
  const ways = { 'explicit little endian': (bytes: Uint8Array) => bytes, ...(await transcoders()) };
  const patients = [0, 1, 2].map(phantom);
  return Object.entries(ways).map(([name, transcode], i): Subject => {
    const { slices, seg, rtstruct } = patients[i % 3];
    const written = slices.map((slice) => ({ name: slice.name, bytes: transcode(slice.bytes) }));
    const masks = [[seg], [rtstruct], [seg, rtstruct]][i % 3];
    return { name: `phantom, ${name}`, kind: 'study', files: [...written, ...masks], weight: 4 };
  });
}

function archives({ name, files }: Subject): Subject[] {
  const entries = Object.fromEntries(files.map((file) => [`P/${file.name}.dcm`, file.bytes]));
  const packed = { 'P.zip': zipSync(entries), 'P.tar': tarOfFiles(entries), 'P.tgz': tgzOfFiles(entries) };
  return Object.entries(packed).map(([file, bytes]) => ({
    name: `${file} of ${name}`,
    kind: 'archive',
    files: [{ name: file, bytes }],
    weight: 1,
  }));
}

function niftis(): Subject[] {
  const { ct, tumor } = phantomPatient(1, { patients: 8, full: 0, gridSize: 16 });
  const bytes = encodeNifti(ct);
  const subjects = [
    { name: 'CT, NIfTI', bytes },
    { name: 'CT, NIfTI, gzip', bytes: gzipSync(bytes, { level: 1 }) },
    { name: 'mask, NIfTI, gzip', bytes: gzipSync(encodeNifti(tumor), { level: 1 }) },
  ];
  return subjects.map(({ name, bytes }) => ({
    name,
    kind: 'nifti',
    files: [{ name: 'volume.nii', bytes: new Uint8Array(bytes) }],
    weight: 1,
  }));
}

/** Files that were written elsewhere, each a patient or an image. */
function sharedSubjects(): Subject[] {
  if (!hasSharedData) return [];
  const study = (name: string, weight: number, ...paths: string[][]): Subject => ({
    name,
    kind: 'study',
    files: filesAt(...paths.map((path) => shared(...path))),
    weight,
  });
  const dcmqi = ['seg', 'dcmqi', 'segmentations'];
  const oddities = ['oddities', 'dicom2nifti', 'failing'];
  const images = filesAt(shared('encodings'))
    .filter(({ name, bytes }) => bytes.length < 200_000 && !name.includes('TINY_ALPHA'))
    .map(
      (file): Subject => ({
        name: file.name,
        kind: 'image',
        files: [file],
        weight: file.bytes.length < 40_000 ? 0.3 : 0.05,
      }),
    );
  return [
    study('gantry tilt', 0.3, [...oddities, 'gantrytilting', '001']),
    study('missing slice', 0.3, [...oddities, 'sliceincrement', '002']),
    study('rt-utils', 1, ['oddities', 'rt-utils']),
    study('highdicom SEG', 1, ['seg', 'highdicom']),
    study('dcmqi SEG, 23 columns', 1, [...dcmqi, '23x38x3', 'image'], [...dcmqi, '23x38x3', 'seg']),
    study('dcmqi SEG, 24 columns', 1, [...dcmqi, '24x38x3', 'image'], [...dcmqi, '24x38x3', 'seg']),
    study('dcmqi label map', 0.2, [...dcmqi, 'ct-3slice'], [...dcmqi, 'sparse-labelmap-ppv5.dcm']),
    study('syngo.via SEG', 0.1, ['seg', 'quantitative-reporting']),
    study('liver SEG', 1, ['seg', 'pydicom-data']),
    ...images,
  ];
}

/** Every subject, the same ones in the same order on every machine that has the same data. */
export async function allSubjects(): Promise<Subject[]> {
  const made = await madeStudies();
  const subjects = [...made, ...archives(made[0]), ...archives(made[4]), ...niftis(), ...sharedSubjects()];
  // Plain arrays: `slice` of a Node Buffer does not copy, and a subject must stay as it is.
  const plain = ({ name, bytes }: NamedBytes): NamedBytes => ({ name, bytes: new Uint8Array(bytes) });
  return subjects.map((subject) => ({ ...subject, files: subject.files.map(plain) }));
}
