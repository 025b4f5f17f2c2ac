import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../src/dicom/codec/codecs.ts';
import { type DicomFile, parsePart10, Tag } from '../../src/dicom/part10.ts';
import { nativePixelBytes, type StoredPixels, storedPixels } from '../../src/dicom/pixels.ts';
import { CaseExclusion } from '../../src/errors.ts';
import { readGolden } from '../support/goldens.ts';
import { filesAt, hasSharedData, shared } from '../support/shared-data.ts';

/** An entry of test/goldens/encodings.json, recorded by test/reference/record_encodings.py. */
interface Golden {
  readonly type?: 'int8' | 'uint8' | 'int16' | 'uint16';
  readonly frames?: number;
  readonly sha1?: string;
  readonly every101st?: string;
  readonly pixels?: string;
}

const { files: goldens, step } = readGolden<{ step: number; files: Record<string, Golden> }>(
  'encodings.json',
);

const NOT_DICOM = [
  /README(\.md|\.txt)?$/,
  /\.(dump|json|icc|gz)$/,
  // A stray byte stands before its data set.
  /^pydicom\/no_meta\.dcm$/,
];

/** Files that pydicom reads otherwise, or not at all. */
const DIFFERENT: Readonly<Record<string, { sameAs: string } | { refused: string }>> = {
  // Its UN sequence is little endian inside, as PS3.5 6.2.2 has it; pydicom gives up.
  'fo-dicom/GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm': {
    sameAs: 'dicomparser/CT1_UNC.explicit_little_endian.dcm',
  },
  // Its scan header states a wrong end of the spectral selection, which its mended twin does not.
  'pydicom/JPEG-lossy.dcm': { sameAs: 'pydicom/JPGExtended.dcm' },
  // Made to be damaged.
  'pydicom/JPEG2000-embedded-sequence-delimiter.dcm': { refused: 'malformed-pixel-data' },
  'pydicom/MR_truncated.dcm': { refused: 'truncated-pixel-data' },
  'pydicom/rtplan_truncated.dcm': { refused: 'unreadable-dicom' },
  // Its sequence was shortened and its length was not.
  'pydicom/dicomdirtests/DICOMDIR-nooffset': { refused: 'unreadable-dicom' },
};

/** What is refused and why, by what pydicom found. */
const REFUSALS: Readonly<Record<string, string>> = {
  none: 'no pixels',
  undescribed: 'no pixels',
  colour: 'unsupported-pixels',
  '32 bits': 'unsupported-pixels',
  '1 bits': 'unsupported-pixels',
};

async function parsed(name: string): Promise<DicomFile | undefined> {
  const file = parsePart10(name, readFileSync(shared('encodings', name)));
  await loadCodecs(file === undefined ? [] : [file.transferSyntaxUid]);
  return file;
}

function frames(file: DicomFile): StoredPixels[] {
  const count = file.dataset.intString(Tag.NumberOfFrames) ?? 1;
  return Array.from({ length: count }, (_, f) => storedPixels(file, f));
}

function sha1(pixels: readonly StoredPixels[]): string {
  const hash = createHash('sha1');
  for (const { buffer, byteOffset, byteLength } of pixels)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

/** Code of the refusal of a file or of its pixels; 'no pixels' where it is no image. */
async function refusal(name: string): Promise<string> {
  try {
    const file = await parsed(name);
    if (file === undefined) return 'no DICOM';
    frames(file);
    return 'read';
  } catch (thrown) {
    if (!(thrown instanceof CaseExclusion)) throw thrown;
    expect(thrown.file).toBe(name);
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

function expectationOf(name: string): string {
  if (NOT_DICOM.some((pattern) => pattern.test(name))) return 'is no DICOM';
  const different = DIFFERENT[name];
  if (different !== undefined)
    return 'sameAs' in different
      ? `has the pixels of ${different.sameAs}`
      : `is refused: ${different.refused}`;
  const golden = goldens[name] ?? {};
  if (golden.sha1 !== undefined) return 'has the pixels that pydicom reads';
  if (golden.every101st !== undefined) return 'has the pixels that pydicom reads, but for rounding';
  const refused = REFUSALS[golden.pixels ?? ''];
  return refused === undefined ? 'has an expectation' : `is refused: ${refused}`;
}

async function check(name: string): Promise<void> {
  if (NOT_DICOM.some((pattern) => pattern.test(name))) {
    expect(await parsed(name)).toBeUndefined();
    return;
  }
  const golden = goldens[name];
  expect(golden, 'a file without an expectation: run record_encodings.py').toBeDefined();
  const different = DIFFERENT[name];
  const refused =
    different !== undefined && 'refused' in different ? different.refused : REFUSALS[golden.pixels ?? ''];
  if (refused !== undefined) {
    expect(await refusal(name)).toBe(refused);
    return;
  }
  const pixels = frames((await parsed(name)) as DicomFile);
  if (different !== undefined && 'sameAs' in different) {
    expect(sha1(pixels)).toBe(sha1(frames((await parsed(different.sameAs)) as DicomFile)));
    return;
  }
  expect(pixels).toHaveLength(golden.frames ?? 0);
  expect(pixels[0].constructor.name.toLowerCase()).toBe(`${golden.type}array`);
  if (golden.every101st === undefined) expect(sha1(pixels)).toBe(golden.sha1);
  // Decoders may round the inverse cosine transform to either side (ITU-T T.83).
  else expect(largestDifference(pixels, golden.every101st)).toBeLessThanOrEqual(1);
}

describe.runIf(hasSharedData)('every file of the shared folder `encodings`', () => {
  const names = hasSharedData ? filesAt(shared('encodings')).map((file) => file.name) : [];
  test.each(names.map((name) => [name, expectationOf(name)]))('%s %s', check);
});

describe.runIf(hasSharedData)('bits of segmentations, whatever their encoding', () => {
  const bits = async (...path: string[]): Promise<Uint8Array> => {
    const file = parsePart10(path.join('/'), readFileSync(shared(...path))) as DicomFile;
    await loadCodecs([file.transferSyntaxUid]);
    const number = (tag: string): number => file.dataset.uint16(tag) ?? 0;
    const count = file.dataset.intString(Tag.NumberOfFrames) ?? 1;
    return nativePixelBytes(file, Math.ceil((number(Tag.Rows) * number(Tag.Columns) * count) / 8));
  };
  const cases = [
    ['liver', 'liver_expb'],
    ['liver', 'liver_rle'],
    ['liver', 'liver_j2k'],
    ['liver', 'liver_deflate'],
    ['liver_nonbyte_aligned', 'liver_nonbyte_aligned_rle'],
    ['liver_nonbyte_aligned', 'liver_nonbyte_aligned_j2k'],
    ['liver_nonbyte_aligned', 'liver_nonbyte_aligned_deflate'],
  ];
  test.each(cases)('%s = %s', async (raw, encoded) => {
    const expected = await bits('seg', 'pydicom-data', `${raw}.dcm`);
    const actual = await bits('seg', 'pydicom-data', `${encoded}.dcm`);
    expect(Buffer.compare(actual, expected)).toBe(0);
  });
});
