import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../../src/dicom/codec/codecs.ts';
import { type DicomFile, parsePart10, Tag } from '../../../src/dicom/file/part10.ts';
import { nativePixelBytes, type StoredPixels, storedPixels } from '../../../src/dicom/pixels/pixels.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { affineOf } from '../../../src/nifti/affine.ts';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import { readGolden } from '../../support/goldens.ts';
import {
  filesAt,
  filesInZip,
  hasSharedData,
  type NamedBytes,
  namesBelow,
  shared,
} from '../../support/shared-data.ts';

/** An entry of test/goldens/pixels.json, recorded by test/reference/record_pixels.py. */
interface Golden {
  readonly type?: 'bits' | 'int8' | 'uint8' | 'int16' | 'uint16';
  readonly frames?: number;
  readonly sha1?: string;
  readonly every101st?: string;
  readonly pixels?: string;
  /** Of a series or an archive. */
  readonly images?: number;
  readonly without_pixels?: number;
  readonly nifti?: { type: keyof typeof NIFTI_ARRAYS; size: number[]; affine: number[]; sha1: string };
}

const { files: goldens, step } = readGolden<{ step: number; files: Record<string, Golden> }>('pixels.json');

const FOLDERS = ['encodings', 'seg', 'oddities', 'ibsi1-ct-phantom', 'lung1'];

const NOT_DICOM = [
  /README(\.md|\.txt)?$/,
  /LICENSE\.md$/,
  /\/info\.txt$/,
  /\.(dump|json|icc|gz)$/,
  // Media directories are no images, and are left alone even where they are damaged.
  /\/DICOMDIR(-[a-zA-Z]+)?(\.dcm)?$/,
  // Masks that were given to dcmqi: seg.test.ts compares them with what it wrote.
  /\.nrrd$/,
  // A stray byte stands before its data set.
  /^encodings\/pydicom\/no_meta\.dcm$/,
];

/** Files that pydicom reads otherwise, or not at all. */
const DIFFERENT: Readonly<Record<string, { sameAs: string } | { refused: string }>> = {
  // Its UN sequence is little endian inside, as PS3.5 6.2.2 has it; pydicom gives up.
  'encodings/fo-dicom/GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm': {
    sameAs: 'encodings/dicomparser/CT1_UNC.explicit_little_endian.dcm',
  },
  // Its scan header states a wrong end of the spectral selection, which its mended twin does not.
  'encodings/pydicom/JPEG-lossy.dcm': { sameAs: 'encodings/pydicom/JPGExtended.dcm' },
  // RLE of single bits, which no decoder of pydicom 3 knows.
  'seg/pydicom-data/liver_rle.dcm': { sameAs: 'seg/pydicom-data/liver.dcm' },
  'seg/pydicom-data/liver_nonbyte_aligned_rle.dcm': {
    sameAs: 'seg/pydicom-data/liver_nonbyte_aligned.dcm',
  },
  // Made to be damaged.
  'encodings/pydicom/JPEG2000-embedded-sequence-delimiter.dcm': { refused: 'malformed-pixel-data' },
  'encodings/pydicom/MR_truncated.dcm': { refused: 'truncated-pixel-data' },
  'encodings/pydicom/rtplan_truncated.dcm': { refused: 'unreadable-dicom' },
};

/** What is refused and why, by what pydicom found. */
const REFUSALS: Readonly<Record<string, string>> = {
  none: 'no pixels',
  undescribed: 'no pixels',
  colour: 'unsupported-pixels',
  '32 bits': 'unsupported-pixels',
};

