import { expect, test } from 'vitest';
import { resolveConfig } from '../../../src/config/load.ts';
import { findPatients } from '../../../src/raw/cohort/patients.ts';
import { prepareConvert } from '../../../src/steps/convert/weigh.ts';
import { laidObjects, laidOut, NAMES, named, packed } from '../../support/layouts.ts';

const file = { name: 'c.yml', text: 'raw: {patients: folder}' };
const config = resolveConfig({ preset: 'lung1', file });

test('an archive in the folder of a patient takes as much memory as one that is the patient', async () => {
  const zip = packed('zip', named(await laidObjects(undefined, [1]), NAMES.heap));
  const raw = laidOut({ 'FOLDER/study.zip': zip, 'ARCHIVE.zip': zip });
  const { patients } = await findPatients({ raw, config, report: () => {} });
  const [folder, archive] = await Promise.all(
    ['FOLDER', 'ARCHIVE'].map(async (patientId) => {
      const patient = patients.get(patientId)!;
      const task = { step: 'convert', patientId, patient, masks: undefined, interim: raw, config } as const;
      return (await prepareConvert(task)).bytes;
    }),
  );
  expect(folder).toBe(archive);
});
