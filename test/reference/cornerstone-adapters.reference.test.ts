import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SegmentationRules } from '../../src/dicom/derived/segmentation/rules.ts';
import { encodeSegmentation } from '../../src/dicom/derived/segmentation.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import type { Volume } from '../../src/volume/geometry.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { axial, type Placement } from '../support/dicom/made-planes.ts';
import { plainRules, tumour } from '../support/dicom/made-segments.ts';
import { scannedImages } from '../support/dicom/scanned-images.ts';
import { dicomFilesOf, put, volumeAt } from '../support/dicom-cohort.ts';
import * as inProcess from '../support/in-process.ts';
import { compareMasks, filesInZip, hasSharedData, shared } from '../support/shared-data.ts';
import { withNodePackages } from './node-packages.ts';

const ID = 'LUNG1-001';

/** The pinned packages, and the script that loads a SEG with them. */
const SOURCES = fileURLToPath(new URL('cornerstone', import.meta.url));

let packages: string;
beforeAll(() => {
  packages = withNodePackages(SOURCES);
});
afterAll(() => rmSync(packages, { recursive: true }));

interface Loaded {
  readonly series: string;
  readonly overlapping: boolean;
  readonly segments: readonly { number: number; label: string; type: string }[];
  /** Segment Number of each voxel, slices in the order of their position along row x column. */
  readonly voxels: Uint8Array;
}

/** What the adapters make of a SEG on the CT of a folder. Throws an Error with what they say where they refuse it. */
function loaded(ct: string, segmentation: string): Loaded {
  const out = join(packages, 'voxels.raw');
  const args = [join(packages, 'load_segmentation.mjs'), ct, segmentation, out];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { ...JSON.parse(stdout), voxels: new Uint8Array(readFileSync(out)) };
}

/** What the adapters refuse, and what they say then. */
const CANNOT = {
  // Drawn is what is 0 or the most, so that a mask as FRACTIONAL is.
  probabilities: /Fractional segmentations are not yet supported/,
  // Deflated Image Frame Compression came with the standard of 2025.
  'deflated frames': /Multiframe encapsulated PixelData fragments cannot be converted/,
};

describe.runIf(hasSharedData)('of a real CT @cornerstonejs/adapters', () => {
  const raw = temporaryFolder();
  const ct = temporaryFolder();
  let out: string;
  let mask: Volume<Uint8Array>;
  beforeAll(async () => {
    for (const { name, bytes } of filesInZip(shared('lung1', `${ID}.zip`))) put(join(raw, name), bytes);
    for (const [i, { path, modality }] of dicomFilesOf(raw).entries())
      if (modality === 'CT') cpSync(path, join(ct, `${i}.dcm`));
    out = temporaryFolder();
    const clinical = join(out, 'clinical.csv');
    writeFileSync(clinical, `PatientID,Overall.Stage\n${ID},I\n`);
    await inProcess.preprocess({ raw, clinical, out });
    mask = volumeAt(out, 'interim', ID, 'tumor.nii.gz') as Volume<Uint8Array>;
  });
  afterAll(() => {
    for (const folder of [raw, ct, out]) rmSync(folder, { recursive: true });
  });

  async function exported(type: string, compress: string): Promise<string> {
    const to = temporaryFolder();
    const from = ['--interim', join(out, 'interim'), '--raw', raw];
    await cli(['export', 'dicom-seg', ...from, '--out', to, '--type', type, '--compress', compress]);
    return join(to, ID, 'seg.dcm');
  }

  /** A prediction on the grid of the ROI, brought back onto the CT. */
  async function mappedBack(
    data: Volume['data'],
    as: 'nifti' | 'dicom-seg',
    ...more: string[]
  ): Promise<string> {
    const folder = temporaryFolder();
    const { geometry } = volumeAt(out, 'roi', ID, 'tumor_roi.nii.gz');
    put(join(folder, 'roi.nii.gz'), encodeNifti({ data, geometry }));
    const to = join(folder, as === 'nifti' ? 'native.nii.gz' : 'seg.dcm');
    const transforms = join(out, 'roi', ID, 'transforms.json');
    const of = ['--transforms', transforms, '--roi', join(folder, 'roi.nii.gz'), '--out', to];
    const dicom = ['--as', as, '--raw', raw, '--algorithm-name', 'net', '--algorithm-version', '1'];
    await cli(['map-back', ...of, ...(as === 'nifti' ? [] : dicom), ...more]);
    return to;
  }

  test.each([
    ['binary', 'none'],
    ['binary', 'deflate'],
    ['labelmap', 'none'],
    ['labelmap', 'rle'],
    ['labelmap', 'deflate'],
    ['fractional', 'none'],
    ['fractional', 'rle'],
    ['fractional', 'deflate'],
  ])('draw the mask of %s, compressed by %s, voxel by voxel', async (type, compress) => {
    const { voxels, ...told } = loaded(ct, await exported(type, compress));
    expect(told).toEqual({
      series: 'of the CT',
      overlapping: false,
      segments: [{ number: 1, label: 'GTV-1', type: 'Neoplasm' }],
    });
    const { differing, voxels: drawn } = compareMasks(voxels, mask.data);
    expect(differing).toBe(0);
    expect(drawn).toBeGreaterThan(50_000);
  });

  test.each(['binary', 'labelmap'])('draw every label of a prediction as %s', async (type) => {
    const roi = volumeAt(out, 'roi', ID, 'tumor_roi.nii.gz');
    const [nx, ny] = roi.geometry.size;
    const labels = Uint8Array.from(roi.data as Uint8Array, (v, i) =>
      // Three pieces of the tumour, and a label beside it that touches them.
      v === 0 ? Number(i % 97 === 0) * 4 : 1 + Number(i % nx > nx / 2) + Number((i / nx) % ny > ny / 2),
    );
    const native = volumeAt(await mappedBack(labels, 'nifti')).data as Uint8Array;
    const { voxels, segments } = loaded(ct, await mappedBack(labels, 'dicom-seg', '--type', type));
    expect(segments.map(({ number, label, type: drawn }) => [number, label, drawn])).toEqual([
      [1, 'GTV-1', 'Neoplasm'],
      [2, 'Label 2', 'Tissue'],
      [3, 'Label 3', 'Tissue'],
      [4, 'Label 4', 'Tissue'],
    ]);
    const counts = (values: Uint8Array) =>
      [1, 2, 3, 4].map((label) => values.filter((v) => v === label).length);
    expect(counts(voxels)).toEqual(counts(native));
    expect(Math.min(...counts(native))).toBeGreaterThan(1000);
    expect(Buffer.compare(voxels, native)).toBe(0);
  });

  test('refuse probabilities, and take them by a threshold', async () => {
    const roi = volumeAt(out, 'roi', ID, 'tumor_roi.nii.gz');
    const shares = Float32Array.from(roi.data as Uint8Array, (v, i) => v * (0.2 + 0.7 * ((i % 89) / 88)));
    const probabilities = await mappedBack(shares, 'dicom-seg');
    expect(() => loaded(ct, probabilities)).toThrow(CANNOT.probabilities);
    const native = volumeAt(await mappedBack(shares, 'nifti', '--threshold', '0.5')).data as Uint8Array;
    const { voxels } = loaded(
      ct,
      await mappedBack(shares, 'dicom-seg', '--threshold', '0.5', '--type', 'binary'),
    );
    expect(Buffer.compare(voxels, native)).toBe(0);
    expect(native.includes(1)).toBe(true);
  });

  test.each(['binary', 'labelmap', 'fractional'])('refuse deflated frames of %s', async (type) => {
    const segmentation = await exported(type, 'deflate-frames');
    expect(() => loaded(ct, segmentation)).toThrow(CANNOT['deflated frames']);
  });
});

