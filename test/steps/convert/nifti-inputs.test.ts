import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readInterim } from '../../../src/both-passes/interim.ts';
import { axisOrder, reorient } from '../../../src/kernels/grid/orient.ts';
import { encodeNifti } from '../../../src/nifti/encode.ts';
import { CASES_FILE, type Cases } from '../../../src/records/cases.ts';
import { openStore } from '../../../src/storage/open.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import type { Volume } from '../../../src/volume/geometry.ts';
import { readJson, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import { compareMasks, hasSharedData, shared } from '../../support/shared-data.ts';

/** A phantom patient with a SEG, as raw DICOM, and what convert makes of it. */
const folder = temporaryFolder();
const raw = join(folder, 'raw');
let ct: Volume<Int16Array>;
let tumor: Volume<Uint8Array>;

function put(folder: string, name: string, volume: Volume): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gzipSync(encodeNifti(volume), { level: 1 }));
}

/** As SimpleITK, nibabel and MONAI save it: the same voxels in another order of axes. */
const inRas = <T extends Int16Array | Uint8Array>(volume: Volume<T>): Volume<T> =>
  reorient(volume, axisOrder(volume.geometry.direction, 'RAS'));

async function converted(from: string, options: { masks?: string; config?: string } = {}): Promise<Cases> {
  const out = temporaryFolder();
  const interim = join(out, 'interim');
  const args = ['convert', '--raw', from, '--interim', interim, '--cases', out, '--workers', '1'];
  if (options.masks !== undefined) args.push('--masks', options.masks);
  if (options.config !== undefined) {
    const config = join(out, 'my.yml');
    writeFileSync(config, options.config);
    args.push('--config', config);
  }
  await inProcess.command(args);
  const cases = readJson<Cases>(out, CASES_FILE);
  interimOf.set(cases, interim);
  return cases;
}

const interimOf = new WeakMap<Cases, string>();

async function volumes(cases: Cases, patientId: string) {
  const record = cases.cases.find((c) => c.patient_id === patientId)!;
  if (record.state !== 'ok') throw new Error(record.exclusion.message);
  return { record, ...(await readInterim(await openStore(interimOf.get(cases)!), record, new StageClock())) };
}

function sameVoxels(a: Int16Array, b: Int16Array): boolean {
  return a.length === b.length && a.every((hu, i) => hu === b[i]);
}

function exclusions(cases: Cases): string[] {
  return cases.cases.flatMap((c) => (c.state === 'excluded' ? [`${c.patient_id} ${c.exclusion.code}`] : []));
}

beforeAll(async () => {
  await writePhantoms(folder, 1);
  ({ ct, tumor } = await volumes(await converted(raw), 'PHANTOM-001'));
});

describe('a NIfTI mask beside DICOM', () => {
  const config = 'mask: {sources: [NIFTI, SEG]}';

  test.each(['PHANTOM-001.nii.gz', 'PHANTOM-001_mask.nii.gz', 'PHANTOM-001/PHANTOM-001_mask.nii.gz'])(
    'is found as %s, placed by its affine, and held against the SEG',
    async (name) => {
      const masks = temporaryFolder();
      put(masks, name, inRas(tumor));
      const found = await volumes(await converted(raw, { masks, config }), 'PHANTOM-001');
      expect(compareMasks(found.tumor.data, tumor.data).differing).toBe(0);
      expect(found.record.tumor).toMatchObject({ source: 'NIFTI', link_rule: 'patient', passed_over: [] });
      expect(found.record.tumor.agreement).toMatchObject([{ source: 'SEG', dice: 1, refusal: '' }]);
    },
  );

  test('a label is chosen by mask.labels', async () => {
    const masks = temporaryFolder();
    const labels = tumor.data.map((inside, i) => (inside === 1 ? 3 : i % 5 === 0 ? 2 : 0));
    put(masks, 'PHANTOM-001.nii.gz', { ...tumor, data: labels });
    const chosen = await converted(raw, { masks, config: 'mask: {sources: [NIFTI], labels: [3]}' });
    const found = await volumes(chosen, 'PHANTOM-001');
    expect(compareMasks(found.tumor.data, tumor.data).differing).toBe(0);
    expect(found.record.tumor.roi_number).toBe(3);
  });

  test('without one the next source is taken', async () => {
    const found = await volumes(await converted(raw, { config }), 'PHANTOM-001');
    expect(found.record.tumor).toMatchObject({ source: 'SEG', agreement: [] });
  });

  test.each([
    [
      'probabilities',
      (volume: Volume<Uint8Array>) => ({ ...volume, data: Float32Array.from(volume.data, (v) => v / 2) }),
      'mask-not-labels',
    ],
    [
      'another place',
      ({ data, geometry }: Volume<Uint8Array>) => ({
        data,
        geometry: { ...geometry, originMm: [9000, 0, 0] as const },
      }),
      'segmentation-outside-ct',
    ],
    [
      'nothing',
      (volume: Volume<Uint8Array>) => ({ ...volume, data: new Uint8Array(volume.data.length) }),
      'tumor-empty',
    ],
  ])('one of %s excludes the patient', async (_, spoil, code) => {
    const masks = temporaryFolder();
    put(masks, 'PHANTOM-001.nii.gz', spoil(tumor));
    expect(exclusions(await converted(raw, { masks, config: 'mask: {sources: [NIFTI]}' }))).toEqual([
      `PHANTOM-001 ${code}`,
    ]);
  });

  test('a mask of another grid is resampled to the nearest and flagged', async () => {
    const masks = temporaryFolder();
    const { geometry } = tumor;
    const shifted = {
      ...geometry,
      originMm: geometry.originMm.map((mm, a) => mm + 0.3 * geometry.spacingMm[a]),
    };
    put(masks, 'PHANTOM-001.nii.gz', {
      ...tumor,
      geometry: { ...shifted, originMm: [shifted.originMm[0], shifted.originMm[1], shifted.originMm[2]] },
    });
    const found = await volumes(await converted(raw, { masks, config }), 'PHANTOM-001');
    // 0.3 voxels away, the nearest voxel is the one it was drawn on.
    expect(compareMasks(found.tumor.data, tumor.data).differing).toBe(0);
    expect(found.record.flags.map(({ code }) => code)).toContain('nifti-resampled');
  });
});

