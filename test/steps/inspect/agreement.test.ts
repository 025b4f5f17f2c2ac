import { readdirSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { hasSharedData, shared, sharedData } from '../../support/shared-data.ts';
import {
  expectAgreement,
  inspectAndConvert,
  inspectAndConvertPatient,
} from '../../support/volumes/agreement.ts';

const { lung1 } = PRESETS;

/** Takes small series, and any ROI where none is called GTV-1. */
const anyRoi: Config = {
  ...lung1,
  series: { ...lung1.series, minSlices: 2 },
  mask: { ...lung1.mask, roiNames: [...lung1.mask.roiNames, '.'] },
};

/** Every folder with files in or below it, as if it were a patient; none where the data are absent. */
function foldersBelow(...tops: string[]): string[] {
  if (!hasSharedData) return [];
  return tops.flatMap((top) => [
    top,
    ...readdirSync(shared(top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(sharedData, join(entry.parentPath, entry.name))),
  ]);
}

const REAL = hasSharedData
  ? [
      ...foldersBelow('encodings', 'seg', 'oddities', 'ibsi1-ct-phantom/dicom'),
      'lung1/LUNG1-001.zip',
      'lung1/LUNG1-002.zip',
    ]
  : [];

describe.runIf(hasSharedData)('inspect says what convert does with', () => {
  const agreed = new Set<string>();
  const check = async (path: string): Promise<void> => {
    const both = await inspectAndConvert(path, anyRoi);
    expectAgreement(both);
    agreed.add(both.inspected.exclusion?.code ?? path);
  };

  test.each(REAL)('%s', (path) => check(shared(path)));

  const MASKS = ['seg/dcmqi/segmentations/liver.dcm', 'oddities/rt-utils/mock_data/rt.dcm'];
  const SERIES = foldersBelow('oddities/dicom2nifti').filter((path) => /\/\d{3}/.test(path));

  test.each(MASKS.flatMap((mask) => SERIES.map((series) => [mask, series])))(
    '%s beside %s',
    async (mask, series) => {
      const patient = join(temporaryFolder(), 'P');
      await mkdir(patient);
      await cp(shared(series), join(patient, 'ct'), { recursive: true });
      await cp(shared(mask), join(patient, 'mask.dcm'));
      await check(patient);
    },
  );

  test.each([
    ['NIfTI CT and mask', 'nifti/image/phantom.nii.gz'],
    ['DICOM with a NIfTI mask', 'dicom'],
  ])('%s', async (_, ct) => {
    const ibsi = shared('ibsi1-ct-phantom');
    const source = { kind: 'pair', ct: join(ibsi, ct), mask: join(ibsi, 'nifti/mask/mask.nii.gz') } as const;
    const both = await inspectAndConvertPatient(ibsi, { name: 'P', source }, anyRoi);
    expectAgreement(both);
    expect(both.inspected.tumor).toMatchObject({ source: 'NIFTI', file: 'the NIfTI mask' });
  });

  test('which are patients to convert, and reasons to exclude them, enough', () => {
    expect([...agreed].filter((found) => found.includes('/')).length).toBeGreaterThanOrEqual(12);
    for (const code of ['no-ct-series', 'no-mask-object', 'contour-outside-ct', 'unreadable-dicom'])
      expect(agreed).toContain(code);
  });
});
