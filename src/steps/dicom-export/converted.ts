import { describeIssues } from '../../config/issues.ts';
import { type Config, configSchema } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { hashedNaming } from '../../privacy/case-id.ts';
import { CASES_FILE } from '../../records/cases.ts';
import { type EarlierCases, earlierCasesSchema } from '../../records/changes.ts';
import { readEarlier } from '../../runner/earlier.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';

/** What the last finished run of convert left of its cohort beside the volumes. */
export interface ConvertedCohort {
  readonly cases: EarlierCases['cases'];
  /** By which it read the raw data. */
  readonly config: Config;
}

/**
 * Reads what convert left in `interim`. Throws a UsageError where it is not there, is of another version, or names patients by
 * another secret than the one that is set.
 */
export async function readConverted(interim: string): Promise<ConvertedCohort> {
  const file = `${displayUri(interim)}/${CASES_FILE}`;
  const { bytes, list } = await readEarlier(await openStore(interim), CASES_FILE, earlierCasesSchema);
  if (bytes === undefined)
    throw new UsageError(
      `${displayUri(interim)}: holds no ${CASES_FILE}; give the --interim that convert wrote to its end`,
    );
  if (list === undefined) throw new UsageError(`${file}: was not written by convert; run convert again`);
  const config = configSchema.safeParse(list.config);
  if (!config.success)
    throw new UsageError(
      `${file}: was not written by this version of swinprep (${describeIssues(config.error.issues)[0]}); run convert again`,
    );
  if (hashedNaming(config.data) !== list.case_naming)
    throw new UsageError(
      `${file}: its patients are named under another secret than the one in SWINPREP_SALT; set that of convert`,
    );
  return { cases: list.cases, config: config.data };
}
