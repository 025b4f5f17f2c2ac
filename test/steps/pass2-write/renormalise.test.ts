import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Constants } from '../../../src/steps/pass2-write/task.ts';
import { hashesOf, temporaryFolder } from '../../support/cli.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import {
  AFTER,
  BEFORE,
  type Cohort,
  configOf,
  converted,
  renormalised,
  write,
} from '../../support/volumes/renormalised.ts';

// Of real patients: renormalise.slow.test.ts.

/** Without pictures, which take longer than the volumes: two of the configurations below have them. */
const COARSE = {
  resample: { spacingMm: [4, 4, 6] },
  roi: { patch: '64x64x32' },
  output: { auditVolumes: false, qcOverlay: false },
};
const exact = { ...COARSE, output: { ...COARSE.output, auditType: 'float32' } };

let phantoms: Cohort;

beforeAll(async () => {
  const folder = temporaryFolder();
  await writePhantoms(folder, 2);
  phantoms = await converted(join(folder, 'raw'));
});

describe('after other constants an ROI has the bytes of a whole run, and written is', () => {
  const norm = ['ct_roi_norm.nii.gz', 'meta.json', 'transforms.json'];
  const both = ['ct_roi_norm.nii.gz', 'ct_thorax_norm.nii.gz', 'meta.json', 'transforms.json'];

  test.each<[string, object, string[]]>([
    ['no more, from HU stored as float32', { ...exact, output: { ...exact.output, qcOverlay: true } }, norm],
    ['no more, from the interim CT where HU are rounded', COARSE, norm],
    ['no more where no HU are kept', { ...COARSE, output: { ...COARSE.output, roiHu: false } }, norm],
    [
      'no more than both ROIs, round lungs and with a thorax ROI',
      { ...COARSE, roi: { source: 'lung' }, thorax: { write: true } },
      both,
    ],
    [
      'no volume where each ROI has its own constants',
      { ...COARSE, intensity: { normalization: 'case' } },
      ['meta.json', 'transforms.json'],
    ],
  ])('%s', async (_, overrides, expected) => {
    expect(await renormalised(phantoms, overrides)).toEqual(expected);
  });

  test('no more at full resolution, beside the whole resampled CT', async () => {
    const [record] = phantoms.records;
    expect(await renormalised({ ...phantoms, records: [record] }, {})).toEqual(norm);
  });

  test('no volume where a bound of the box has moved that no ROI meets', async () => {
    const [low, higher] = [50, 60].map((mm): Constants => ({ ...BEFORE, min_box_mm: [mm, mm, mm] }));
    for (const patch of ['64x64x32', 'derived'])
      expect(await renormalised(phantoms, { ...COARSE, roi: { patch } }, [low, higher])).toEqual([
        'meta.json',
        'transforms.json',
      ]);
  });

  test('everything where it makes the ROI larger', async () => {
    const overrides = { ...COARSE, roi: { patch: 'derived' } };
    const larger = { ...AFTER, min_box_mm: [500, 500, 500], max_box_mm: [640, 640, 640] } as Constants;
    expect(await renormalised(phantoms, overrides, [BEFORE, larger])).toContain('tumor_roi.nii.gz');
  });
});

describe('what stands there is not trusted', () => {
  const spoil = (name: string, damage: (file: string) => void) => (roi: string) => {
    for (const patient of readdirSync(roi)) damage(join(roi, patient, name));
  };

  test('HU that are not those of the record are left unread', async () => {
    const damage = spoil('ct_roi_hu.nii.gz', (file) => {
      const other = join(temporaryFolder(), 'other');
      cpSync(file, other);
      // As long as before: only the hash tells.
      writeFileSync(file, new Uint8Array(statSync(other).size));
    });
    const config = configOf(exact);
    const [roi, whole] = [temporaryFolder(), temporaryFolder()];
    await write(phantoms, roi, config, BEFORE);
    damage(roi);
    await write(phantoms, roi, config, AFTER);
    await write(phantoms, whole, config, AFTER);
    const norms = (folder: string) => hashesOf(folder, 'norm.nii.gz');
    expect(norms(roi)).toEqual(norms(whole));
  });

  test.each(['tumor_roi.nii.gz', 'transforms.json', 'meta.json'])(
    'without %s all is done again',
    async (name) => {
      const written = await renormalised(phantoms, exact, [BEFORE, AFTER], spoil(name, rmSync));
      expect(written).toContain('ct_roi_hu.nii.gz');
    },
  );

  test('a transforms.json that is not that of the record is none', async () => {
    const damage = spoil('transforms.json', (file) => writeFileSync(file, '{}'));
    expect(await renormalised(phantoms, exact, [BEFORE, AFTER], damage)).toContain('ct_roi_hu.nii.gz');
  });
});

test('killed after the first volume, an ROI counts as not done: the old constants do not find it either', async () => {
  const config = configOf(exact);
  const [old, roi, other] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  await write(phantoms, old, config, BEFORE);
  await write(phantoms, other, config, AFTER);
  cpSync(old, roi, { recursive: true });
  for (const patient of readdirSync(roi)) {
    // What lies there between the first and the last write; that it is so is held by the requests of rerun.test.ts.
    rmSync(join(roi, patient, 'meta.json'));
    cpSync(join(other, patient, 'ct_roi_norm.nii.gz'), join(roi, patient, 'ct_roi_norm.nii.gz'));
  }
  await write(phantoms, roi, config, BEFORE);
  expect(hashesOf(roi)).toEqual(hashesOf(old));
});
