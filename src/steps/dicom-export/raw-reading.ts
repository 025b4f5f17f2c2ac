import { readConfig } from '../../config/read-config.ts';
import type { Config } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { findPatients } from '../../raw/cohort/patients.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import { CASES_FILE } from '../../records/cases.ts';
import type { EarlierCases } from '../../records/changes.ts';
import { openStore } from '../../storage/open.ts';
import { readConverted } from './converted.ts';
import type { DicomOptions, RawReading } from './options.ts';

/** By what configuration raw data are read, and what is known of whom convert read by it. */
export interface KnownRaw {
  readonly config: Config;
  /** By patient; of nobody where no run of convert is given. */
  readonly converted: ReadonlyMap<string, EarlierCases['cases'][number]>;
}

/** The configuration of a run of convert, or that which options name. */
export async function rawConfig({ interim, preset, config }: RawReading): Promise<KnownRaw> {
  if (interim === undefined)
    return { config: await readConfig({ preset: preset ?? 'lung1', config }), converted: new Map() };
  const option = config === undefined ? (preset === undefined ? undefined : '--preset') : '--config';
  if (option !== undefined)
    throw new UsageError(
      `${option}: not with --interim, whose ${CASES_FILE} has the configuration that the raw data were read by`,
    );
  const run = await readConverted(interim);
  return { config: run.config, converted: new Map(run.cases.map((one) => [one.patient_id, one])) };
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
