import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasSharedData, shared } from '../../support/shared-data.ts';
import {
  type Converted,
  convertFolder,
  folderOf,
  refusedFolder,
  smallCt,
  smallLabels,
} from '../../support/volumes/small-collection.ts';

const NNUNET = {
  channel_names: { '0': 'CT' },
  labels: { background: 0, tumor: 1 },
  numTraining: 2,
  file_ending: '.nii.gz',
};

/** As the dataset.json of Task06_Lung is written. */
const decathlon = (...cases: string[]) => ({
  name: 'Lung',
  tensorImageSize: '3D',
  modality: { '0': 'CT' },
  labels: { '0': 'background', '1': 'cancer' },
  numTraining: cases.length,
  numTest: 1,
  training: cases.map((name) => ({
    image: `./imagesTr/${name}.nii.gz`,
    label: `./labelsTr/${name}.nii.gz`,
  })),
  test: ['./imagesTs/lung_900.nii.gz'],
});

/** What AppleDouble files begin with. */
const APPLE = '\u0000\u0005\u0016\u0007';

async function expectPair(converted: Converted, id: string, ct: number, labels: number[], tumour: number[]) {
  const found = await converted.volumes(id);
  expect(found.ct).toEqual(smallCt(ct).data);
  expect(found.tumor).toEqual(smallLabels(...labels).data.map((value) => (tumour.includes(value) ? 1 : 0)));
}

