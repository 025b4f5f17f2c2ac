import { fingerprintOf } from '../../records/json.ts';
import type { RoiRecord } from '../../records/roi.ts';
import type { RoiChanges, Rois } from '../../records/roi-changes.ts';
import { named } from '../../runner/earlier.ts';
import { VERSION } from '../../version.ts';
import { roiConstants, roiFingerprint, roiRules } from './fingerprint.ts';
import type { RoiTask } from './task.ts';

/** What a run has made, and of what; a record for each task. */
export function roisOfRun(
  tasks: readonly RoiTask[],
  records: readonly RoiRecord[],
  { config, constants }: Pick<RoiTask, 'config' | 'constants'>,
): Rois {
  return {
    swinprep_version: VERSION,
    rules: fingerprintOf(roiRules(config)),
    constants: roiConstants(constants),
    rois: tasks.map((task, i) => {
      const record = records[i];
      const paths = record.state === 'ok' ? Object.entries(record.paths) : [];
      return {
        patient_id: task.patientId,
        state: record.state,
        fingerprint: roiFingerprint(task),
        ct: task.record.ct.sha256,
        tumor: task.record.tumor.sha256,
        split: task.member.split,
        stage: task.member.stage,
        files: Object.fromEntries(paths.map(([key, { sha256 }]) => [key, sha256])),
      };
    }),
  };
}

/** Closing lines on what has changed since the last run; none where there was none. */
export function roiChangeFacts({ previous, summary, added, changed, removed, pruned }: RoiChanges): string[] {
  if (previous === null) return [];
  const { num_changed_by_constants: byConstants } = summary;
  if (summary.num_added + summary.num_changed + summary.num_removed === 0)
    return ['nothing has changed since the last run'];
  return [
    `since the last run: ${summary.num_added} added, ${summary.num_changed} changed, ${summary.num_removed} removed, ${summary.num_unchanged} unchanged`,
    ...(byConstants === 0
      ? []
      : [`the constants of the data set have changed: ${byConstants} patients were only normalised anew`]),
    ...named('added', added),
    ...named(
      'changed',
      changed.filter(({ why }) => why.join() !== 'constants'),
    ),
    ...named('removed', removed, pruned === null ? ': no longer in the manifest; their ROIs are kept' : ''),
  ];
}
