import type { ResolveUri } from '../azureml/resolve-uri.ts';
import { type InspectedPatient, type Inspection, inspectionOf } from '../dataset/inspection.ts';
import { isPairTable } from '../dataset/pairs.ts';
import { StorageError, UsageError } from '../errors.ts';
import { displayUri, lastName } from '../storage/location.ts';
import { locateObject, openStore } from '../storage/open.ts';
import { VERSION } from '../version.ts';
import { caseIdOf } from './case-id.ts';
import { runCases } from './case-pool.ts';
import { type ConfigOptions, readConfig } from './configuration.ts';
import { type InspectTask, inspectCase } from './inspect-case.ts';
import { excludedPatient } from './inspection-record.ts';
import type { MemoryOptions } from './memory.ts';
import { findPatients, type RawPatient } from './patients.ts';
import { isOnePatient } from './raw-kind.ts';
import type { Report } from './report.ts';
import { StepWatch } from './step-watch.ts';

export interface InspectOptions extends ConfigOptions, MemoryOptions {
  /** A cohort: children `PATIENT/` or `PATIENT.zip`, or a table `patient_id,ct,mask`. Or one patient: a folder or `.zip`. */
  readonly uri: string;
  /** Whether `uri` is one patient; undefined looks. */
  readonly patient?: boolean | undefined;
  /** Where NIfTI masks lie, for the source NIFTI; among the patients of a cohort where it is absent. */
  readonly masks?: string | undefined;
  /** Show ROI names as they are. */
  readonly names: boolean;
  /** Looks up the datastores that a table of pairs names. */
  readonly resolveUri?: ResolveUri | undefined;
  readonly report: Report;
  /** To be read afterwards: where the time went. */
  readonly watch?: StepWatch;
}

const ARCHIVE = /\.zip$/i;

/** The name of the one patient that the URI is, undefined where it is a cohort. Throws where an archive is not there. */
async function onePatient({ uri, patient }: InspectOptions): Promise<string | undefined> {
  const name = lastName(uri);
  if (patient === false || isPairTable(uri)) return undefined;
  if (ARCHIVE.test(name)) {
    const { store, key } = await locateObject(uri);
    if ((await store.stat(key)) === undefined)
      throw new StorageError(displayUri(uri), 'does not exist, or is a folder; check the name');
    return name.replace(ARCHIVE, '');
  }
  const store = await openStore(uri);
  return patient === true || (await isOnePatient(store, name)) ? name : undefined;
}

/** What headers tell of a cohort or a patient, and what convert would do. Writes nothing. */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const watch = options.watch ?? new StepWatch('inspect');
  const { uri, masks, names, report } = options;
  const config = await readConfig(options);
  const caseId = caseIdOf(config);
  const name = await onePatient(options);
  const taskOf = (patientId: string, patient: RawPatient): InspectTask => {
    const masksOf = masks ?? (patient.source.kind === 'itself' ? '' : uri);
    return { step: 'inspect', patientId, patient, raw: uri, masks: masksOf, config, names };
  };
  if (name !== undefined) {
    const task = taskOf(caseId(name), { name, source: { kind: 'itself' } });
    const { record } = await inspectCase(task, watch.clock);
    if (record.files === 0 && !ARCHIVE.test(lastName(uri)))
      throw new UsageError(`${displayUri(uri)}: holds nothing; give the folder of a patient`);
    return inspectionOf(VERSION, [record]);
  }
  const patients = await watch.clock.time('list', 0, () =>
    findPatients(uri, caseId, report, options.resolveUri),
  );
  const { records } = await watch.clock.time('patients', 0, () =>
    runCases<InspectTask, InspectedPatient>(
      [...patients].map(([patientId, patient]) => taskOf(patientId, patient)),
      {
        ...options,
        report,
        onCrash: (exclusion) => excludedPatient(exclusion),
        onTimes: watch.sawPool,
      },
    ),
  );
  return inspectionOf(VERSION, records);
}
