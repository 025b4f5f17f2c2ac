import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inFlight } from '../../src/storage/in-flight.ts';

test('results come in the order of the items, whatever order the work ends in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 60 }), async (waits) => {
      const results = await inFlight([...waits.entries()], async ([index, ms]) => {
        await sleep(ms);
        return index;
      });
      expect(results).toEqual([...waits.keys()]);
    }),
    { numRuns: 20 },
  );
});

test('after a failure no further item is begun, and all that was under way has ended when it is thrown', async () => {
  let begun = 0;
  let running = 0;
  const work = async (item: number): Promise<void> => {
    begun++;
    running++;
    await sleep(item === 3 ? 5 : 40);
    running--;
    if (item === 3) throw new Error('item 3');
  };
  await expect(inFlight([...Array(200).keys()], work)).rejects.toThrow('item 3');
  expect([begun, running]).toEqual([16, 0]);
});
