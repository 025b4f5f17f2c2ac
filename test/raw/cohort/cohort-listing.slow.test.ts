import { expect, test } from 'vitest';
import { collectGarbage } from '../../../src/memory/garbage.ts';
import { expectDealt, findListed } from '../../support/listed-container.ts';

const SLICES = 150;

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

test('what is kept of 200 000 blobs when their patients are found is what is kept of 50 000', async () => {
  const kept = async (patients: number, slices: number): Promise<number> => {
    const before = heapMb();
    const data = await findListed({ patients, slices, page: 5000 });
    const after = heapMb();
    expect(data.patients.size).toBe(patients);
    return after - before;
  };
  await kept(10, 20);
  const few = await kept(250, 200);
  const many = await kept(250, 800);
  // The entries of 150 000 blobs would be some 50 MB.
  expect(many - few).toBeLessThan(2);
});

test('60 000 blobs are listed, weighed and dealt, and memory stays flat', async () => {
  const heap: number[] = [];
  await expectDealt({ patients: 400, slices: SLICES, page: 100 }, (blobs) => {
    if (blobs % (50 * SLICES) === 0) heap.push(heapMb());
  });
  // Kept, the entries make it grow by 5 MB from the first look to the last; not kept, it shrinks by 3 MB.
  expect(heap.length).toBeGreaterThan(2);
  expect(heap.at(-1)! - heap[0]).toBeLessThan(2);
});
