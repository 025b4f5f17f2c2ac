import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SegmentationRules } from '../../src/dicom/derived/segmentation/rules.ts';
import { encodeSegmentation } from '../../src/dicom/derived/segmentation.ts';
import type { SourceImages, SourceVoxels } from '../../src/dicom/derived/source-images.ts';
import { Tag, text } from '../../src/dicom/file/part10.ts';
import { stackSlices } from '../../src/dicom/series/stack.ts';
import { axial, type Placement } from '../support/dicom/made-planes.ts';
import { plainRules, tumour } from '../support/dicom/made-segments.ts';
import { ctPlanes, stackRules } from '../support/dicom/real-stack.ts';
import { scannedImages } from '../support/dicom/scanned-images.ts';
import { filesInZip, hasSharedData, nrrdMask, shared } from '../support/shared-data.ts';
import { runPython } from './python.ts';
import { scratchFolder } from './scratch.ts';

interface Scene {
  readonly name: string;
  readonly placement: Placement;
  readonly labels: readonly number[];
  readonly voxels: SourceVoxels;
}

type Choice = Pick<SegmentationRules, 'type' | 'frames' | 'compression'>;

const CHOICES: readonly Choice[] = (['BINARY', 'FRACTIONAL', 'LABELMAP'] as const).flatMap((type) =>
  (['occupied', 'all'] as const).flatMap((frames) =>
    (['none', 'deflate', 'rle', 'deflate-frames'] as const).flatMap((compression) =>
      type === 'BINARY' && compression === 'rle' ? [] : [{ type, frames, compression }],
    ),
  ),
);

/** Pixels of a frame that are no multiple of eight, in slices of which the first, the fourth and the last are empty. */
function blobs({ columns, rows, heightsMm }: Placement, labels: readonly number[]): Uint16Array {
  const voxels = new Uint16Array(columns * rows * heightsMm.length);
  for (let k = 0, i = 0; k < heightsMm.length; k++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++) {
        const empty = heightsMm.length > 1 && (k === 0 || k === 3 || k === heightsMm.length - 1);
        // The last label is left out: a segment without pixels.
        const most = Math.max(1, labels.length - 1);
        if (!empty && (x + 2 * y + k) % 5 < 2) voxels[i] = labels[((x >> 2) + y + k) % most];
      }
  return voxels;
}

const small: Placement = { ...axial, columns: 23, rows: 17, heightsMm: [0, 3, 6, 9, 12, 15, 18] };

const scene = (name: string, placement: Placement, labels: readonly number[] = [1, 2, 3]): Scene => ({
  name,
  placement,
  labels,
  voxels: labels.every((label) => label < 256)
    ? Uint8Array.from(blobs(placement, labels))
    : blobs(placement, labels),
});

const SCENES: readonly Scene[] = [
  scene('axial', small),
  scene('prone', { ...small, row: [-1, 0, 0], column: [0, -1, 0] }),
  scene('feet first', { ...small, row: [-1, 0, 0], column: [0, 1, 0] }),
  scene('negated rows', { ...small, row: [1, 0, 0], column: [0, -1, 0] }),
  scene('oblique', { ...small, row: [0.8, 0.48, 0.36], column: [-0.6, 0.64, 0.48] }),
  scene('leaning', { ...small, shear: [0, 0.25] }),
  scene('gapped', { ...small, heightsMm: [0, 3, 6, 12, 15, 18, 21] }),
  scene('uneven', { ...small, heightsMm: [0, 2, 5, 6, 10, 11, 13.5] }),
  scene('one slice', { ...small, heightsMm: [0] }),
  scene(
    'forty segments',
    small,
    Array.from({ length: 40 }, (_, i) => i + 1),
  ),
  scene('one segment', small, [1]),
  scene('labels of 16 bits', small, [4, 300, 65535]),
  {
    name: 'probabilities',
    placement: small,
    labels: [1],
    voxels: Float32Array.from(blobs(small, [1]), (label, i) => (label * (1 + (i % 97))) / 97),
  },
];

