import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { InterimVolumes as Volumes } from '../../../src/both-passes/interim.ts';
import type { Config } from '../../../src/config/schema.ts';
import { StorageError } from '../../../src/errors.ts';
import { encodeNifti } from '../../../src/nifti/encode.ts';
import { randomStream } from '../../../src/phantom/drawing/random.ts';
import { CT_FILE, type OkCase, TUMOR_FILE } from '../../../src/records/case.ts';
import { MEASURES_FILE, measuresFileSchema } from '../../../src/records/stats.ts';
import { outputFile } from '../../../src/runner/outputs.ts';
import { leaveMeasures } from '../../../src/steps/convert/leave-measures.ts';
import { openStore } from '../../../src/storage/open.ts';
import type { Store } from '../../../src/storage/store.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { type Converted, converted } from '../../support/converted.ts';
import { geometryOfGolden, goldenVoxels, resampleGoldens } from '../../support/goldens.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import { generateVolume } from '../../support/volumes/generated-volume.ts';
import { madeChest } from '../../support/volumes/made-chest.ts';
import { measuredTwice, measuresAt } from '../../support/volumes/measured-twice.ts';
import { configOf } from '../../support/volumes/renormalised.ts';

const interim = temporaryFolder();
const CONFIG = configOf({ intensity: { minVoxels: 10 } });
const LUNGS = configOf({ roi: { source: 'lung' }, lung: { minVolumeMl: 100, notFound: 'exclude' } });

/** Writes volumes as convert does; what of their record measuring reads. */
async function committed(patientId: string, { ct, tumor }: Volumes): Promise<OkCase> {
  const store = await openStore(interim);
  const write = async (file: string, volume: Volumes['ct' | 'tumor']) => {
    const bytes = encodeNifti(volume);
    await store.write(`${patientId}/${file}`, bytes);
    return outputFile(file, bytes);
  };
  const files = { ct: await write(CT_FILE, ct), tumor: await write(TUMOR_FILE, tumor) };
  return { patient_id: patientId, ct: files.ct, tumor: { ...files.tumor, volume_ml: 1.5 } } as OkCase;
}

/** Volumes measured in memory, and read back by pass1-stats. */
async function bothWays(patientId: string, volumes: Volumes, config: Config) {
  const record = await committed(patientId, volumes);
  await leaveMeasures(await openStore(interim), record, volumes, config, new StageClock());
  const { byConvert, byPass1 } = await measuredTwice(interim, record, config);
  expect(byConvert).toBe(byPass1);
  return measuresFileSchema.parse(JSON.parse(byConvert!));
}

describe('what convert measures has the bytes of what pass1-stats measures', () => {
  test('of volumes of any orientation, spacing, HU and mask', async () => {
    const states = new Set<string>();
    for (let i = 0; i < 120; i++) {
      const kind = { most: 20, target: [1, 1, 3], aslantHalfWay: i % 4 === 0 } as const;
      const volumes = generateVolume(randomStream('measured in memory', i), kind);
      states.add((await bothWays(`MADE-${i}`, volumes, CONFIG)).state);
    }
    // Of some masks resampling leaves nothing.
    expect([...states].sort()).toEqual(['excluded', 'ok']);
  });

  test.each(resampleGoldens)('of $name', async (golden) => {
    const geometry = geometryOfGolden(golden);
    const { hu, mask } = goldenVoxels(geometry.size[0] * geometry.size[1] * geometry.size[2]);
    const volumes = { ct: { data: hu, geometry }, tumor: { data: mask, geometry } };
    expect((await bothWays('GOLDEN', volumes, CONFIG)).state).toBe('ok');
  });

  test('round the lungs', async () => {
    const measured = await bothWays('CHEST', madeChest(), LUNGS);
    expect(measured).toMatchObject({ state: 'ok', record: { roi_source: 'lung' } });
  });
});

