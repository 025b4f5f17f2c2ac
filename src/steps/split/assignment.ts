import { createHash } from 'node:crypto';

export type Side = 'train' | 'test';

export interface AssignmentRule {
  readonly seed: number;
  readonly trainFraction: number;
  /** Fewest test patients of the stratum; as many as half of it where it is smaller than twice that. */
  readonly minTest: number;
}

/** Order within a stratum: a keyed hash, so that it is random, repeatable, and not moved by who else is in the cohort. */
function hashOrder(seed: number, patientId: string): string {
  return createHash('sha256').update(`${seed}:${patientId}`).digest('hex');
}

/**
 * Test patients among n: the rounded share, or the minimum where that is more, which never takes more than half. It
 * grows by 0 or 1 with each patient.
 */
export function testQuota(n: number, { trainFraction, minTest }: Omit<AssignmentRule, 'seed'>): number {
  const share = Math.round(n - n * trainFraction);
  return Math.max(share, Math.min(minTest, Math.floor(n / 2)));
}

/**
 * Assigns the patients of a stratum. Those in `pins` keep their side; of the others the first in hash order are test
 * patients, as many as the pinned ones leave of the quota.
 *
 * Without pins, a patient that comes or goes makes at most one other change side: the border in the hash order moves by
 * one patient. A fixed threshold on the hash would move nobody, but holds neither the share nor the minimum: of 40
 * patients it would take 8 +- 2.5.
 */
export function assignStratum(
  patientIds: readonly string[],
  pins: ReadonlyMap<string, Side>,
  rule: AssignmentRule,
): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const id of patientIds) {
    const pinned = pins.get(id);
    if (pinned !== undefined) sides.set(id, pinned);
  }
  const pinnedTest = [...sides.values()].filter((side) => side === 'test').length;
  const open = testQuota(patientIds.length, rule) - pinnedTest;
  patientIds
    .filter((id) => !sides.has(id))
    .map((id) => ({ id, order: hashOrder(rule.seed, id) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .forEach(({ id }, i) => {
      sides.set(id, i < open ? 'test' : 'train');
    });
  return sides;
}
