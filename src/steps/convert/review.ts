import type { Config } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { isHashedId } from '../../privacy/case-id.ts';
import type { CaseRecord, OkCase } from '../../records/case.ts';
import { byPatient } from '../../records/cases.ts';
import type { OutputFile } from '../../records/record.ts';
import {
  type Decision,
  markSeen,
  parseReview,
  REVIEW_CODE,
  REVIEW_FILE,
  REVIEW_REASONS,
  type ReviewOutcome,
} from '../../records/review.ts';
import { givenPlace } from '../../runner/given-place.ts';
import { named } from '../../runner/report.ts';
import { displayUri, fileOrBelow } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import { excludedCase } from './record.ts';

/**
 * The decisions that `--review` names: a `review.csv`, or its folder; undefined for `none`. Throws a UsageError where it is
 * no such table, or names patients in another way than this run, a StorageError where there is no such file.
 */
export async function readReview(
  review: string | undefined,
  { privacy }: Config,
): Promise<Decision[] | undefined> {
  const uri = givenPlace(review);
  if (uri === undefined) return undefined;
  const place = fileOrBelow(uri, REVIEW_FILE);
  const file = displayUri(place);
  const decisions = parseReview(file, await readObject(place));
  // Those who are not here are listed by name.
  if (privacy.caseId === 'hmac' && !decisions.every(({ patient_id }) => isHashedId(patient_id)))
    throw new UsageError(
      `${file}: names patients in another way than this run (privacy.caseId): give the review of its own outputs`,
    );
  return decisions;
}

/**
 * Records as a review leaves them, in their order: who is excluded, and which flags have been seen. A decision counts where
 * the mask is the one that was looked at. What is committed of a patient stays as it is, so that the decision can be taken back.
 */
export function applyReview(
  records: readonly CaseRecord[],
  decisions: readonly Decision[],
): { records: CaseRecord[]; outcome: ReviewOutcome } {
  const recordOf = new Map(records.map((record) => [record.patient_id, record]));
  const ofMask = Map.groupBy(records, (record) => (record.state === 'ok' ? record.tumor.sha256 : null));
  const outcome: ReviewOutcome = {
    num_decisions: decisions.length,
    excluded: [],
    accepted: [],
    stale: [],
    unknown: [],
  };
  for (const { patient_id, decision, reason, flags, mask_sha256: lookedAt } of [...decisions].sort(
    byPatient,
  )) {
    const record = recordOf.get(patient_id);
    const mask = record?.state === 'ok' ? record.tumor.sha256 : null;
    if (record === undefined) {
      const owners = ofMask.get(lookedAt) ?? [];
      outcome.unknown.push({
        patient_id,
        decision,
        mask_of: owners.length === 1 ? owners[0].patient_id : null,
      });
    } else if (record.state === 'excluded' || mask !== lookedAt)
      outcome.stale.push({ patient_id, decision, looked_at_sha256: lookedAt, mask_sha256: mask });
    else if (reason !== null) {
      outcome.excluded.push({ patient_id, reason });
      recordOf.set(patient_id, withoutPatient(record, REVIEW_REASONS[reason]));
    } else {
      outcome.accepted.push({ patient_id, flags });
      recordOf.set(patient_id, { ...record, flags: markSeen(record.flags, flags) });
    }
  }
  return { records: [...recordOf.values()], outcome };
}

function withoutPatient(
  { patient_id, fingerprint, clinical_id, ct, tumor }: OkCase,
  message: string,
): CaseRecord {
  const exclusion = { patient_id, step: 'convert', code: REVIEW_CODE, message } as const;
  const fileOf = ({ file, bytes, sha256 }: OutputFile): OutputFile => ({ file, bytes, sha256 });
  return {
    ...excludedCase(exclusion, fingerprint, clinical_id),
    ct: fileOf(ct),
    tumor: fileOf(tumor),
  };
}

/** Closing lines on what became of a review; none where there was none. */
export function reviewFacts(outcome: ReviewOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  const { excluded, accepted, stale, unknown } = outcome;
  const counts = `review: ${excluded.length} excluded, ${accepted.length} accepted`;
  const changed = stale.filter(({ mask_sha256 }) => mask_sha256 !== null);
  const gone = stale.filter(({ mask_sha256 }) => mask_sha256 === null);
  const nobody = unknown.filter(({ mask_of }) => mask_of === null);
  const renamed = unknown
    .filter(({ mask_of }) => mask_of !== null)
    .map(({ patient_id, mask_of }) => ({ patient_id: `${patient_id} (the mask of ${mask_of})` }));
  return [
    ...(changed.length === 0
      ? [counts]
      : named(`${counts}, ${changed.length} stale`, changed, ': the mask has changed since; look again')),
    ...named('review, not applied', gone, ': convert excludes them now'),
    ...named('review, of nobody in this run', nobody),
    ...named(
      'review, by another name than in this run',
      renamed,
      ': correct patient_id; a spreadsheet makes 12 of 0012',
    ),
  ];
}
