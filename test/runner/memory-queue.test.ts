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

test('what workers keep is counted beside patients at work, stops none for good, and is freed for one that it leaves no room', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        limit: fc.nat(1000),
        workers: fc.integer({ min: 1, max: 5 }),
        patients: fc.array(fc.nat(1500), { maxLength: 20 }),
      }),
      fc.infiniteStream(fc.nat()),
      async ({ limit, workers, patients }, numbers) => {
        const number = (below: number): number => numbers.next().value % below;
        const mostKept = Math.floor(limit / workers) + 1;
        const queue = new MemoryQueue(
          limit,
          Array.from({ length: workers }, () => number(mostKept)),
        );
        const started: number[] = [];
        const finished: number[] = [];
        let next = 0;
        const take = async (): Promise<void> => {
          while (next < patients.length) {
            const i = next++;
            await queue.acquire(patients[i]);
            started.push(i);
            const kept = queue.keptBytes.reduce((sum, bytes) => sum + bytes, 0);
            const held = started.reduce((sum, at) => sum + patients[at], 0);
            expect(held + kept <= limit || (started.length === 1 && kept === 0)).toBe(true);
            for (let wait = number(4); wait > 0; wait--) await Promise.resolve();
            started.splice(started.indexOf(i), 1);
            // No more than it took, so that what holds at a start holds until the next one.
            queue.release(patients[i], number(Math.min(mostKept, patients[i] + 1)));
            finished.push(i);
          }
        };
        await Promise.all(Array.from({ length: workers }, take));
        expect(finished.toSorted((a, b) => a - b)).toEqual(patients.map((_, i) => i));
        expect(queue.keptBytes).toHaveLength(workers);
      },
    ),
  );
});
