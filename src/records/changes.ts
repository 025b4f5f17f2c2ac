import { z } from 'zod';
import type { Cases } from './cases.ts';
import { type Pruned, pruned } from './record.ts';

/** What is read of the `cases.json` that an earlier run, perhaps of another version, ended with. */
export const earlierCasesSchema = z.object({
  swinprep_version: z.string(),
  config: z.unknown(),
  cases: z.array(
    z.object({
      patient_id: z.string(),
      state: z.enum(['ok', 'excluded']),
      fingerprint: z.string(),
      ct: z.object({ sha256: z.string() }).optional(),
      tumor: z.object({ sha256: z.string() }).optional(),
    }),
  ),
});

export type EarlierCases = z.infer<typeof earlierCasesSchema>;

const state = z.enum(['ok', 'excluded']);

/**
 * Why a patient was done again. `files`: names, sizes or versions of its files, or the secret of `privacy.uids`.
 * With another version or configuration its files may have changed as well, which can then not be told.
 */
const why = z.enum(['files', 'configuration', 'version']);

/** `changes.json`: the patients of this run against those of the last one that was finished over the same `interim`. */
export const changesSchema = z.strictObject({
  swinprep_version: z.string(),
  /** Null where there was none: then all are added. */
  previous: z.strictObject({ swinprep_version: z.string() }).nullable(),
  summary: z.strictObject({
    num_added: z.int(),
    num_changed: z.int(),
    num_removed: z.int(),
    num_unchanged: z.int(),
  }),
  added: z.array(z.strictObject({ patient_id: z.string(), state })),
  changed: z.array(
    z.strictObject({
      patient_id: z.string(),
      state,
      state_before: state,
      why: z.array(why),
      /** Which of the volumes have other bytes than before, or are there only now, or no longer. */
      volumes: z.array(z.enum(['ct', 'tumor'])),
    }),
  ),
  /** No longer among the raw data: in no artifact; what was made of them is kept without `--prune`. */
  removed: z.array(z.strictObject({ patient_id: z.string(), state_before: state })),
  unchanged: z.array(z.string()),
  /** Null without `--prune`. */
  pruned: pruned.nullable(),
});

export type Changes = z.infer<typeof changesSchema>;

export const CHANGES_FILE = 'changes.json';

type Why = z.infer<typeof why>;

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
    else {
      const sha = (part: 'ct' | 'tumor') => (record.state === 'ok' ? record[part].sha256 : undefined);
      changed.push({
        patient_id,
        state,
        state_before: old.state,
        why: reasons.length === 0 ? ['files'] : reasons,
        volumes: (['ct', 'tumor'] as const).filter((part) => sha(part) !== old[part]?.sha256),
      });
    }
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
