import { configSchema } from '../../config/schema.ts';
import type { Cases } from '../../records/cases.ts';
import { type Changes, changesBetween, type EarlierCases } from '../../records/changes.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Pruned } from '../../records/record.ts';
import { named } from '../../runner/earlier.ts';
import { convertRules } from './fingerprint.ts';

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
