import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { CaseRecord, OkCase } from '../../../src/records/case.ts';
import { mergeCases } from '../../../src/records/cases.ts';
import { type Decision, encodeReview, REVIEW_REASONS } from '../../../src/records/review.ts';
import { changesBetween } from '../../../src/steps/convert/changes.ts';
import { excludedCase } from '../../../src/steps/convert/record.ts';
import { applyReview, readReview, reviewFacts } from '../../../src/steps/convert/review.ts';
import { temporaryFolder } from '../../support/cli.ts';

const sha = (digit: string): string => digit.repeat(64);
const flag = (code: string) => ({ code, message: '', value: 1 });

/** A patient whose mask has the hash; flags `a` and `b`. */
function ok(patient_id: string, mask: string, fingerprint = `of ${patient_id}`): OkCase {
  return {
    ...{ patient_id, state: 'ok', fingerprint, flags: [flag('a'), flag('b')] },
    ...{ ct: { sha256: sha('c') }, tumor: { sha256: mask } },
  } as OkCase;
}

const out = (patient_id: string): CaseRecord =>
  excludedCase({ patient_id, step: 'convert', code: 'no-mask', message: 'none' }, `of ${patient_id}`);

function decided(patient_id: string, mask_sha256: string, more: Partial<Decision> = {}): Decision {
  return {
    ...{ patient_id, mask_sha256, decision: 'accept', reason: null, comment: 'said in private' },
    ...{ reviewer: 'AB', decided_utc: '2026-11-29T08:15:00Z', flags: null, ...more },
  };
}

const exclude = { decision: 'exclude', reason: 'mask-too-large' } as const;

const records = [ok('A', sha('1')), ok('B', sha('2')), ok('C', sha('3')), ok('D', sha('4')), out('E')];
const decisions = [
  decided('F', sha('6')),
  decided('E', sha('5'), exclude),
  decided('D', sha('0')),
  decided('C', sha('0'), exclude),
  decided('B', sha('2'), { flags: ['b', 'of-the-roi'] }),
  decided('A', sha('1'), exclude),
];

test('each decision is applied, or in the list that says why it is not', () => {
  const { records: after, outcome } = applyReview(records, decisions);
  expect(outcome).toEqual({
    num_decisions: 6,
    excluded: [{ patient_id: 'A', reason: 'mask-too-large' }],
    accepted: [{ patient_id: 'B', flags: ['b', 'of-the-roi'] }],
    stale: [
      { patient_id: 'C', decision: 'exclude', looked_at_sha256: sha('0'), mask_sha256: sha('3') },
      { patient_id: 'D', decision: 'accept', looked_at_sha256: sha('0'), mask_sha256: sha('4') },
      { patient_id: 'E', decision: 'exclude', looked_at_sha256: sha('5'), mask_sha256: null },
    ],
    unknown: [{ patient_id: 'F', decision: 'accept', mask_of: null }],
  });
  expect(after[0]).toEqual({
    ...excludedCase(
      { patient_id: 'A', step: 'convert', code: 'review', message: REVIEW_REASONS['mask-too-large'] },
      'of A',
    ),
    ct: { sha256: sha('c') },
    tumor: { sha256: sha('1') },
  });
  expect(after[1]).toEqual({ ...records[1], flags: [flag('a'), { ...flag('b'), seen: true }] });
  expect(after.slice(2)).toEqual(records.slice(2));
  expect(JSON.stringify([after, outcome])).not.toContain('private');
  expect(reviewFacts(outcome)).toEqual([
    'review: 1 excluded, 1 accepted, 2 stale: C, D: the mask has changed since; look again',
    'review, not applied: E: convert excludes them now',
    'review, of nobody in this run: F',
  ]);
});

test('the closing lines are one where all decisions count, none without a review', () => {
  const { outcome } = applyReview(records, decisions.slice(4));
  expect(reviewFacts(outcome)).toEqual(['review: 1 excluded, 1 accepted']);
  expect(reviewFacts(undefined)).toEqual([]);
});

test('a decision by another name is not applied, and told by whose mask it is of, where that is one patient', () => {
  const twins = [...records, ok('0012', sha('7')), ok('G', sha('8')), ok('H', sha('8'))];
  const { records: after, outcome } = applyReview(twins, [
    decided('12', sha('7'), exclude),
    decided('g', sha('8')),
  ]);
  expect(after).toEqual(twins);
  expect(outcome.unknown).toEqual([
    { patient_id: '12', decision: 'exclude', mask_of: '0012' },
    { patient_id: 'g', decision: 'accept', mask_of: null },
  ]);
  expect(reviewFacts(outcome)).toEqual([
    'review: 0 excluded, 0 accepted',
    'review, of nobody in this run: g',
    'review, by another name than in this run: 12 (the mask of 0012): correct patient_id; a spreadsheet makes 12 of 0012',
  ]);
});

test('a patient keeps how the clinical table calls it', () => {
  const [found] = applyReview(
    [{ ...ok('A', sha('1')), clinical_id: 'A-1' }],
    [decided('A', sha('1'), exclude)],
  ).records;
  expect(found).toMatchObject({ state: 'excluded', clinical_id: 'A-1' });
});