const small: Placement = { ...axial, columns: 24, rows: 16, heightsMm: [0, 3, 6, 9, 12, 15, 18] };

/** Whether the adapters draw two labels on a CT as they were written; what they say where they refuse it is thrown. */
function drawn(placement: Placement, type: SegmentationRules['type']): boolean {
  const source = scannedImages(placement);
  const { columns, rows, heightsMm } = placement;
  const plane = columns * rows;
  // Slices that no segment is on lie first, between and last.
  const labels = Uint8Array.from({ length: plane * heightsMm.length }, (_, i) =>
    [0, 3, 6].includes(Math.floor(i / plane)) || i % 5 > 1 ? 0 : 1 + (Math.floor(i / 7) % 2),
  );
  const folder = temporaryFolder();
  for (const { file } of source.slices) writeFileSync(join(folder, file.name), file.dataset.byteArray);
  const { bytes } = encodeSegmentation(source, labels, [tumour(1), tumour(2)], { ...plainRules, type });
  const segmentation = join(packages, 'made.dcm');
  writeFileSync(segmentation, bytes);
  const { series, voxels } = loaded(folder, segmentation);
  rmSync(folder, { recursive: true });
  expect(series).toBe('of the CT');
  expect(voxels).toHaveLength(labels.length);
  return voxels.every((voxel, i) => voxel === labels[i]);
}

const PLACEMENTS: readonly [string, Placement][] = [
  ['feet first', { ...small, row: [-1, 0, 0], column: [0, 1, 0] }],
  ['prone', { ...small, row: [-1, 0, 0], column: [0, -1, 0] }],
  ['coronal', { ...small, row: [1, 0, 0], column: [0, 0, -1] }],
  ['sagittal', { ...small, row: [0, 1, 0], column: [0, 0, -1] }],
  ['oblique', { ...small, row: [0.8, 0.48, 0.36], column: [-0.6, 0.64, 0.48] }],
  ['leaning', { ...small, shear: [0, 0.25] }],
  ['gapped', { ...small, heightsMm: [0, 3, 6, 12, 15, 18, 21] }],
  ['uneven', { ...small, heightsMm: [0, 2, 5, 6, 10, 11, 13.5] }],
];

test.each(PLACEMENTS)('@cornerstonejs/adapters draw labels on a CT that is %s', (_, placement) => {
  expect(drawn(placement, 'BINARY')).toBe(true);
  expect(drawn(placement, 'LABELMAP')).toBe(true);
});

// Pixel data are of an even number of bytes. The adapters guess by that number whether each frame begins at a byte, which in
// DICOM it need not (PS3.5 8.1.1): 8 frames of 391 bits are 391 bytes and one to fill up, as many as of frames that do.
test('@cornerstonejs/adapters draw other pixels of BINARY where a frame ends within a byte, and label maps right', () => {
  const odd = { ...small, columns: 23, rows: 17 };
  expect(drawn(odd, 'BINARY')).toBe(false);
  expect(drawn(odd, 'LABELMAP')).toBe(true);
});
