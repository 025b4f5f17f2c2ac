import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { type ConfigOptions, readConfig } from '../../config/read-config.ts';
import { UsageError } from '../../errors.ts';
import { findPatients } from '../../raw/cohort/patients.ts';
import { type InspectedPatient, type Inspection, inspectionOf } from '../../records/inspection.ts';
import { runCases } from '../../runner/pool.ts';
import type { Report } from '../../runner/report.ts';
import { StepWatch } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { displayUri } from '../../storage/location.ts';
import { VERSION } from '../../version.ts';
import { USUAL_CT } from '../usual-patient.ts';
import type { InspectTask } from './patient.ts';
import { excludedPatient } from './record.ts';

export interface InspectOptions extends ConfigOptions, MemoryOptions {
  /** Raw data, as `findPatients` takes them: a place, an archive, a table (.csv), or a list of places (.txt); or one patient. */
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

/** What headers tell of a cohort or a patient, and what convert would do. Writes nothing. */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const watch = options.watch ?? new StepWatch('inspect');
  const { uri, patient: onePatient, masks, names, report, resolveUri } = options;
  const config = await readConfig(options);
  const { layout, byHeader, patients } = await watch.clock.time('list', 0, () =>
    findPatients({ raw: uri, config, onePatient, report, resolveUri }),
  );
  const tasks = [...patients].map(
    ([patientId, patient]): InspectTask => ({ step: 'inspect', patientId, patient, masks, config, names }),
  );
  const { records } = await watch.clock.time('patients', 0, () =>
    runCases<InspectTask, InspectedPatient>(tasks, {
      ...options,
      report,
      work: moduleBeside(import.meta.url, 'patient'),
      usual: { bytes: USUAL_INSPECT_BYTES, what: USUAL_CT },
      onCrash: (exclusion) => excludedPatient(exclusion),
      onTimes: watch.sawPool,
    }),
  );
  if (layout === 'one-patient' && records.every(({ files }) => files === 0))
    throw new UsageError(`${displayUri(uri)}: holds nothing; give the folder of a patient`);
  return inspectionOf(VERSION, { layout, num_by_header: byHeader ?? null }, records);
}
