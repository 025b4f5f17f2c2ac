import { PRESETS } from '../../src/config/presets.ts';
import { loadCodecs } from '../../src/dicom/codec/codecs.ts';
import { parsePart10, Tag } from '../../src/dicom/file/part10.ts';
import { storedPixels } from '../../src/dicom/pixels/pixels.ts';
import { readStudy, type Study, type StudyRules } from '../../src/dicom/study/study.ts';
import { ArchiveError, CaseExclusion, messageOf } from '../../src/errors.ts';
import { HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import type { RandomStream } from '../../src/phantom/drawing/random.ts';
import { judgePair, measurePair } from '../../src/qc/ct-and-mask-checks.ts';
import { archiveKind } from '../../src/storage/archive/archive-kind.ts';
import { tarStore } from '../../src/storage/tar/tar.ts';
import { zipStore } from '../../src/storage/zip/zip.ts';
import { type Geometry, voxelCount } from '../../src/volume/geometry.ts';
import { rules } from '../support/dicom/rules.ts';
import type { FuzzCase } from './cases.ts';

/** Something that no input may bring about. */
export class Unsound extends Error {}

function assertSound(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Unsound(what);
}

function assertGeometry({ size, spacingMm, originMm, direction }: Geometry): void {
  assertSound(size.length === 3 && size.every((n) => Number.isInteger(n) && n > 0), `a size of ${size}`);
  assertSound(
    spacingMm.length === 3 && spacingMm.every((mm) => mm > 0 && Number.isFinite(mm)),
    `a spacing of ${spacingMm}`,
  );
  assertSound(originMm.length === 3 && originMm.every(Number.isFinite), `an origin of ${originMm}`);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let row = 0; row < 3; row++) product += direction[3 * row + i] * direction[3 * row + j];
      assertSound(Math.abs(product - (i === j ? 1 : 0)) < 1e-3, `a direction of ${direction}`);
    }
}

function assertStudy(study: Study): void {
  const { ct, tumor, facts } = study;
  assertGeometry(ct.geometry);
  assertGeometry(tumor.geometry);
  assertSound(JSON.stringify(ct.geometry) === JSON.stringify(tumor.geometry), 'CT and mask on two grids');
  assertSound(
    ct.data instanceof Int16Array && ct.data.length === voxelCount(ct.geometry.size),
    'CT of another size',
  );
  assertSound(
    tumor.data instanceof Uint8Array && tumor.data.length === ct.data.length,
    'mask of another size',
  );
  let inside = 0;
  for (const value of tumor.data) {
    assertSound(value === 0 || value === 1, `a mask value of ${value}`);
    inside += value;
  }
  assertSound(inside > 0, 'an empty mask');
  // A NaN or an infinity would be null in the record.
  JSON.stringify(facts, (key, value) => {
    assertSound(typeof value !== 'number' || Number.isFinite(value), `${key} of ${value} in the facts`);
    return value;
  });
}

/** Codes of faults that lie in one file. */
const OF_ONE_FILE =
  /^(unreadable-dicom|.*-pixel-data|malformed-.*|unsupported-pixels|incomplete-.*|unsupported-.*)$/;

function assertExclusion(thrown: unknown, { changed, subject }: FuzzCase): string {
  if (!(thrown instanceof CaseExclusion)) throw thrown;
  const { code, message, file } = thrown;
  assertSound(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(code), `a code of ${code}`);
  assertSound(message.length > 0 && message.length < 2000, `a message of ${message.length} characters`);
  assertSound(
    !/\bundefined(?! length)|\bNaN\b|\[object/.test(message),
    `the message ${JSON.stringify(message)}`,
  );
  if (OF_ONE_FILE.test(code)) {
    assertSound(file !== undefined, `no file with ${code}`);
    // Some of the single files were made to be unreadable.
    if (code === 'unreadable-dicom' && subject.kind === 'study')
      assertSound(changed.has(file), `${file} blamed`);
  }
  return code;
}

function randomRules(random: RandomStream): StudyRules {
  return {
    ...rules,
    minSlices: random.pick([1, 2, 3]),
    roiNames: random.pick([rules.roiNames, [...rules.roiNames, '.']]),
    policy: random.pick(['primary', 'primary', 'union']),
    unionNames: ['.'],
    variableSpacing: random.pick(['exclude', 'resample']),
    stacking: random.pick(['images', 'images', 'images', 'average']),
    maxMissingRun: random.pick([1, 1, 20]),
    contourRule: random.pick(['xor', 'or']),
    huRounding: random.pick(['nearest', 'truncate']),
  };
}

async function judgeStudy({ files, random }: FuzzCase): Promise<string> {
  const study = await readStudy(files, randomRules(random));
  assertStudy(study);
  for (const { value, code } of judgePair(
    measurePair(study, new HuHistogram(study.ct.data)),
    PRESETS.lung1.qc,
  ))
    assertSound(value === null || Number.isFinite(value), `a ${code} of ${value}`);
  const bytes = encodeNifti(study.tumor);
  const { data } = decodeNifti('mask', new Uint8Array(bytes));
  assertSound(data.length === study.tumor.data.length, 'a NIfTI file of another size');
  return 'ok';
}

const MOST_FRAMES = 3;

async function judgeImage({ files: [{ name, bytes }] }: FuzzCase): Promise<string> {
  const file = parsePart10(name, bytes);
  if (file === undefined) return 'no DICOM';
  await loadCodecs([file.transferSyntaxUid]);
  const frames = Math.min(file.dataset.intString(Tag.NumberOfFrames) ?? 1, MOST_FRAMES);
  for (let frame = 0; frame < Math.max(1, frames); frame++) {
    const { length } = storedPixels(file, frame);
    const expected = (file.dataset.uint16(Tag.Rows) ?? 0) * (file.dataset.uint16(Tag.Columns) ?? 0);
    assertSound(length === expected, `${length} pixels of ${expected}`);
  }
  return 'ok';
}

async function judgeArchive({ files: [{ name, bytes }] }: FuzzCase): Promise<string> {
  try {
    const store = archiveKind(name) === 'zip' ? zipStore(name, bytes) : await tarStore(name, bytes);
    for await (const { key, bytes: announced } of store.list()) {
      const read = await store.read(key);
      assertSound(read?.length === announced, `${read?.length} bytes of ${announced}`);
    }
    return 'ok';
  } catch (thrown) {
    if (!(thrown instanceof ArchiveError)) throw thrown;
    return 'refused';
  }
}

function judgeNifti({ files: [{ name, bytes }] }: FuzzCase): string {
  const { data, geometry } = decodeNifti(name, new Uint8Array(bytes));
  assertGeometry(geometry);
  assertSound(
    data.length === voxelCount(geometry.size),
    `${data.length} voxels on a grid of ${geometry.size}`,
  );
  return 'ok';
}

/** What became of a case: `ok` or the code of its exclusion. Throws for anything that must not be. */
export async function judge(fuzzCase: FuzzCase): Promise<string> {
  try {
    switch (fuzzCase.subject.kind) {
      case 'study':
        return await judgeStudy(fuzzCase);
      case 'image':
        return await judgeImage(fuzzCase);
      case 'archive':
        return await judgeArchive(fuzzCase);
      case 'nifti':
        return judgeNifti(fuzzCase);
    }
  } catch (thrown) {
    if (thrown instanceof Unsound) throw thrown;
    return assertExclusion(thrown, fuzzCase);
  }
}

export function describeFault(thrown: unknown): string {
  if (thrown instanceof Unsound) return `unsound: ${thrown.message}`;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : `thrown: ${messageOf(thrown)}`;
}
