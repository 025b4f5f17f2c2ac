import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../records/case.ts';
import type { SplitMember } from '../../records/split.ts';
import type { DatasetStats } from '../../records/stats.ts';
import type { CaseTask } from '../../runner/task.ts';

/** What pass 1 derived from the data set, or a release did. */
export type Constants = DatasetStats['config_after_pass1'];

/** The ROI of one patient, as it is sent to a worker thread. */
export interface RoiTask extends CaseTask {
  readonly step: 'pass2-write';
  readonly interim: string;
  readonly roi: string;
  readonly record: OkCase;
  readonly member: SplitMember;
  readonly config: Config;
  readonly constants: Constants;
}