/** What a file is, for what can be read of it. */
interface Made extends Choice {
  readonly scene: string;
  readonly path: string;
}

interface Outcome {
  readonly path: string;
  readonly reader: string;
  readonly differing?: number;
  readonly set?: number;
  readonly cannot?: string;
}

const hasDeflatedFrames = ({ compression }: Made): boolean => compression === 'deflate-frames';

/** What readers cannot do, what they say then, and where. */
const CANNOT: readonly { reader: RegExp; where: (made: Made) => boolean; says: RegExp }[] = [
  // Deflated Image Frame Compression came with the standard of 2025: none of these releases has it. dcmqi's dcmtk knows
  // the name alone, and takes it for lossy.
  { reader: /^dcmqi$/, where: hasDeflatedFrames, says: /uses lossy compression, not supported/ },
  { reader: /^dcmtk$/, where: hasDeflatedFrames, says: /no pixel data found|8 bits of a pixel/ },
  { reader: /^gdcm$/, where: hasDeflatedFrames, says: /gives no buffer|does not read it/ },
  { reader: /^pydicom$/, where: hasDeflatedFrames, says: /1\.2\.840\.10008\.1\.2\.8\.1' is not supported/ },
  { reader: /^highdicom/, where: hasDeflatedFrames, says: /UID is not a transfer syntax/ },
  // GDCM does not know the class of label maps, and so does not take them for images.
  { reader: /^gdcm$/, where: ({ type }) => type === 'LABELMAP', says: /does not read it/ },
  {
    reader: /^dcmtk$/,
    where: ({ scene, type }) => scene === 'labels of 16 bits' && type === 'LABELMAP',
    says: /8 bits of a pixel/,
  },
  // Planes that lean or lie unevenly are no regular volume. highdicom says so, unless those with frames happen to lie on one;
  // dcmqi gives one all the same, in which planes are moved.
  {
    reader: /^highdicom get_volume$/,
    where: ({ scene, frames }) => scene === 'leaning' || (scene === 'uneven' && frames === 'all'),
    says: /do not form a regularly-spaced volume/,
  },
  {
    reader: /^dcmqi$/,
    where: ({ scene }) => scene === 'leaning' || scene === 'uneven',
    says: /puts planes beside the slices/,
  },
];

/** What dciodvfy finds fault with where a CT lacks it. */
const WHOLE_STUDY = {
  PatientName: 'Scene^One',
  StudyDate: '20200101',
  StudyTime: '101500',
  StudyID: '1',
} as const;

function writeScene({ name, placement, labels, voxels }: Scene, folder: string) {
  const source: SourceImages = scannedImages(placement, { ...WHOLE_STUDY, SliceThickness: 3 });
  const probable = voxels instanceof Float32Array;
  const raw = join(folder, `${name}.raw`);
  writeFileSync(raw, voxels);
  const files = CHOICES.filter(({ type }) => !probable || type === 'FRACTIONAL').map((choice) => {
    const numbers = labels.map((label, i) => (choice.type === 'LABELMAP' ? label : i + 1));
    const segments = labels.map((label, i) => tumour(label, { description: String(numbers[i]) }));
    const { bytes } = encodeSegmentation(source, voxels, segments, { ...plainRules, ...choice });
    const path = join(folder, `${name} ${Object.values(choice).join(' ')}.dcm`);
    writeFileSync(path, bytes);
    return { ...choice, scene: name, path, labels, numbers };
  });
  return {
    voxels: raw,
    dtype: probable ? 'float32' : voxels instanceof Uint16Array ? 'uint16' : 'uint8',
    shape: [source.slices.length, placement.rows, placement.columns],
    positions: source.slices.map(({ positionMm }) => positionMm),
    instances: source.slices.map(({ file }) => text(file.dataset, Tag.SOPInstanceUID)),
    files,
  };
}

test('readers of SEG give the pixels that were written, or do not read it for a reason that is known', async () => {
  const folder = scratchFolder();
  const scenes = SCENES.map((made) => writeScene(made, folder));
  const job = join(folder, 'job.json');
  writeFileSync(job, JSON.stringify({ scenes }));
  const outcomes = JSON.parse(await runPython('read_segmentation.py', [job])) as Outcome[];
  const made = new Map<string, Made>(scenes.flatMap(({ files }) => files.map((file) => [file.path, file])));
  const unexpected = outcomes.flatMap((outcome) => {
    const file = made.get(outcome.path)!;
    const known = CANNOT.find(({ reader, where }) => reader.test(outcome.reader) && where(file));
    const right =
      known === undefined
        ? outcome.differing === 0 && outcome.set! > 0
        : outcome.cannot !== undefined && known.says.test(outcome.cannot);
    const { path: _, ...found } = outcome;
    const { scene, type, frames, compression } = file;
    return right ? [] : [{ scene, type, frames, compression, ...found }];
  });
  expect(unexpected).toEqual([]);
});

/** Of Debian's package dicom3tools. */
const hasValidator = spawnSync('dciodvfy', ['-version']).error === undefined;
if (!hasValidator)
  process.stderr.write('dciodvfy (Debian: dicom3tools) is not installed: SEG files are not checked by it\n');

/** What dciodvfy says of a file, but for the class that it takes it for. */
function faultsOf(path: string): string[] {
  const { stderr, stdout } = spawnSync('dciodvfy', [path], { encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').filter((line) => /^(Error|Warning)/.test(line));
}

/** What the release of Debian 12, of 2022, says of what is younger than it: label maps (2024) and deflated frames (2025). */
const YOUNGER = {
  LABELMAP: [
    /SegmentNumber not monotonically increasing from one by one/,
    /^Error - Information Object Not found/,
  ],
  'deflate-frames': [
    /Undefined value length of other byte\/word element is illegal in non-encapsulated transfer syntax/,
    /^Error - Dicom dataset read failed/,
    /Conditional Element=<PixelData> Module=<ImagePixel>/,
  ],
};

describe.runIf(hasValidator)('dciodvfy', () => {
  const known = ({ type, compression }: Choice): RegExp[] => [
    ...(type === 'LABELMAP' ? YOUNGER.LABELMAP : []),
    ...(compression === 'deflate-frames' ? YOUNGER['deflate-frames'] : []),
  ];

  test('finds no error and nothing to warn of, but for what it is too old for', () => {
    const folder = scratchFolder();
    // It does not inflate data sets.
    const files = SCENES.flatMap((made) => writeScene(made, folder).files).filter(
      ({ compression }) => compression !== 'deflate',
    );
    const found = files.map((file) => ({
      path: file.path,
      faults: faultsOf(file.path).filter((fault) => !known(file).some((expected) => expected.test(fault))),
    }));
    expect(found.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect(found.length).toBeGreaterThan(190);
  });

  test.runIf(hasSharedData)('finds no more in a SEG of a real CT than in the CT itself', () => {
    const folder = scratchFolder();
    const files = filesInZip(shared('lung1', 'LUNG1-001.zip'));
    const { slices, geometry } = stackSlices(ctPlanes(files), stackRules);
    const mask = nrrdMask(shared('lung1-masks', 'LUNG1-001', 'plastimatch-2020', 'GTV-1.nrrd'));
    const source = { slices, spacingMm: geometry.spacingMm[2] };
    const write = (name: string, bytes: Uint8Array): string => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    };
    const ct = files.find(({ name }) => name === slices[0].file.name)!;
    const faultsOfCt = faultsOf(write('ct.dcm', ct.bytes));
    for (const type of ['BINARY', 'FRACTIONAL'] as const) {
      const { bytes } = encodeSegmentation(source, mask, [tumour(1)], { ...plainRules, type });
      const faults = faultsOf(write(`${type}.dcm`, bytes));
      expect(faults.filter((fault) => !faultsOfCt.includes(fault))).toEqual([]);
    }
  });
});
