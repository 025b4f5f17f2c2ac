import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { readStudy, type Study } from '../../../src/dicom/study/study.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import { phantomFiles } from '../../../src/phantom/cohort.ts';
import { ctSliceBytes } from '../../support/dicom/ct-files.ts';
import { rules } from '../../support/dicom/rules.ts';
import {
  compareMasks,
  filesAt,
  filesInZip,
  hasSharedData,
  nrrdMask,
  shared,
} from '../../support/shared-data.ts';

type Bytes = Uint8Array<ArrayBuffer>;

function sha1(data: Int16Array | Uint8Array): string {
  return createHash('sha1')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

/** pyradiomics' published image hashes, and the release-4 mask figures; see the README of the data. */
const LUNG1 = [
  {
    id: 'LUNG1-001',
    ctSha1: '01ae3d400f3f6fdacc121a85f52fd9dba8be2253',
    rescale: { slope: 1, intercept: -1024 },
    voxels: 54639,
    firstIpp: [-249.51171875, -460.51171875, -681.5],
  },
  {
    id: 'LUNG1-002',
    ctSha1: '5c66c70353901fd238191b88a2584cd8c3f645e5',
    rescale: { slope: 1, intercept: 0 },
    voxels: 125531,
    firstIpp: [-250.112, -250.112, -133.4],
  },
];

describe.runIf(hasSharedData).each(LUNG1)('$id', ({ id, ctSha1, rescale, voxels, firstIpp }) => {
  let study: Study;
  beforeAll(async () => {
    study = await readStudy(filesInZip(shared('lung1', `${id}.zip`)), rules);
  });

  test('HU are those that pyradiomics published', () => {
    expect(sha1(study.ct.data)).toBe(ctSha1);
    expect(study.facts.rescale).toEqual([{ ...rescale, slices: study.ct.geometry.size[2] }]);
  });

  test('slices ascend from the lowest position though InstanceNumber runs against z', () => {
    expect(study.ct.geometry.originMm).toEqual(firstIpp);
    expect(study.ct.geometry.spacingMm[2]).toBeCloseTo(3, 9);
  });

  test('the GTV-1 mask equals the published plastimatch mask voxel by voxel', () => {
    const published = nrrdMask(shared('lung1-masks', id, 'plastimatch-2020', 'GTV-1.nrrd'));
    expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels });
    expect(study.facts.mask).toMatchObject({ source: 'RTSTRUCT', roiName: 'GTV-1', linkRule: 'series-uid' });
  });
});

test.runIf(hasSharedData)(
  'the IBSI-1 phantom and its mask equal the NIfTI files of the benchmark',
  async () => {
    const study = await readStudy(filesAt(shared('ibsi1-ct-phantom/dicom')), rules);
    const read = (...parts: string[]) =>
      decodeNifti(
        parts.join('/'),
        new Uint8Array(filesAt(shared('ibsi1-ct-phantom/nifti', ...parts))[0].bytes) as Bytes,
      );
    const image = read('image/phantom.nii.gz');
    expect(study.ct.geometry.size).toEqual(image.geometry.size);
    const largest = study.ct.data.reduce((most, hu, i) => Math.max(most, Math.abs(hu - image.data[i])), 0);
    expect(largest).toBe(0);
    expect(compareMasks(study.tumor.data, read('mask/mask.nii.gz').data as Uint8Array)).toEqual({
      differing: 0,
      voxels: 125256,
    });
    image.geometry.originMm.forEach((mm, a) => {
      expect(study.ct.geometry.originMm[a]).toBeCloseTo(mm, 4);
    });
  },
);

test.runIf(hasSharedData)('the liver SEG of dcmqi falls on the CT slices it was drawn on', async () => {
  const folder = 'seg/dcmqi/segmentations';
  const study = await readStudy(filesAt(shared(folder, 'ct-3slice'), shared(folder, 'liver.dcm')), {
    ...rules,
    roiNames: ['^liver$'],
  });
  expect(compareMasks(study.tumor.data, nrrdMask(shared(folder, 'liver_seg.nrrd'))).differing).toBe(0);
  expect(study.facts.mask).toMatchObject({ source: 'SEG', linkRule: 'series-uid' });
});

