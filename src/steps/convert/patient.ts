import type { Config } from '../../config/schema.ts';
import type { Study } from '../../dicom/study/study.ts';
import { HuHistogram } from '../../kernels/intensity/histogram.ts';
import { uidHmacOf } from '../../privacy/case-id.ts';
import { assertQc, judgePair, measurePair } from '../../qc/ct-and-mask-checks.ts';
import { assertOnePatient } from '../../raw/patient/one-patient.ts';
import { type PatientInputs, patientInputs } from '../../raw/patient/patient-inputs.ts';
import { patientRules } from '../../raw/patient/rules.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import {
  CASE_FILE,
  type CaseRecord,
  CT_FILE,
  caseSchema,
  type OkCase,
  TUMOR_FILE,
} from '../../records/case.ts';
import { MEASURES_FILE } from '../../records/stats.ts';
import { type CommitRules, commitOnce } from '../../runner/commit.ts';
import { writeOutputs } from '../../runner/outputs.ts';
import type { CaseOutcome } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedGzip } from '../../timing/timed-nifti.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { convertFingerprint } from '../convert-fingerprint.ts';
import { leaveMeasures } from './leave-measures.ts';
import { readPatient } from './read-patient.ts';
import { caseRecord, excludedCase } from './record.ts';
import type { ConvertTask } from './task.ts';

/** `case.json` commits CT and mask; what pass 1 measured of them goes with them. */
export const CASE: CommitRules<CaseRecord> = {
  record: CASE_FILE,
  outputs: [CT_FILE, TUMOR_FILE, MEASURES_FILE],
  schema: caseSchema,
  contentsOf: (record) => ({
    fingerprint: record.fingerprint,
    outputs: record.state === 'ok' ? [record.ct, record.tumor] : [],
  }),
};

/** What the recipe below computes, each with its time booked. */
function timedConvert(clock: StageClock, { qc, output }: Config) {
  return {
    histogramOf: clock.around(
      'statistics',
      (_, [{ ct }]) => ct.data.byteLength,
      ({ ct }: Study) => new HuHistogram(ct.data),
    ),
    check: clock.around('qc', 0, (study: Study, histogram: HuHistogram) =>
      judgePair(measurePair(study, histogram), qc),
    ),
    gzip: (volume: Study['ct'] | Study['tumor']) => () => timedGzip(clock, volume, output),
    recordOf: clock.around('qc', 0, caseRecord),
  };
}

/** The record with how the clinical table calls the patient, where it does so otherwise. */
function withClinicalId({ patient_id, ...record }: OkCase, { clinicalId }: RawPatient): OkCase {
  return { patient_id, ...(clinicalId !== undefined && { clinical_id: clinicalId }), ...record };
}

/**
 * Converts one patient, raw files to `PATIENT/{ct.nii.gz,tumor.nii.gz,case.json}`, and measures it for pass 1 into
 * `PATIENT/pass1.json`, unless it is converted already.
 */
export default async function convertPatient(
  task: ConvertTask,
  clock: StageClock,
): Promise<CaseOutcome<CaseRecord>> {
  const { patientId, patient, masks, config } = task;
  const timed = timedConvert(clock, config);
  const rules = patientRules(patient, config);
  const stores = timedStores(clock);
  const place = { store: await stores.open(task.interim), patientId, rules: CASE };
  let made = undefined as Study | undefined;
  const outcome = await commitOnce<ConvertTask, PatientInputs, Study, CaseRecord>(task, place, {
    list: () => patientInputs(patient, masks, config.mask, stores, task.known),
    fingerprint: (inputs) => convertFingerprint(inputs, rules, config),
    read: (inputs) => readPatient(inputs, rules, clock),
    make: async (study, fingerprint) => {
      assertOnePatient(patient, study.facts.patientIds);
      const histogram = timed.histogramOf(study);
      const checks = timed.check(study, histogram);
      assertQc(checks);
      const outputs = { [CT_FILE]: timed.gzip(study.ct), [TUMOR_FILE]: timed.gzip(study.tumor) };
      const { [CT_FILE]: ct, [TUMOR_FILE]: tumor } = await writeOutputs(place, outputs, clock);
      const files = { ct, tumor };
      const record = timed.recordOf(
        patientId,
        study,
        histogram,
        checks,
        files,
        uidHmacOf(config),
        fingerprint,
      );
      made = study;
      return withClinicalId(record, patient);
    },
    exclude: (exclusion, fingerprint) => excludedCase(exclusion, fingerprint, patient.clinicalId),
  });
  if (made !== undefined && outcome.state === 'ok' && outcome.record.state === 'ok')
    await leaveMeasures(place.store, outcome.record, made, config, clock);
  return outcome;
}
