import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { type ConfigOptions, readConfig } from '../../config/read-config.ts';
import { StorageError, UsageError } from '../../errors.ts';
import { caseIdOf } from '../../privacy/case-id.ts';
import { findPatients, type RawPatient } from '../../raw/patients.ts';
import { type InspectedPatient, type Inspection, inspectionOf } from '../../records/inspection.ts';
import { isPairTable } from '../../records/pairs.ts';
import { runCases } from '../../runner/pool.ts';
import type { Report } from '../../runner/report.ts';
import { StepWatch } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { displayUri, lastName } from '../../storage/location.ts';
import { locateObject, openStore } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { isOnePatient } from './one-patient.ts';
import inspectPatient, { type InspectTask } from './patient.ts';
import { excludedPatient } from './record.ts';

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

/** What the headers of the largest patient of Lung1 take at most. */
const USUAL_INSPECT_BYTES = 150 * 2 ** 20;

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
    const { record } = await inspectPatient(task, watch.clock);
    if (record.files === 0 && !ARCHIVE.test(lastName(uri)))
      throw new UsageError(`${displayUri(uri)}: holds nothing; give the folder of a patient`);
    return inspectionOf(VERSION, [record]);
  }
  const patients = await watch.clock.time('list', 0, () =>
    findPatients(uri, caseId, report, options.resolveUri, config.mask),
  );
  const { records } = await watch.clock.time('patients', 0, () =>
    runCases<InspectTask, InspectedPatient>(
      [...patients].map(([patientId, patient]) => taskOf(patientId, patient)),
      {
        ...options,
        report,
        work: moduleBeside(import.meta.url, 'patient'),
        usual: { bytes: USUAL_INSPECT_BYTES, what: USUAL_CT },
        onCrash: (exclusion) => excludedPatient(exclusion),
        onTimes: watch.sawPool,
      },
    ),
  );
  return inspectionOf(VERSION, records);
}