describe('nnU-Net raw data', () => {
  test('of v2: every case with its label, test cases and masks without an image told', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': NNUNET,
        'imagesTr/LUNG_001_0000.nii.gz': smallCt(1),
        'imagesTr/LUNG_002_0000.nii.gz': smallCt(2),
        'imagesTr/LUNG_003_0000.nii.gz': smallCt(3),
        'labelsTr/LUNG_001.nii.gz': smallLabels(1),
        'labelsTr/LUNG_002.nii.gz': smallLabels(0, 1),
        'labelsTr/LUNG_009.nii.gz': smallLabels(1),
        'imagesTs/LUNG_004_0000.nii.gz': smallCt(4),
        'predictions/LUNG_001.nii.gz': smallLabels(1),
      }),
    );
    expect(converted.states).toEqual(['LUNG_001 ok', 'LUNG_002 ok', 'LUNG_003 no-mask-object']);
    await expectPair(converted, 'LUNG_001', 1, [1], [1]);
    await expectPair(converted, 'LUNG_002', 2, [0, 1], [1]);
    expect(converted.told).toContain('is nnU-Net raw data: 3 cases; tumour is label 1 tumor, the only one');
    expect(converted.told).toContain('1 mask in');
    expect(converted.told).toContain('1 test case of');
    expect(converted.told).toContain('1 other folder or archive there left out');
  });

  test('of v1, whose dataset.json lists images by names that they do not have', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': decathlon('A_01', 'A_02'),
        'imagesTr/A_01_0000.nii.gz': smallCt(1),
        'imagesTr/A_02_0000.nii.gz': smallCt(2),
        'labelsTr/A_01.nii.gz': smallLabels(1),
        'labelsTr/A_02.nii.gz': smallLabels(1, 0),
      }),
    );
    expect(converted.states).toEqual(['A_01 ok', 'A_02 ok']);
    await expectPair(converted, 'A_02', 2, [1], [1]);
  });

  test('of several channels takes the CT, wherever it stands', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': { ...NNUNET, channel_names: { '0': 'PET', '1': 'CT' } },
        'imagesTr/A_0000.nii.gz': smallCt(7),
        'imagesTr/A_0001.nii.gz': smallCt(1),
        'labelsTr/A.nii.gz': smallLabels(1),
        'imagesTr/B_0000.nii.gz': smallCt(7),
        'labelsTr/B.nii.gz': smallLabels(1),
      }),
    );
    expect(converted.states).toEqual(['A ok', 'B no-ct-series']);
    await expectPair(converted, 'A', 1, [1], [1]);
    expect(converted.told).toContain('of its channels (0 PET; 1 CT) the CT is 1');
  });

  test('of regions takes all labels of the one that roiNames has, and what nobody annotated is no tumour', async () => {
    const files = {
      'dataset.json': {
        ...NNUNET,
        labels: { background: 0, 'whole lung': [1, 2, 3], gtv: [2, 3], necrosis: 3, ignore: 4 },
        regions_class_order: [1, 2, 3],
      },
      'imagesTr/A_0000.nii.gz': smallCt(1),
      'labelsTr/A.nii.gz': smallLabels(1, 2, 3, 4),
    };
    const converted = await convertFolder(folderOf(files));
    await expectPair(converted, 'A', 1, [1, 2, 3, 4], [2, 3]);
    expect(converted.told).toContain('tumour is label 2,3 gtv, by mask.roiNames');
    expect(converted.told).toContain("label 4 is nnU-Net's ignore");
    const set = await convertFolder(folderOf(files), 'mask: {labels: [1]}');
    await expectPair(set, 'A', 1, [1, 2, 3, 4], [1]);
    const [a, b] = [converted, set].map(({ cases }) => cases.cases[0].fingerprint);
    expect(a).not.toBe(b);
  });

  test('whose images lie in another data set (dataset) is read from there', async () => {
    const other = { 'imagesTr/A_0000.nii.gz': smallCt(1), 'imagesTr/B_0000.nii.gz': smallCt(2) };
    const at = folderOf({
      ...Object.fromEntries(Object.entries(other).map(([key, ct]) => [`Dataset001_One/${key}`, ct])),
      'Dataset002_Two/dataset.json': {
        ...NNUNET,
        dataset: {
          X: { images: ['../Dataset001_One/imagesTr/A_0000.nii.gz'], label: 'labelsTr/a.nii.gz' },
          Y: { images: ['../Dataset001_One/imagesTr/B_0000.nii.gz'], label: 'labelsTr/b.nii.gz' },
          Z: { images: ['../Dataset001_One/imagesTr/C_0000.nii.gz'], label: 'labelsTr/a.nii.gz' },
        },
      },
      'Dataset002_Two/labelsTr/a.nii.gz': smallLabels(1),
    });
    const converted = await convertFolder(join(at, 'Dataset002_Two'));
    expect(converted.states).toEqual(['X ok', 'Y no-such-file', 'Z no-such-file']);
    await expectPair(converted, 'X', 1, [1], [1]);
  });

  test.each([
    ['NRRD files', { file_ending: '.nrrd' }, 'its images are .nrrd files; .nii or .nii.gz are needed'],
    ['MRI', { channel_names: { '0': 'T2' } }, 'none of its channels is CT by its name'],
    ['two CTs', { channel_names: { '0': 'CT', '1': 'ct' } }, '2 channels may be the CT'],
    [
      'two tumours',
      { labels: { background: 0, 'primary tumor': 1, 'nodal tumor': 2 } },
      'cannot be told from their names (1 primary tumor; 2 nodal tumor): set mask.labels',
    ],
    ['organs', { labels: { background: 0, lung: 1, heart: 2 } }, '(1 lung; 2 heart): set mask.labels'],
    ['labels of neither kind', { labels: ['tumor'] }, 'labels must be {"name": number}'],
  ])('of %s is refused, and what to do is told', async (_, change, message) => {
    const raw = folderOf({
      'dataset.json': { ...NNUNET, ...change },
      'imagesTr/A_0000.nii.gz': smallCt(1),
      'labelsTr/A.nii.gz': smallLabels(1),
    });
    const said = await refusedFolder(raw);
    expect(said).toContain(message);
    expect(said).toContain('dataset.json');
  });

  test('without dataset.json is refused rather than taken for two patients', async () => {
    const raw = folderOf({
      'imagesTr/A_0000.nii.gz': smallCt(1),
      'labelsTr/A.nii.gz': smallLabels(1),
    });
    expect(await refusedFolder(raw)).toContain('and no dataset.json');
  });

  test('whose channel is called by its normalisation counts as CT, and that is told', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': { ...NNUNET, channel_names: { '0': 'noNorm' } },
        'imagesTr/A_0000.nii.gz': smallCt(1),
        'labelsTr/A.nii.gz': smallLabels(1),
      }),
    );
    expect(converted.states).toEqual(['A ok']);
    expect(converted.told).toContain('it is taken for CT in HU');
  });

  test('several data sets in a place: one has to be given', async () => {
    const files = (set: string) => ({
      [`${set}/dataset.json`]: NNUNET,
      [`${set}/imagesTr/A_0000.nii.gz`]: smallCt(1),
      [`${set}/labelsTr/A.nii.gz`]: smallLabels(1),
    });
    const two = folderOf({ ...files('Dataset001_One'), ...files('Dataset002_Two') });
    expect(await refusedFolder(two)).toContain('holds 2 data sets (Dataset001_One, Dataset002_Two)');
  });
});

