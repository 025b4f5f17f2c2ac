import { readConfig } from '../../config/read-config.ts';
import type { Config } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { findPatients } from '../../raw/cohort/patients.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import { CASES_FILE } from '../../records/cases.ts';
import { openStore } from '../../storage/open.ts';
import { readConverted } from './converted.ts';
import type { DicomOptions, RawReading } from './options.ts';

/** By what configuration raw data are read: that of a run of convert, or that which options name. */
export async function rawConfig({ interim, preset, config }: RawReading): Promise<Config> {
  if (interim === undefined) return readConfig({ preset: preset ?? 'lung1', config });
  const option = config === undefined ? (preset === undefined ? undefined : '--preset') : '--config';
  if (option !== undefined)
    throw new UsageError(
      `${option}: not with --interim, whose ${CASES_FILE} has the configuration that the raw data were read by`,
    );
  return (await readConverted(interim)).config;
}

/** The raw patients by their id. What headers told convert is known again; nothing is kept of what they tell now. */
export async function findRaw(
  { raw, resolveUri, report }: DicomOptions,
  config: Config,
  interim: string | undefined,
): Promise<ReadonlyMap<string, RawPatient>> {
  const store = interim === undefined ? undefined : await openStore(interim);
  const kept = store && { read: (key: string) => store.read(key), write: async () => {} };
  const { patients } = await findPatients({ raw, config, kept, resolveUri, report });
  return patients;
}
