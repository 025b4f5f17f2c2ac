import { describe, expect, test } from 'vitest';
import type { Saving } from '../../../src/pages/review-server.ts';
import { standingOf } from '../../../src/pages/standing.ts';
import { Review } from '../../../src/pages/viewer/review.ts';
import type { Decision } from '../../../src/records/review.ts';
import type { ReviewPatient, Wish } from '../../../src/review/api.ts';

const patient = (patient_id: string, changes: Partial<ReviewPatient> = {}): ReviewPatient => ({
  ...{ patient_id, output: null, failure: null, roi: null, ct: null, decision: null, roi_outdated: false },
  mask_sha256: 'a'.repeat(64),
  ...changes,
});

const wanted: NonNullable<Wish['decision']> = {
  ...{ decision: 'accept', reason: null, comment: '', reviewer: 'R', flags: [] },
  mask_sha256: 'a'.repeat(64),
};

const decided = (patient_id: string, changes: Partial<Decision> = {}): Decision => ({
  ...wanted,
  ...{ patient_id, decided_utc: '2026-11-29T08:15:00Z' },
  ...changes,
});

/** A server that keeps one decision a patient, as the real one does; `down` while it does not answer. */
function madeServer() {
  const file = new Map<string, Decision>();
  const server = {
    file,
    down: false,
    save: async (id: string, { decision, replaces }: Wish): Promise<Saving> => {
      if (server.down) return { state: 'failed', why: 'down' };
      const standing = file.get(id) ?? null;
      if (JSON.stringify(standing) !== JSON.stringify(replaces))
        return {
          state: 'conflict',
          conflict: { decision: standing, mask_sha256: 'a'.repeat(64), message: 'meanwhile' },
        };
      if (decision === null) file.delete(id);
      else file.set(id, decided(id, decision));
      return { state: 'saved', decision: file.get(id) ?? null };
    },
  };
  return server;
}

test('a decision on another mask is stale and waits again; without a mask nothing can be decided', () => {
  const stale = patient('A', { decision: decided('A', { mask_sha256: 'b'.repeat(64) }) });
  const none = patient('N', { mask_sha256: null });
  const done = patient('D', { decision: decided('D') });
  expect([stale, none, done, patient('U')].map(standingOf)).toEqual([
    'stale',
    'impossible',
    'decided',
    'undecided',
  ]);
  const review = new Review([done, none, stale], madeServer().save);
  expect(review.progress).toEqual({ decided: 1, stale: 1, of: 2 });
  expect(review.toUndecided()).toBe(true);
  expect(review.current.patient_id).toBe('A');
});

describe('undo', () => {
  test('takes back the last decisions one by one, wherever the reviewer is by then', async () => {
    const server = madeServer();
    const review = new Review([patient('A'), patient('B'), patient('C')], server.save);
    await review.decide(wanted);
    review.step(1);
    await review.decide({ ...wanted, comment: 'first' });
    await review.decide({ ...wanted, comment: 'second' });
    review.step(1);
    await review.undo();
    expect([review.current.patient_id, server.file.get('B')!.comment]).toEqual(['B', 'first']);
    await review.undo();
    expect([...server.file.keys()]).toEqual(['A']);
    await review.undo();
    expect([review.current.patient_id, server.file.size, review.canUndo]).toEqual(['A', 0, false]);
  });

  test('overwrites nothing that another window has decided since', async () => {
    const server = madeServer();
    const review = new Review([patient('A')], server.save);
    await review.decide(wanted);
    server.file.set('A', decided('A', { reviewer: 'Other' }));
    await review.undo();
    expect(server.file.get('A')!.reviewer).toBe('Other');
    expect(review.pending.conflict!.decision!.reviewer).toBe('Other');
    expect(review.current.decision!.reviewer).toBe('Other');
  });

  test('is still possible after it could not be written', async () => {
    const server = madeServer();
    const review = new Review([patient('A')], server.save);
    await review.decide(wanted);
    server.down = true;
    await review.undo();
    expect([review.canUndo, review.current.decision]).toEqual([true, decided('A')]);
    server.down = false;
    await review.undo();
    expect(server.file.size).toBe(0);
  });
});

describe('while the server is away', () => {
  test('decisions are kept, each patient its last, and written in the end', async () => {
    const server = madeServer();
    const review = new Review([patient('A'), patient('B')], server.save);
    server.down = true;
    await review.decide(wanted);
    await review.decide({ ...wanted, comment: 'last' });
    review.step(1);
    await review.decide(wanted);
    expect(review.unsaved).toEqual(['A', 'B']);
    expect(review.progress.decided).toBe(0);
    await review.undo();
    expect(review.unsaved).toEqual(['A']);
    server.down = false;
    await review.retry();
    expect([review.unsaved, [...server.file.values()]]).toEqual([[], [decided('A', { comment: 'last' })]]);
  });

  test('a decision whose answer got lost is no conflict when it is written again', async () => {
    const server = madeServer();
    let lost = true;
    const review = new Review([patient('A')], async (id, wish) => {
      const saving = await server.save(id, wish);
      return lost ? { state: 'failed', why: 'lost' } : saving;
    });
    await review.decide(wanted);
    expect(review.unsaved).toEqual(['A']);
    lost = false;
    await review.retry();
    expect(review.unsaved).toEqual([]);
    expect(review.pending.conflict).toBeUndefined();
    expect(review.current.decision).toEqual(decided('A'));
  });
});

test('what another window decides is shown as such, and one’s own is not', async () => {
  const server = madeServer();
  const review = new Review([patient('A'), patient('B')], server.save);
  await review.decide(wanted);
  review.changed({ patient_id: 'A', decision: decided('A') });
  expect(review.pending.elsewhere).toBe(false);
  review.changed({ patient_id: 'B', decision: decided('B') });
  review.step(1);
  expect([review.pending.elsewhere, review.current.decision]).toEqual([true, decided('B')]);
});