describe('a task of the Decathlon', () => {
  const files = {
    'dataset.json': decathlon('lung_001', 'lung_0002', 'lung_005'),
    'imagesTr/lung_001.nii.gz': smallCt(1),
    'imagesTr/lung_0002.nii.gz': smallCt(2),
    'labelsTr/lung_001.nii.gz': smallLabels(1),
    'labelsTr/lung_0002.nii.gz': smallLabels(0, 0, 1),
    'imagesTr/._lung_001.nii.gz': APPLE,
    'labelsTr/._lung_001.nii.gz': APPLE,
    'imagesTs/lung_900.nii.gz': smallCt(3),
    'imagesTs/._lung_900.nii.gz': APPLE,
    '._dataset.json': APPLE,
  };

  test.each([
    ['itself', ''],
    ['the folder it was unpacked in', 'Task06_Lung/'],
  ])('given as %s: hidden files are no images', async (_, below) => {
    const raw = folderOf(Object.fromEntries(Object.entries(files).map(([key, c]) => [below + key, c])));
    const converted = await convertFolder(raw);
    expect(converted.states).toEqual(['lung_0002 ok', 'lung_001 ok', 'lung_005 no-such-file']);
    await expectPair(converted, 'lung_001', 1, [1], [1]);
    await expectPair(converted, 'lung_0002', 2, [0, 0, 1], [1]);
    expect(converted.told).toContain(
      'is a task of the Medical Segmentation Decathlon: 3 cases; tumour is label 1 cancer, the only one',
    );
    expect(converted.told).toContain('1 test case of');
  });

  test('pairs are what dataset.json says, whatever the masks are called', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': {
          modality: 'CT',
          labels: { '0': 'background', '1': 'lung', '2': 'lung tumour' },
          training: [
            { image: 'imagesTr/img_0001.nii.gz', label: 'labelsTr/label_0001.nii.gz' },
            { image: 'imagesTr/img_0002.nii.gz', label: 'labelsTr/label_0002.nii.gz' },
          ],
        },
        'imagesTr/img_0001.nii.gz': smallCt(1),
        'imagesTr/img_0002.nii.gz': smallCt(2),
        'labelsTr/label_0001.nii.gz': smallLabels(1, 2),
        'labelsTr/label_0002.nii.gz': smallLabels(2, 1),
      }),
    );
    expect(converted.states).toEqual(['img_0001 ok', 'img_0002 ok']);
    await expectPair(converted, 'img_0001', 1, [1, 2], [2]);
    await expectPair(converted, 'img_0002', 2, [2, 1], [2]);
  });

  test('two files for a mask exclude the case', async () => {
    const converted = await convertFolder(
      folderOf({
        'dataset.json': { ...decathlon(), training: [] },
        'imagesTr/lung_001.nii.gz': smallCt(1),
        'labelsTr/lung_001.nii.gz': smallLabels(1),
        'labelsTr/lung_001.nii': smallLabels(0, 1),
      }),
    );
    expect(converted.states).toEqual(['lung_001 ambiguous-pair']);
  });

  test('of several channels in one file is refused', async () => {
    const raw = folderOf({
      ...files,
      'dataset.json': { ...decathlon(), modality: { '0': 'CT', '1': 'PET' } },
    });
    expect(await refusedFolder(raw)).toContain('names 2 channels, and its images have one file each');
  });

  test.runIf(hasSharedData)('of the IBSI-1 phantom keeps every voxel of GTV-1', async () => {
    const at = (...parts: string[]) => shared('ibsi1-ct-phantom/nifti', ...parts);
    const raw = folderOf({ 'dataset.json': decathlon('lung_001') });
    for (const [folder, file] of [
      ['imagesTr', at('image/phantom.nii.gz')],
      ['labelsTr', at('mask/mask.nii.gz')],
    ]) {
      mkdirSync(join(raw, folder));
      cpSync(file, join(raw, folder, 'lung_001.nii.gz'));
    }
    writeFileSync(join(raw, 'imagesTr/._lung_001.nii.gz'), APPLE);
    const converted = await convertFolder(raw);
    expect(converted.cases.cases).toMatchObject([{ state: 'ok', tumor: { voxels: 125256 } }]);
  });
});

test('a dataset.json of something else changes nothing', async () => {
  const raw = folderOf({ 'dataset.json': { name: 'mine', labels: [1, 2] }, 'P1/readme.txt': 'x' });
  expect((await convertFolder(raw)).states).toEqual(['P1 no-ct-series']);
});
