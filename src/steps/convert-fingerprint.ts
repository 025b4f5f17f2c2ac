import type { Config } from '../config/schema.ts';
import type { StudyRules } from '../dicom/study/study.ts';
import { uidHmacOf } from '../privacy/case-id.ts';
import type { PatientInputs } from '../raw/patient/patient-inputs.ts';
import { studyRules } from '../raw/patient/rules.ts';
import { fingerprintOf } from '../records/json.ts';
import { VERSION } from '../version.ts';

/** How CT and mask are deflated. zlib goes unsaid, so that what was made before there was a choice is known again. */
function gzipRules({ gzipEngine, gzipLevelInt }: Config['output']): object {
  return { gzip: gzipLevelInt, ...(gzipEngine !== 'zlib' && { gzipEngine }) };
}

/** All of the configuration that decides what convert makes of a patient's files. */
export function convertRules(config: Config): object {
  const { qc, output, mask } = config;
  return {
    rules: studyRules(config),
    niftiPatterns: mask.niftiPatterns,
    qc,
    uids: config.privacy.uids,
    ...gzipRules(output),
  };
}

/** What decides a patient's outputs: the names, sizes and versions of its files, the configuration, and this version. */
export function convertFingerprint({ listed }: PatientInputs, rules: StudyRules, config: Config): string {
  return fingerprintOf({
    step: 'convert',
    version: VERSION,
    inputs: listed,
    rules,
    qc: config.qc,
    // Changes with the secret, and tells nothing of it.
    uids: uidHmacOf(config)('fingerprint'),
    ...gzipRules(config.output),
  });
}
