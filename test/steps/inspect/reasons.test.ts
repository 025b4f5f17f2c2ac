import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { phantomFiles } from '../../../src/phantom/cohort.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { expectAgreement, inspectAndConvert } from '../../support/volumes/agreement.ts';

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const { lung1 } = PRESETS;

/** The second patient has an RTSTRUCT, the first a SEG. */
const all = [...phantomFiles({ patients: 2, full: 0, gridSize: 160 })];
const patient = (index: number): File[] =>
  all
    .filter(({ key }) => key.startsWith(`raw/PHANTOM-00${index + 1}/`))
    .map(({ key, bytes }) => ({ name: key.split('/').slice(2).join('/'), bytes }));
const [withSeg, withContours] = [patient(0), patient(1)];
const slices = withContours.slice(0, -1);
const contours = withContours[withContours.length - 1];

/** Text replaced by other text of the same length. */
function edited({ name, bytes }: File, from: string, to: string): File {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(from, 'latin1');
  if (at < 0 || from.length !== to.length) throw new Error(`${from} is not in ${name}`);
  copy.write(to, at, 'latin1');
  return { name, bytes: copy };
}

const cut = ({ name, bytes }: File, end: number): File => ({ name, bytes: bytes.subarray(0, end) });
const replaced = (index: number, change: (file: File) => File): File[] =>
  withContours.map((file, i) => (i === index ? change(file) : file));

function folderOf(files: readonly File[]): string {
  const folder = join(temporaryFolder(), 'P');
  mkdirSync(folder);
  for (const { name, bytes } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

function zipOf(files: readonly File[]): string {
  const zip = join(temporaryFolder(), 'P.zip');
  writeFileSync(zip, zipSync(Object.fromEntries(files.map(({ name, bytes }) => [`P/${name}`, bytes]))));
  return zip;
}

const strict: Config = {
  ...lung1,
  qc: { ...lung1.qc, sliceSpacingMm: { low: null, high: 1, severity: 'exclude' } },
};

describe('a patient that would be converted', () => {
  test('with contours, by folder and by archive: the same, with the volume of the tumour', async () => {
    const fromFolder = await inspectAndConvert(folderOf(withContours), lung1);
    const fromZip = await inspectAndConvert(zipOf(withContours), lung1);
    for (const both of [fromFolder, fromZip]) expectAgreement(both);
    expect(fromFolder.inspected).toMatchObject({
      verdict: 'would-convert',
      files: withContours.length,
      tumor: {
        source: 'RTSTRUCT',
        roi_name: 'GTV-1',
        link_rule: 'series-uid',
        volume_ml: expect.any(Number),
      },
      masks: [{ chosen: true, reason: '' }],
    });
    expect(fromZip.inspected).toEqual(fromFolder.inspected);
  });

  test('with a SEG, whose pixels are not read', async () => {
    const both = await inspectAndConvert(folderOf(withSeg), lung1);
    expectAgreement(both);
    expect(both.inspected.tumor).toMatchObject({ source: 'SEG', roi_name: 'GTV-1', volume_ml: null });
  });

  test('with slices twice, if their pixels are the same', async () => {
    const twice = slices.slice(10, 13).map(({ name, bytes }) => ({ name: `${name}.copy`, bytes }));
    const both = await inspectAndConvert(folderOf([...withContours, ...twice]), lung1);
    expectAgreement(both);
    expect(both.inspected.flags).toContainEqual(
      expect.objectContaining({ code: 'slices-at-one-position', value: 3 }),
    );
    const other = { name: 'other.dcm', bytes: Buffer.from(slices[10].bytes) };
    other.bytes[other.bytes.length - 1] ^= 1;
    const differing = await inspectAndConvert(folderOf([...withContours, other]), lung1);
    expectAgreement(differing);
    expect(differing.inspected.verdict).toBe('would-convert');
    expect(differing.converted).toMatchObject({ exclusion: { code: 'duplicate-slices' } });
  });
});

const note: File = { name: 'note.txt', bytes: strToU8('A note on this patient, and no DICOM at all.') };

interface Reason {
  readonly code: string;
  readonly what: string;
  readonly files: () => readonly File[];
  readonly config?: Config;
}

/** For each reason a patient with it. */
const REASONS: readonly Reason[] = [
  { code: 'no-ct-series', what: 'nothing', files: () => [] },
  { code: 'no-ct-series', what: 'text alone', files: () => [note] },
  { code: 'no-ct-series', what: 'contours alone', files: () => [contours] },
  { code: 'no-ct-series', what: 'five slices', files: () => [...slices.slice(0, 5), contours] },
  { code: 'no-mask-object', what: 'no mask', files: () => slices },
  {
    code: 'no-tumor-roi',
    what: 'other ROIs',
    files: () => replaced(slices.length, (file) => edited(file, 'GTV-1', 'GTV-9')),
  },
  { code: 'too-many-missing-slices', what: 'a gap', files: () => withSeg.filter((_, i) => i < 20 || i > 40) },
  {
    code: 'truncated-pixel-data',
    what: 'a slice cut off',
    files: () => replaced(7, (file) => cut(file, file.bytes.length - 2000)),
  },
  {
    code: 'unreadable-dicom',
    what: 'a slice cut off within a value of its header',
    files: () => replaced(7, (file) => cut(file, Buffer.from(file.bytes).indexOf('ORIGINAL') + 3)),
  },
  {
    code: 'unsupported-transfer-syntax',
    what: 'an unknown encoding',
    files: () => replaced(7, (file) => edited(file, '1.2.840.10008.1.2.1\0', '1.2.840.10008.1.2.9\0')),
  },
  {
    code: 'quality',
    what: 'thick slices, where the configuration asks for thin ones',
    files: () => withContours,
    config: strict,
  },
];

describe('a patient would be excluded by', () => {
  test.each(REASONS)('$code: $what', async ({ code, files, config = lung1 }) => {
    const both = await inspectAndConvert(folderOf(files()), config);
    expect(both.inspected).toMatchObject({ verdict: 'would-be-excluded', exclusion: { code }, ct: null });
    expectAgreement(both);
  });

  test('unreadable-archive', async () => {
    const zip = join(temporaryFolder(), 'P.zip');
    writeFileSync(zip, strToU8('no archive'));
    const both = await inspectAndConvert(zip, lung1);
    expect(both.inspected.exclusion?.code).toBe('unreadable-archive');
    expectAgreement(both);
  });

  test('what is there is told all the same', async () => {
    const { inspected } = await inspectAndConvert(
      folderOf([note, ...replaced(slices.length, (file) => edited(file, 'GTV-1', 'GTV-9'))]),
      lung1,
    );
    expect(inspected).toMatchObject({
      ignored_files: 1,
      series: [{ slices: slices.length, chosen: false, reason: 'no mask for it' }],
      masks: [{ link_rule: 'series-uid', chosen: false, reason: 'no name matches mask.roiNames' }],
    });
    expect(inspected.masks[0].rois.flatMap(({ names }) => names)).toContainEqual({
      name: 'GTV-9',
      matches: false,
    });
  });
});
