import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryQueue } from '../../src/runner/memory-queue.ts';

/** Patients that ask in turn and are done in any order; what was held at every moment, and the order of the starts. */
async function run(limit: number, patients: readonly number[], pick: (running: number) => number) {
  const queue = new MemoryQueue(
    limit,
    patients.map(() => 0),
  );
  const running: number[] = [];
  const started: number[] = [];
  const held: number[][] = [];
  for (const [i, bytes] of patients.entries()) {
    void queue.acquire(bytes).then(() => {
      running.push(i);
      started.push(i);
    });
  }
  for (let done = 0; done < patients.length; done++) {
    await Promise.resolve();
    held.push(running.map((i) => patients[i]));
    const [next] = running.splice(pick(running.length), 1);
    queue.release(patients[next]);
  }
  return { started, held };
}

test('what runs never takes more than the limit, but for one patient alone; one always runs, and all in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      fc.array(fc.nat(1500), { maxLength: 20 }),
      fc.infiniteStream(fc.nat()),
      async (limit, patients, picks) => {
        const { started, held } = await run(limit, patients, (n) => picks.next().value % n);
        expect(started).toEqual(patients.map((_, i) => i));
        for (const bytes of held) {
          expect(bytes.length).toBeGreaterThan(0);
          const sum = bytes.reduce((a, b) => a + b, 0);
          expect(sum <= limit || bytes.length === 1).toBe(true);
        }
      },
    ),
  );
});

test('patients that fit run side by side, and what waits starts as soon as there is room', async () => {
  const { held } = await run(100, [40, 60, 50, 50, 1], () => 0);
  expect(held).toEqual([[40, 60], [60], [50, 50], [50, 1], [1]]);
});