test('whatever is decided: everybody stays in place, no decision is lost, and others are not touched', () => {
  const names = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G');
  const hashes = fc.constantFrom(...['1', '2', '3', '4'].map(sha));
  const some = fc.uniqueArray(
    fc.record({ name: names, mask: hashes, choice: fc.constantFrom({}, exclude) }),
    { selector: ({ name }) => name },
  );
  fc.assert(
    fc.property(some, (chosen) => {
      const review = chosen.map(({ name, mask, choice }) => decided(name, mask, choice));
      const { records: after, outcome } = applyReview(records, review);
      expect(after.map((r) => r.patient_id)).toEqual(records.map((r) => r.patient_id));
      expect(after.map((r) => r.fingerprint)).toEqual(records.map((r) => r.fingerprint));
      const { excluded, accepted, stale, unknown } = outcome;
      const listed = [...excluded, ...accepted, ...stale, ...unknown].map((row) => row.patient_id);
      expect(listed.sort()).toEqual(chosen.map(({ name }) => name).sort());
      const applied = new Set([...excluded, ...accepted].map((row) => row.patient_id));
      for (const [i, record] of records.entries())
        if (!applied.has(record.patient_id)) expect(after[i]).toBe(record);
    }),
  );
});

describe('changes.json', () => {
  const casesOf = (all: readonly CaseRecord[]) => mergeCases('1', PRESETS.lung1, all);
  const A = ok('A', sha('1'));
  const excluding = (record: OkCase): CaseRecord =>
    applyReview([record], [decided('A', record.tumor.sha256, exclude)]).records[0];

  test('tells of a review where a decision excludes a patient, and where it is taken back', () => {
    const row = { patient_id: 'A', why: ['review'], volumes: [] };
    expect(changesBetween(casesOf([A]), casesOf([excluding(A)]), true).changed).toEqual([
      { ...row, state: 'excluded', state_before: 'ok' },
    ]);
    expect(changesBetween(casesOf([excluding(A)]), casesOf([A]), true).changed).toEqual([
      { ...row, state: 'ok', state_before: 'excluded' },
    ]);
    expect(changesBetween(casesOf([excluding(A)]), casesOf([excluding(A)]), true).unchanged).toEqual(['A']);
  });

  test('tells of a CT that changed while a decision excluded the patient, with another configuration too', () => {
    const rescanned: OkCase = { ...A, ct: { ...A.ct, sha256: sha('d') }, fingerprint: 'another' };
    const told = (one: CaseRecord, other: CaseRecord, sameRules = true) =>
      changesBetween(casesOf([one]), casesOf([other]), sameRules).changed.map(({ why, volumes }) => [
        why,
        volumes,
      ]);
    expect(told(excluding(A), excluding(rescanned))).toEqual([[['files'], ['ct']]]);
    expect(told(excluding(rescanned), rescanned)).toEqual([[['review'], []]]);
    expect(told(excluding(A), rescanned)).toEqual([[['files', 'review'], ['ct']]]);
    const again = { ...A, fingerprint: 'by another configuration' };
    expect(told(A, excluding(again), false)).toEqual([[['configuration', 'review'], []]]);
  });

  test('tells nothing of flags that were seen', () => {
    const { records: seen } = applyReview([A], [decided('A', sha('1'))]);
    expect(changesBetween(casesOf([A]), casesOf(seen), true)).toMatchObject({
      changed: [],
      unchanged: ['A'],
    });
  });

  test('tells of a review and of files where the mask was redrawn and the decision is stale', () => {
    const redrawn = ok('A', sha('9'), 'another');
    expect(changesBetween(casesOf([excluding(A)]), casesOf([redrawn]), true).changed).toMatchObject([
      { state: 'ok', state_before: 'excluded', why: ['files', 'review'], volumes: ['tumor'] },
    ]);
    expect(changesBetween(casesOf([A]), casesOf([redrawn]), true).changed).toMatchObject([
      { why: ['files'], volumes: ['tumor'] },
    ]);
  });
});

describe('--review', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'review.csv');
  const row = decided('P-0123456789abcdef', sha('1'));
  writeFileSync(file, encodeReview([row]));
  const { lung1 } = PRESETS;
  const hashed = { ...lung1, privacy: { ...lung1.privacy, caseId: 'hmac' as const } };

  test('names the file or its folder, or nobody', async () => {
    expect(await readReview(file, lung1)).toEqual([row]);
    expect(await readReview(folder, lung1)).toEqual([row]);
    expect(await readReview('none', lung1)).toBeUndefined();
    expect(await readReview(undefined, lung1)).toBeUndefined();
    await expect(readReview(join(folder, 'gone.csv'), lung1)).rejects.toThrow('gone.csv: does not exist');
  });

  test('is refused where names would leave that are HMACs in this run', async () => {
    expect(await readReview(file, hashed)).toEqual([row]);
    const plain = join(folder, 'plain.csv');
    writeFileSync(plain, encodeReview([row, decided('Doe, Jane', sha('1'))]));
    const refused = readReview(plain, hashed);
    await expect(refused).rejects.toThrow('plain.csv: names patients in another way than this run');
    await expect(refused).rejects.not.toThrow('Doe');
  });
});
