import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readInterim, readInterimCt } from '../../src/both-passes/interim.ts';
import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import { parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import { storedPixels } from '../../src/dicom/pixels/pixels.ts';
import { rescaleOf } from '../../src/dicom/pixels/rescale.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { findPatients } from '../../src/raw/cohort/patients.ts';
import { patientInputs } from '../../src/raw/patient/patient-inputs.ts';
import { patientRules } from '../../src/raw/patient/rules.ts';
import type { OkCase } from '../../src/records/case.ts';
import { geometryOfRecord } from '../../src/records/grid.ts';
import { openStore, STORES } from '../../src/storage/open.ts';
import type { ReadableStore } from '../../src/storage/store.ts';
import { StageClock } from '../../src/timing/stage-clock.ts';
import { findSource } from '../../src/way-back/source-images.ts';
import { toSourceVoxels } from '../../src/way-back/source-voxels.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type Converted, converted } from '../support/converted.ts';
import { withKernels } from '../support/in-arena.ts';
import { makeOddCohorts } from '../support/odd-cohorts/make.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';

const config: Config = PRESETS.lung1;

/** HU of the images of raw data, by their SOP Instance UIDs. */
async function huByUid(store: ReadableStore): Promise<Map<string, Int16Array>> {
  const images = new Map<string, Int16Array>();
  for await (const { key } of store.list()) {
    const file = parsePart10(key, (await store.read(key))!);
    if (file === undefined || text(file.dataset, Tag.Modality) !== 'CT') continue;
    const { slope, intercept } = rescaleOf({ file, frame: 0 });
    const hu = new Int16Array(storedPixels(file));
    for (let i = 0; i < hu.length; i++) hu[i] = hu[i] * slope + intercept;
    images.set(text(file.dataset, Tag.SOPInstanceUID), hu);
  }
  return images;
}

/**
 * Finds the images of each patient that was converted; each shows what its plane of the converted CT shows, and the tumour
 * lies on them as it lay on the CT.
 *
 * @param readable whether the voxels of the converted CT may be asked for
 */
async function expectFound(raw: string, { out, cases }: Converted, readable: boolean): Promise<void> {
  const interim = await openStore(join(out, 'interim'));
  const { patients } = await findPatients({ raw, config, report: () => {} });
  expect(patients.size).toBeGreaterThan(0);
  for (const [id, patient] of patients) {
    const record = cases.find(({ patient_id }) => patient_id === id) as OkCase;
    const inputs = await patientInputs(patient, undefined, config.mask, STORES);
    const images = await huByUid(await inputs.dicom!());
    await withKernels(async () => {
      const clock = new StageClock();
      const wanted = {
        grid: geometryOfRecord(record.ct),
        flags: record.flags,
        unchanged: true,
        voxels: readable ? () => readInterimCt(interim, record, clock) : undefined,
      };
      const source = await findSource(inputs, patientRules(patient, config), wanted, clock);
      const { ct, tumor } = await readInterim(interim, record, clock);
      const { voxels, counts, flags } = toSourceVoxels('tumor.nii.gz', tumor, 'labels', source);
      expect([...counts]).toEqual([[1, record.tumor.voxels]]);
      expect([...source.flags, ...flags]).toEqual([]);
      expect(Buffer.compare(voxels as Uint8Array, tumor.data)).toBe(0);
      const planeLength = ct.geometry.size[0] * ct.geometry.size[1];
      expect(source.images.slices).toHaveLength(ct.geometry.size[2]);
      source.images.slices.forEach(({ file }, k) => {
        const hu = images.get(text(file.dataset, Tag.SOPInstanceUID))!;
        const plane = ct.data.subarray(k * planeLength, (k + 1) * planeLength);
        expect(Buffer.compare(new Uint8Array(hu.buffer), new Uint8Array(plane.slice().buffer))).toBe(0);
      });
    });
  }
}

describe.runIf(hasSharedData)('the images of a converted CT, as raw data lie', () => {
  const cohorts = temporaryFolder();
  beforeAll(() => makeOddCohorts(cohorts));

  test.each(['layouts/nbia', 'layouts/idc/nsclc_radiomics', 'layouts/xnat/PROJ', 'archives'])(
    '%s',
    async (folder) => {
      const raw = join(cohorts, folder);
      const run = await converted(raw);
      expect(run.cases.length).toBeGreaterThan(1);
      await expectFound(raw, run, false);
    },
  );

  test('an archive by a list of places: LUNG1-002', async () => {
    const raw = temporaryFolder();
    writeFileSync(join(raw, 'list.txt'), `${shared('lung1/LUNG1-002.zip')}\n`);
    const list = join(raw, 'list.txt');
    await expectFound(list, await converted(list), false);
  });

  test('a table of pairs: a DICOM folder, and a mask beside it', async () => {
    const folder = temporaryFolder();
    const ibsi = shared('ibsi1-ct-phantom/dicom');
    const { out, cases } = await converted(ibsi);
    const mask = join(out, 'interim', cases[0].patient_id, 'tumor.nii.gz');
    const table = join(folder, 'pairs.csv');
    writeFileSync(table, `patient_id,ct,mask\nP1,${ibsi},${mask}\n`);
    const run = await converted(table);
    expect(run.cases).toMatchObject([{ state: 'ok', tumor: { source: 'NIFTI' } }]);
    await expectFound(table, run, false);
  });

  describe('two acquisitions in one series, at the same places', () => {
    let raw: string;
    let run: Converted;
    beforeAll(async () => {
      raw = join(cohorts, 'phases');
      run = await converted(raw);
    });

    test('the one whose voxels the converted CT has', async () => {
      await expectFound(raw, run, true);
    });

    test('without these it cannot be told', async () => {
      await expect(expectFound(raw, run, false)).rejects.toMatchObject({ code: 'several-source-series' });
    });
  });

  test('a CT that is NIfTI has no images', async () => {
    const folder = temporaryFolder();
    const { out, cases } = await converted(shared('ibsi1-ct-phantom/dicom'));
    const [record] = cases as OkCase[];
    const { ct, tumor } = await readInterim(await openStore(join(out, 'interim')), record, new StageClock());
    writeFileSync(join(folder, 'ct.nii'), encodeNifti(ct));
    writeFileSync(join(folder, 'mask.nii'), encodeNifti(tumor));
    const table = join(folder, 'pairs.csv');
    writeFileSync(table, 'patient_id,ct,mask\nP1,ct.nii,mask.nii\n');
    const run = await converted(table);
    expect(run.cases).toMatchObject([{ state: 'ok' }]);
    const { patients } = await findPatients({ raw: table, config, report: () => {} });
    const [patient] = patients.values();
    const inputs = await patientInputs(patient, undefined, config.mask, STORES);
    const wanted = {
      grid: geometryOfRecord((run.cases[0] as OkCase).ct),
      flags: [],
      unchanged: true,
      voxels: undefined,
    };
    await expect(
      findSource(inputs, patientRules(patient, config), wanted, new StageClock()),
    ).rejects.toMatchObject({ code: 'no-dicom' });
  });
});