describe('a patient that cannot be measured is left as excluded by pass1-stats', () => {
  test('where resampling leaves nothing of the tumour', async () => {
    const { ct } = madeChest();
    const tumor = { ...ct, data: new Uint8Array(ct.data.length) };
    tumor.data[1] = 1;
    const coarse = configOf({ resample: { spacingMm: [30, 30, 30] } });
    expect(await bothWays('SPECK', { ct, tumor }, coarse)).toMatchObject({
      state: 'excluded',
      exclusion: { patient_id: 'SPECK', step: 'pass1-stats', code: 'tumor-empty-after-resampling' },
    });
  });

  test('where no lung is found', async () => {
    const found = await bothWays('NO-LUNG', madeChest({ lungs: [] }), LUNGS);
    expect(found).toMatchObject({ state: 'excluded', exclusion: { code: 'lung-not-found' } });
  });

  test('where the CT as written could not be read', async () => {
    const { ct, tumor } = madeChest();
    const geometry = { ...ct.geometry, direction: [1, 0.1, 0, 0, 1, 0, 0, 0, 1] };
    const sheared = { ct: { ...ct, geometry }, tumor: { ...tumor, geometry } };
    const { exclusion } = (await bothWays('SHEARED', sheared, CONFIG)) as { exclusion?: object };
    expect(exclusion).toMatchObject({
      code: 'unreadable-nifti',
      message: expect.stringMatching(/^SHEARED\/ct\.nii\.gz: /),
    });
  });
});

describe('where measuring fails', () => {
  const chest = madeChest();

  test('of something unforeseen, nothing is left for pass1-stats to trust, and convert goes on', async () => {
    const record = await committed('ODD', chest);
    const store = await openStore(interim);
    const spoilt = { ...chest, ct: { ...chest.ct, data: undefined } } as unknown as Volumes;
    await leaveMeasures(store, record, spoilt, CONFIG, new StageClock());
    expect(measuresAt(interim, 'ODD')).toBeUndefined();
    const { byPass1 } = await measuredTwice(interim, record, CONFIG);
    expect(JSON.parse(byPass1!)).toMatchObject({ state: 'ok' });
  });

  test('of the place, that is told', async () => {
    const record = await committed('FULL', chest);
    const write = async (key: string): Promise<never> => {
      throw new StorageError(key, 'is full');
    };
    const full = { write } as unknown as Store;
    await expect(leaveMeasures(full, record, chest, CONFIG, new StageClock())).rejects.toThrow(
      'FULL/pass1.json: is full',
    );
  });
});

describe('convert', () => {
  const raw = join(temporaryFolder(), 'raw');
  // Coarse, so that it is quick.
  const coarse = { resample: { spacingMm: [4, 4, 6] }, roi: { patch: '64x64x32' } };
  const config = configOf({ output: { gzipLevelInt: 1 }, ...coarse });
  let run: Converted;
  const okOf = ({ cases }: Converted) => cases.filter((record) => record.state === 'ok');

  beforeAll(async () => {
    await writePhantoms(join(raw, '..'), 2);
    run = await converted(raw, { config: coarse });
  });

  test('leaves of each patient what pass1-stats finds in the volumes', async () => {
    expect(okOf(run)).toHaveLength(2);
    for (const record of okOf(run)) {
      const { byConvert, byPass1 } = await measuredTwice(join(run.out, 'interim'), record, config);
      expect(byConvert).toBeDefined();
      expect(byConvert).toBe(byPass1);
    }
  });

  test('leaves what lies there of a patient that it finds done, and measures none', async () => {
    const [first, second] = okOf(run).map(({ patient_id }) => patient_id);
    const interim = join(run.out, 'interim');
    rmSync(join(interim, first, MEASURES_FILE));
    writeFileSync(join(interim, second, MEASURES_FILE), 'of another configuration');
    const again = await converted(raw, { config: coarse, out: run.out });
    expect(again.stdout).toContain('2 done before');
    expect(measuresAt(interim, first)).toBeUndefined();
    expect(measuresAt(interim, second)).toBe('of another configuration');
  });
});