const NIFTI_ARRAYS = {
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** The DICOM file in some bytes, undefined where they are none, its codec loaded. */
async function parsed({ name, bytes }: NamedBytes): Promise<DicomFile | undefined> {
  const file = parsePart10(name, bytes);
  await loadCodecs(file === undefined ? [] : [file.transferSyntaxUid]);
  return file;
}

function opened(name: string): NamedBytes {
  return { name, bytes: readFileSync(shared(name)) };
}

function framesOf({ dataset }: DicomFile): number {
  return dataset.intString(Tag.NumberOfFrames) ?? 1;
}

function frames(file: DicomFile): StoredPixels[] {
  return Array.from({ length: framesOf(file) }, (_, f) => storedPixels(file, f));
}

/** Pixels of one bit, packed, those that fill up the last byte being 0. */
function packedBits(file: DicomFile): Uint8Array {
  const number = (tag: string): number => file.dataset.uint16(tag) ?? 0;
  const count = number(Tag.Rows) * number(Tag.Columns) * framesOf(file);
  const bits = nativePixelBytes(file, Math.ceil(count / 8)).slice(0, Math.ceil(count / 8));
  if (count % 8 !== 0) bits[bits.length - 1] &= (1 << (count % 8)) - 1;
  return bits;
}

function pixelsOf(file: DicomFile): (StoredPixels | Uint8Array)[] {
  return file.dataset.uint16(Tag.BitsAllocated) === 1 ? [packedBits(file)] : frames(file);
}

function sha1(arrays: Iterable<ArrayBufferView>): string {
  const hash = createHash('sha1');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

/** Code of the refusal of a file or of its pixels; 'no pixels' where it is no image. */
async function refusal(content: NamedBytes): Promise<string> {
  try {
    const file = await parsed(content);
    if (file === undefined) return 'no DICOM';
    pixelsOf(file);
    return 'read';
  } catch (thrown) {
    if (!(thrown instanceof CaseExclusion)) throw thrown;
    expect(thrown.file).toBe(content.name);
    return ['no-pixel-data', 'incomplete-image'].includes(thrown.code) ? 'no pixels' : thrown.code;
  }
}

/** Largest difference between every 101st recorded value and ours. */
function largestDifference(pixels: readonly StoredPixels[], every101st: string): number {
  const recorded = new Uint16Array(new Uint8Array(Buffer.from(every101st, 'base64')).buffer);
  const frameLength = pixels[0].length;
  return recorded.reduce((largest, value, i) => {
    const at = i * step;
    const ours = pixels[Math.floor(at / frameLength)][at % frameLength];
    return Math.max(largest, Math.abs(ours - value));
  }, 0);
}

/** What a file or a series is held against, in words. */
function expectationOf(name: string): string {
  const golden = goldens[name] ?? {};
  if (golden.nifti !== undefined) return 'is no DICOM, but the NIfTI volume that nibabel reads';
  if (NOT_DICOM.some((pattern) => pattern.test(name))) return 'is no DICOM';
  const different = DIFFERENT[name];
  if (different !== undefined)
    return 'sameAs' in different
      ? `has the pixels of ${different.sameAs}`
      : `is refused: ${different.refused}`;
  if (golden.sha1 !== undefined) return 'has the pixels that pydicom reads';
  if (golden.every101st !== undefined) return 'has the pixels that pydicom reads, but for rounding';
  const refused = REFUSALS[golden.pixels ?? ''];
  return refused === undefined ? 'has an expectation' : `is refused: ${refused}`;
}

async function checkNifti({ name, bytes }: NamedBytes, golden: Required<Golden>['nifti']): Promise<void> {
  expect(await parsed({ name, bytes })).toBeUndefined();
  const volume = decodeNifti(name, new Uint8Array(bytes));
  expect(volume.geometry.size).toEqual(golden.size);
  affineOf(volume.geometry)
    .flat()
    .forEach((value, i) => {
      expect(value).toBeCloseTo(golden.affine[i], 4);
    });
  expect(volume.data).toBeInstanceOf(NIFTI_ARRAYS[golden.type]);
  expect(sha1([volume.data])).toBe(golden.sha1);
}

async function checkFile(name: string): Promise<void> {
  const content = opened(name);
  const golden = goldens[name];
  expect(golden, 'a file without an expectation: run record_pixels.py').toBeDefined();
  if (golden.nifti !== undefined) return checkNifti(content, golden.nifti);
  if (NOT_DICOM.some((pattern) => pattern.test(name))) {
    expect(await parsed(content)).toBeUndefined();
    return;
  }
  const different = DIFFERENT[name];
  const refused =
    different !== undefined && 'refused' in different ? different.refused : REFUSALS[golden.pixels ?? ''];
  if (refused !== undefined) {
    expect(await refusal(content)).toBe(refused);
    return;
  }
  const file = (await parsed(content)) as DicomFile;
  const pixels = pixelsOf(file);
  if (different !== undefined && 'sameAs' in different) {
    expect(sha1(pixels)).toBe(sha1(pixelsOf((await parsed(opened(different.sameAs))) as DicomFile)));
    return;
  }
  expect(framesOf(file)).toBe(golden.frames);
  if (golden.type !== 'bits') expect(pixels[0].constructor.name.toLowerCase()).toBe(`${golden.type}array`);
  if (golden.every101st === undefined) expect(sha1(pixels)).toBe(golden.sha1);
  // Decoders may round the inverse cosine transform to either side (ITU-T T.83).
  else expect(largestDifference(pixels, golden.every101st)).toBeLessThanOrEqual(1);
}

async function checkSeries(name: string): Promise<void> {
  const path = shared(name.slice(0, -1));
  const contents = name.endsWith('.zip/') ? filesInZip(path) : filesAt(path);
  const pixels: StoredPixels[] = [];
  let without = 0;
  for (const content of contents.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = (await parsed(content)) as DicomFile;
    if (file.dataset.elements[Tag.PixelData] !== undefined) pixels.push(...frames(file));
    else {
      without++;
      expect(await refusal(content)).toBe('no pixels');
    }
  }
  const { images, without_pixels, type, sha1: expected } = goldens[name];
  expect([pixels.length, without]).toEqual([images, without_pixels]);
  expect(new Set(pixels.map((p) => p.constructor.name.toLowerCase()))).toEqual(new Set([`${type}array`]));
  expect(sha1(pixels)).toBe(expected);
}

describe.runIf(hasSharedData).each(FOLDERS)('every file of the shared folder `%s`', (folder) => {
  const names = hasSharedData ? namesBelow(shared(folder)).map((name) => `${folder}/${name}`) : [];
  // What a file is checked with: itself, or the series or archive that it belongs to.
  const units = new Set(
    names.map((name) => {
      const parent = name.slice(0, name.lastIndexOf('/') + 1);
      return [parent, `${name}/`].find((series) => series in goldens) ?? name;
    }),
  );

  test('and nothing else has an expectation', () => {
    const recorded = Object.keys(goldens).filter((name) => name.startsWith(`${folder}/`));
    expect(recorded.filter((name) => !units.has(name))).toEqual([]);
  });

  test.each([...units].map((unit) => [unit, expectationOf(unit)]))('%s %s', (unit) =>
    unit.endsWith('/') ? checkSeries(unit) : checkFile(unit),
  );
});
