import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { OkCase } from '../../../src/records/case.ts';
import { type Cases, okCases } from '../../../src/records/cases.ts';
import type { SplitMember } from '../../../src/records/split.ts';
import pass2Case from '../../../src/steps/pass2-write/patient.ts';
import type { Constants, RoiTask } from '../../../src/steps/pass2-write/task.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import { hashesOf, readJson, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import { hasSharedData, shared } from '../../support/shared-data.ts';

/** What convert makes of raw data. */
async function converted(raw: string): Promise<{ interim: string; records: readonly OkCase[] }> {
  const folder = temporaryFolder();
  const interim = join(folder, 'interim');
  const to = ['--interim', interim, '--cases', join(folder, 'cases')];
  await inProcess.command(['convert', '--raw', raw, ...to, '--workers', '1']);
  return { interim, records: okCases(readJson<Cases>(folder, 'cases/cases.json')) };
}

function configOf(overrides: object): Config {
  return resolveConfig({ preset: 'lung1', file: { name: 'test', text: JSON.stringify(overrides) } });
}

const BEFORE = {
  global_mu: -160.25,
  global_sigma: 310.5,
  min_box_mm: [160, 160, 192],
  max_box_mm: [192, 192, 192],
} as unknown as Constants;
const AFTER: Constants = { ...BEFORE, global_mu: -171.123456789, global_sigma: 305.75 };

interface Cohort {
  readonly interim: string;
  readonly records: readonly OkCase[];
}

async function write(
  { interim, records }: Cohort,
  roi: string,
  config: Config,
  constants: Constants,
): Promise<void> {
  for (const record of records) {
    const patientId = record.patient_id;
    const member: SplitMember = {
      ...{ patient_id: patientId, split: 'train', stage: 'I', stage_index: 0, pinned: false },
    };
    const task: RoiTask = { step: 'pass2-write', patientId, interim, roi, record, member, config, constants };
    expect(await pass2Case(task, new StageClock())).toMatchObject({ state: 'ok', skipped: false });
  }
}

/** File names, without their patients, that were written anew since `before`. */
function writtenSince(roi: string, before: ReadonlyMap<string, number>): string[] {
  const written = [...timesOf(roi)].filter(([name, time]) => before.get(name) !== time);
  return [...new Set(written.map(([name]) => name.split('/')[1]))].sort();
}

function timesOf(roi: string): Map<string, number> {
  const names = Object.keys(hashesOf(roi));
  return new Map(names.map((name) => [name, statSync(join(roi, name)).mtimeMs]));
}

/** Writes with some constants, then over it with others; the bytes have to be those of the others alone. */
async function renormalised(
  cohort: Cohort,
  overrides: object,
  [before, after] = [BEFORE, AFTER],
  between: (roi: string) => void = () => {},
): Promise<string[]> {
  const config = configOf(overrides);
  const [roi, whole] = [temporaryFolder(), temporaryFolder()];
  await write(cohort, roi, config, before);
  between(roi);
  const times = timesOf(roi);
  await write(cohort, roi, config, after);
  await write(cohort, whole, config, after);
  expect(hashesOf(roi)).toEqual(hashesOf(whole));
  return writtenSince(roi, times);
}

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

  test.runIf(hasSharedData)('no more of two real patients', async () => {
    const lung1 = await converted(shared('lung1'));
    expect(lung1.records).toHaveLength(2);
    expect(await renormalised(lung1, {})).toEqual(norm);
    expect(await renormalised(lung1, { output: { auditType: 'float32' } })).toEqual(norm);
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