describe('a table of pairs', () => {
  const pairs = temporaryFolder();
  const table = join(pairs, 'pairs.csv');

  test('brings NIfTI of any order and type, DICOM with a NIfTI mask, and DICOM alone', async () => {
    put(pairs, 'ct/a.nii.gz', inRas(ct));
    put(pairs, 'mask/a.nii.gz', tumor);
    put(pairs, 'ct/float.nii.gz', { ...ct, data: Float32Array.from(ct.data, (hu) => hu + 0.4) });
    const dicom = join(raw, 'PHANTOM-001');
    writeFileSync(
      table,
      [
        'patient_id,ct,mask',
        'A,ct/a.nii.gz,mask/a.nii.gz',
        'F,ct/float.nii.gz,mask/a.nii.gz',
        `D,${dicom},mask/a.nii.gz`,
        `S,${dicom},`,
      ].join('\r\n'),
    );
    const cases = await converted(table);
    expect(exclusions(cases)).toEqual([]);
    for (const id of ['F', 'D', 'S']) {
      const found = await volumes(cases, id);
      expect(sameVoxels(found.ct.data, ct.data)).toBe(true);
      expect(compareMasks(found.tumor.data, tumor.data).differing).toBe(0);
    }
    const a = await volumes(cases, 'A');
    expect(a.record.ct.orientation).toBe('RAS');
    expect(compareMasks(inRas(tumor).data, a.tumor.data).differing).toBe(0);
    expect((await volumes(cases, 'D')).record.tumor).toMatchObject({
      source: 'NIFTI',
      agreement: [{ source: 'SEG', dice: 1 }],
    });
    expect((await volumes(cases, 'S')).record.tumor.source).toBe('SEG');
  });

  test('a file that is not there excludes its patient alone', async () => {
    writeFileSync(table, 'patient_id,ct,mask\nA,ct/a.nii.gz,mask/a.nii.gz\nB,ct/b.nii.gz,mask/a.nii.gz\n');
    const cases = await converted(table);
    expect(exclusions(cases)).toEqual(['B no-such-file']);
    expect(cases.summary.num_ok).toBe(1);
  });

  test('a CT that is no HU excludes its patient', async () => {
    put(pairs, 'ct/high.nii.gz', { ...ct, data: Float32Array.from(ct.data, () => 1e6) });
    writeFileSync(table, 'patient_id,ct,mask\nH,ct/high.nii.gz,mask/a.nii.gz\n');
    expect(exclusions(await converted(table))).toEqual(['H hu-out-of-range']);
  });

  test.runIf(hasSharedData)('the IBSI-1 phantom as its NIfTI pair', async () => {
    const at = (...parts: string[]) => shared('ibsi1-ct-phantom/nifti', ...parts);
    writeFileSync(
      table,
      `patient_id,ct,mask\nIBSI,${at('image/phantom.nii.gz')},${at('mask/mask.nii.gz')}\n`,
    );
    const { record } = await volumes(await converted(table), 'IBSI');
    expect(record.tumor).toMatchObject({ voxels: 125256, source: 'NIFTI' });
  });
});
