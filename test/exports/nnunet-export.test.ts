import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../src/demo/embedded-azurite.ts';
import { StorageError, UsageError } from '../../src/errors.ts';
import { exportNnunet, type NnunetOptions } from '../../src/exports/nnunet-export.ts';
import type { NnunetDataset, SplitsFinal } from '../../src/exports/nnunet-layout.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { openStore } from '../../src/storage/open.ts';
import { hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import { madeManifest, madeOutput } from '../support/made-manifest.ts';

const FILES = {
  ct_roi_norm: 'ct_roi_norm.nii.gz',
  tumor_roi: 'tumor_roi.nii.gz',
  ct_roi_hu: 'ct_roi_hu.nii.gz',
};

const roi = temporaryFolder();

/** A manifest of `train` and `test` patients whose files, in the ROI store, hold their own names. */
function manifestOf(train: number, testers: number, keys = Object.keys(FILES)): string {
  const outputs = Array.from({ length: train + testers }, (_, i): Manifest['outputs'][number] => {
    const patient_id = `P-${String(i).padStart(2, '0')}`;
    mkdirSync(join(roi, patient_id), { recursive: true });
    const paths = Object.fromEntries(
      Object.entries(FILES).map(([key, file]) => [key, `${patient_id}/${file}`]),
    );
    for (const path of Object.values(paths)) writeFileSync(join(roi, path), path);
    return {
      patient_id,
      split: i < train ? 'train' : 'test',
      stage: 'I',
      stage_index: i % 4,
      paths: Object.fromEntries(Object.entries(paths).filter(([key]) => keys.includes(key))),
      ...madeOutput,
    };
  });
  const manifest: Manifest = {
    ...madeManifest,
    outputs,
  };
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

function run(manifest: string, out: string, more: Partial<NnunetOptions> = {}) {
  return exportNnunet({ roi, manifest, out, datasetId: 7, name: 'Lung', image: 'ct_roi_norm', ...more });
}

test('images and labels lie where nnU-Net looks, under the names it takes', async () => {
  const out = temporaryFolder();
  expect(await run(manifestOf(2, 1), out)).toMatchObject({
    training: 2,
    test: 1,
    folds: 2,
    channel: 'noNorm',
  });
  expect(Object.keys(hashesOf(join(out, 'Dataset007_Lung')))).toEqual([
    'dataset.json',
    'imagesTr/P-00_0000.nii.gz',
    'imagesTr/P-01_0000.nii.gz',
    'imagesTs/P-02_0000.nii.gz',
    'labelsTr/P-00.nii.gz',
    'labelsTr/P-01.nii.gz',
    'labelsTs/P-02.nii.gz',
    'splits_final.json',
  ]);
  const text = (...path: string[]) => readFileSync(join(out, 'Dataset007_Lung', ...path), 'utf8');
  expect(text('imagesTs', 'P-02_0000.nii.gz')).toBe('P-02/ct_roi_norm.nii.gz');
  expect(text('labelsTr', 'P-01.nii.gz')).toBe('P-01/tumor_roi.nii.gz');
});

test('HU is a CT channel, which nnU-Net normalises', async () => {
  const out = temporaryFolder();
  await run(manifestOf(2, 0), out, { image: 'ct_roi_hu' });
  const { channel_names } = readJson<NnunetDataset>(out, 'Dataset007_Lung/dataset.json');
  expect(channel_names).toEqual({ 0: 'CT' });
  expect(readFileSync(join(out, 'Dataset007_Lung/imagesTr/P-00_0000.nii.gz'), 'utf8')).toBe(
    'P-00/ct_roi_hu.nii.gz',
  );
});

test('every training case is validated on once, and never trained on in that fold', async () => {
  const out = temporaryFolder();
  await run(manifestOf(13, 2), out);
  const splits = readJson<SplitsFinal>(out, 'Dataset007_Lung/splits_final.json');
  const ids = Array.from({ length: 13 }, (_, i) => `P-${String(i).padStart(2, '0')}`);
  expect(splits).toHaveLength(5);
  expect(splits.flatMap(({ val }) => val).sort()).toEqual(ids);
  for (const { train, val } of splits) expect([...train, ...val].sort()).toEqual(ids);
});

test('exporting again replaces what is there and takes away who has left', async () => {
  const out = temporaryFolder();
  await run(manifestOf(4, 2), out);
  await run(manifestOf(2, 1), out);
  const again = temporaryFolder();
  await run(manifestOf(2, 1), again);
  expect(hashesOf(out)).toEqual(hashesOf(again));
});

test('a single training patient gives no folds', async () => {
  const out = temporaryFolder();
  await run(manifestOf(3, 0), out);
  expect(await run(manifestOf(1, 1), out)).toMatchObject({ folds: 0 });
  expect(existsSync(join(out, 'Dataset007_Lung/splits_final.json'))).toBe(false);
});

describe('is refused', () => {
  test('where the folder holds files of somebody else, which stay', async () => {
    const out = temporaryFolder();
    const foreign = join(out, 'Dataset007_Lung/imagesTr/mine_0000.nii.gz');
    mkdirSync(join(foreign, '..'), { recursive: true });
    writeFileSync(foreign, 'mine');
    writeFileSync(join(out, 'Dataset007_Lung/dataset.json'), '{"labels":{"background":0,"mine":1}}');
    await expect(run(manifestOf(2, 1), out)).rejects.toThrow(/imagesTr\/mine_0000.nii.gz/);
    expect(readFileSync(foreign, 'utf8')).toBe('mine');
  });

  test('where the number is another data set', async () => {
    const out = temporaryFolder();
    await run(manifestOf(2, 1), out);
    await expect(run(manifestOf(2, 1), out, { name: 'Other' })).rejects.toThrow(
      /Dataset007_Lung.*--dataset-id/,
    );
  });

  test('where the run wrote no HU', async () => {
    const exporting = run(manifestOf(2, 1, ['ct_roi_norm', 'tumor_roi']), temporaryFolder(), {
      image: 'ct_roi_hu',
    });
    await expect(exporting).rejects.toThrow(/P-00 has no ct_roi_hu/);
  });

  test('where a file of the manifest is not in the ROI store, which it names', async () => {
    const partial = temporaryFolder();
    const manifest = manifestOf(1, 0);
    mkdirSync(join(partial, 'P-00'));
    writeFileSync(join(partial, 'P-00', FILES.tumor_roi), 'tumour');
    const exporting = run(manifest, temporaryFolder(), { roi: partial });
    await expect(exporting).rejects.toThrow(StorageError);
    await expect(exporting).rejects.toThrow(/P-00\/ct_roi_norm.nii.gz/);
  });

  test.each([
    ['nobody to train on', () => manifestOf(0, 2), {}],
    ['a number of four digits', () => manifestOf(2, 1), { datasetId: 1000 }],
    ['a name with a space', () => manifestOf(2, 1), { name: 'My Lung' }],
    ['no manifest', () => temporaryFolder(), {}],
  ])('%s', async (_, manifest, more) => {
    await expect(run(manifest(), temporaryFolder(), more)).rejects.toThrow(UsageError);
  });
});

describe('on Azurite', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  test('Blob Storage gets the same bytes', async () => {
    const manifest = manifestOf(4, 2);
    const out = temporaryFolder();
    const url = `${azurite.url}/nnunet/raw`;
    await run(manifestOf(6, 2), url);
    await run(manifest, url);
    await run(manifest, out);
    const store = await openStore(`${url}/Dataset007_Lung`);
    const keys: string[] = [];
    for await (const { key } of store.list()) {
      keys.push(key);
      expect(new TextDecoder().decode(await store.read(key))).toBe(
        readFileSync(join(out, 'Dataset007_Lung', key), 'utf8'),
      );
    }
    expect(keys).toEqual(Object.keys(hashesOf(join(out, 'Dataset007_Lung'))));
  });
});