test('the series that the mask refers to is taken, and the others are told with why not', async () => {
  const files = [...phantomFiles({ patients: 1, full: 0, gridSize: 48 })]
    .filter(({ key }) => key.endsWith('.dcm'))
    .map(({ key, bytes }) => ({ name: key, bytes }));
  const thin = Array.from({ length: 40 }, (_, k) => ({
    name: `thin/${k}.dcm`,
    bytes: ctSliceBytes({ SeriesInstanceUID: '2.25.1', ImagePositionPatient: [0, 0, k] }),
  }));
  const { facts } = await readStudy([...thin, ...files], rules);
  expect(facts.candidateSeries).toMatchObject([
    { slices: 40, spacingMm: 1, chosen: false, reason: 'the mask refers to another series' },
    { spacingMm: 3, chosen: true, reason: 'the mask refers to it (series-uid)' },
  ]);
});

/** Real series that cannot be made a volume without guessing: excluded with a code, not averaged or reordered. */
const REFUSED = [
  ['four images at one position', 'oddities/dicom2nifti/failing/notavolume/001', 'duplicate-slices'],
  ['two slices only', 'oddities/dicom2nifti/failing/slicecount/001', 'no-ct-series'],
] as const;

async function exclusionOf(study: Promise<unknown>): Promise<CaseExclusion> {
  try {
    await study;
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown;
    throw thrown;
  }
  throw new Error('nothing was excluded');
}

describe.runIf(hasSharedData)('a patient is excluded with its reason', () => {
  const contour = () => filesAt(shared('oddities/rt-utils/mock_data/rt.dcm'));

  test.each(REFUSED)('%s', async (_, folder, code) => {
    const files = [...filesAt(shared(folder)), ...filesAt(shared('seg/dcmqi/segmentations/liver.dcm'))];
    expect(await exclusionOf(readStudy(files, { ...rules, roiNames: ['liver'] }))).toMatchObject({
      code: code,
    });
  });

  test('no CT at all', async () => {
    expect(await exclusionOf(readStudy(contour(), rules))).toMatchObject({ code: 'no-ct-series' });
  });

  test('no mask object', async () => {
    expect(
      await exclusionOf(readStudy(filesAt(shared('seg/dcmqi/segmentations/ct-3slice')), rules)),
    ).toMatchObject({ code: 'no-mask-object' });
  });

  test('no ROI by the configured names: those seen are listed', async () => {
    const folder = 'seg/dcmqi/segmentations';
    const exclusion = await exclusionOf(
      readStudy(filesAt(shared(folder, 'ct-3slice'), shared(folder, 'liver.dcm')), rules),
    );
    expect(exclusion.code).toBe('no-tumor-roi');
    expect(exclusion.message).toContain('Liver');
  });

  test('a truncated slice is named', async () => {
    const files = filesAt(
      shared('seg/dcmqi/segmentations/ct-3slice'),
      shared('seg/dcmqi/segmentations/liver.dcm'),
    );
    const [first, ...rest] = files;
    const cut = { name: first.name, bytes: first.bytes.subarray(0, 300_000) };
    const exclusion = await exclusionOf(readStudy([cut, ...rest], { ...rules, roiNames: ['liver'] }));
    expect(exclusion.message).toContain(first.name);
  });

  test('HU outside int16', async () => {
    const files = filesAt(
      shared('seg/dcmqi/segmentations/ct-3slice'),
      shared('seg/dcmqi/segmentations/liver.dcm'),
    );
    const [first, ...rest] = files;
    const bytes = Buffer.from(first.bytes);
    bytes.write('60000', bytes.indexOf('-1024', 'latin1'), 'latin1');
    const exclusion = await exclusionOf(
      readStudy([{ name: first.name, bytes }, ...rest], { ...rules, roiNames: ['liver'] }),
    );
    expect(exclusion.code).toBe('hu-out-of-range');
    expect(exclusion.message).toContain(first.name);
  });

  test('a rescale that is no number, rather than HU shifted by a default', async () => {
    const files = filesAt(
      shared('seg/dcmqi/segmentations/ct-3slice'),
      shared('seg/dcmqi/segmentations/liver.dcm'),
    );
    const [first, ...rest] = files;
    const bytes = Buffer.from(first.bytes);
    bytes.write('-1x24', bytes.indexOf('-1024', 'latin1'), 'latin1');
    expect(
      await exclusionOf(readStudy([{ name: first.name, bytes }, ...rest], { ...rules, roiNames: ['liver'] })),
    ).toMatchObject({ code: 'malformed-rescale' });
  });
});
