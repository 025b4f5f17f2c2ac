import { configSchema } from '../../config/schema.ts';
import type { CaseRecord } from '../../records/case.ts';
import type { Cases } from '../../records/cases.ts';
import type { Changes, EarlierCases } from '../../records/changes.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Pruned } from '../../records/record.ts';
import { REVIEW_CODE } from '../../records/review.ts';
import { named } from '../../runner/report.ts';
import { convertRules } from '../convert-fingerprint.ts';

type Change = Changes['changed'][number];
type Why = Change['why'][number];
type EarlierCase = EarlierCases['cases'][number];

/** Why a patient is another one than before, and which of its volumes are. `general`: reasons that all share. */
function changeOf(old: EarlierCase, record: CaseRecord, general: readonly Why[]) {
  const isNow = record.state === 'excluded' && record.exclusion.code === REVIEW_CODE;
  const review: Why[] = (old.exclusion?.code === REVIEW_CODE) === isNow ? [] : ['review'];
  const others: readonly Why[] = general.length === 0 ? ['files'] : general;
  const byReviewAlone = review.length > 0 && old.fingerprint === record.fingerprint;
  return {
    why: [...(byReviewAlone ? [] : others), ...review],
    volumes: (['ct', 'tumor'] as const).filter((part) => record[part]?.sha256 !== old[part]?.sha256),
  };
}

/** Compares two runs. `sameRules`: whether all that convert goes by was configured alike. Patients come out by id. */
export function changesBetween(
  earlier: EarlierCases | undefined,
  now: Cases,
  sameRules: boolean,
  pruned: Pruned | null = null,
): Changes {
  const before = new Map(earlier?.cases.map((record) => [record.patient_id, record]));
  const reasons: Why[] = [
    ...(earlier?.swinprep_version === now.swinprep_version ? [] : ['version' as const]),
    ...(sameRules ? [] : ['configuration' as const]),
  ];
  const added: Changes['added'] = [];
  const changed: Changes['changed'] = [];
  const unchanged: string[] = [];
  for (const record of now.cases) {
    const { patient_id, state } = record;
    const old = before.get(patient_id);
    before.delete(patient_id);
    if (old === undefined) added.push({ patient_id, state });
    else if (old.fingerprint === record.fingerprint && old.state === state) unchanged.push(patient_id);
    else changed.push({ patient_id, state, state_before: old.state, ...changeOf(old, record, reasons) });
  }
  const removed = [...before.values()].map((old) => ({
    patient_id: old.patient_id,
    state_before: old.state,
  }));
  return {
    swinprep_version: now.swinprep_version,
    previous: earlier === undefined ? null : { swinprep_version: earlier.swinprep_version },
    summary: {
      num_added: added.length,
      num_changed: changed.length,
      num_removed: removed.length,
      num_unchanged: unchanged.length,
    },
    added,
    changed,
    removed: removed.sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1)),
    unchanged,
    pruned,
  };
}

/** What this run found against what the last finished one left in `interim`. */
export function changesSince(earlier: EarlierCases | undefined, now: Cases, pruned: Pruned | null): Changes {
  const config = configSchema.safeParse(earlier?.config);
  const sameRules =
    config.success && fingerprintOf(convertRules(config.data)) === fingerprintOf(convertRules(now.config));
  return changesBetween(earlier, now, sameRules, pruned);
}

/** Closing lines on what has changed since the last run; none where there was none. */
export function changeFacts({ previous, summary, added, changed, removed, pruned }: Changes): string[] {
  if (previous === null) return [];
  if (summary.num_added + summary.num_changed + summary.num_removed === 0)
    return ['nothing has changed since the last run'];
  return [
    `since the last run: ${summary.num_added} added, ${summary.num_changed} changed, ${summary.num_removed} removed, ${summary.num_unchanged} unchanged`,
    ...named('added', added),
    ...named('changed', changed),
    ...named(
      'removed',
      removed,
      pruned === null ? ': no longer in the artifacts; the volumes made of them are kept' : '',
    ),
  ];
}
