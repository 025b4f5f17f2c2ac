import { byPatient } from '../../records/cases.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Pruned } from '../../records/record.ts';
import type { RoiRecord } from '../../records/roi.ts';
import type { RoiChanges, Rois } from '../../records/roi-changes.ts';
import { named } from '../../runner/report.ts';
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

type RoiOfRun = Rois['rois'][number];
type Why = RoiChanges['changed'][number]['why'][number];

/** Why an ROI was made again. `general`: reasons that all share. */
function reasons(before: RoiOfRun, now: RoiOfRun, general: readonly Why[]) {
  const found = [
    ...(before.ct !== now.ct || before.tumor !== now.tumor ? ['volumes' as const] : []),
    ...(before.split !== now.split || before.stage !== now.stage ? ['split' as const] : []),
    ...general,
  ];
  return found.length === 0 ? ['record' as const] : found;
}

function otherFiles(before: RoiOfRun['files'], now: RoiOfRun['files']): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.filter((key) => before[key] !== now[key]).sort();
}

/** Compares the ROIs of two runs. Patients come out by id. */
export function roiChangesBetween(
  earlier: Rois | undefined,
  now: Rois,
  pruned: Pruned | null = null,
): RoiChanges {
  const before = new Map(earlier?.rois.map((roi) => [roi.patient_id, roi]));
  const sameConstants = JSON.stringify(earlier?.constants) === JSON.stringify(now.constants);
  const general = [
    ...(earlier?.rules === now.rules ? [] : ['configuration' as const]),
    ...(earlier?.swinprep_version === now.swinprep_version ? [] : ['version' as const]),
    ...(sameConstants ? [] : ['constants' as const]),
  ];
  const added: RoiChanges['added'] = [];
  const changed: RoiChanges['changed'] = [];
  const unchanged: string[] = [];
  for (const roi of [...now.rois].sort(byPatient)) {
    const { patient_id, state } = roi;
    const old = before.get(patient_id);
    before.delete(patient_id);
    if (old === undefined) added.push({ patient_id, state });
    else if (old.fingerprint === roi.fingerprint && old.state === state) unchanged.push(patient_id);
    else {
      changed.push({
        patient_id,
        state,
        state_before: old.state,
        why: reasons(old, roi, general),
        files: otherFiles(old.files, roi.files),
      });
    }
  }
  const removed = [...before.values()]
    .map((old) => ({ patient_id: old.patient_id, state_before: old.state }))
    .sort(byPatient);
  return {
    swinprep_version: now.swinprep_version,
    previous: earlier ? { swinprep_version: earlier.swinprep_version, constants: earlier.constants } : null,
    constants: now.constants,
    summary: {
      num_added: added.length,
      num_changed: changed.length,
      num_changed_by_constants: changed.filter((c) => c.why.join() === 'constants').length,
      num_removed: removed.length,
      num_unchanged: unchanged.length,
    },
    added,
    changed,
    removed,
    unchanged,
    pruned,
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
