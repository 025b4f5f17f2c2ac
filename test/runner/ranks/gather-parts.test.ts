import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { UnfinishedError, UsageError } from '../../../src/errors.ts';
import {
  deletePart,
  gatherParts,
  type PartsPlace,
  writePart,
} from '../../../src/runner/ranks/gather-parts.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { keysOf } from '../../support/gather.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

let containers = 0;
async function place(run = 'run'): Promise<PartsPlace> {
  return { store: await openStore(`${azurite.url}/parts${++containers}`), step: 'convert', run };
}

function gather(at: PartsPlace, ranks: number, timeoutS: number, notes: string[] = []) {
  return gatherParts(at, ranks, {
    schema: z.string(),
    timeoutS,
    report: (event) => event.kind === 'note' && notes.push(event.message),
  });
}

const part = (...records: string[]) => ({ records, skipped: 1 });

test('parts that come late are waited for, told once for each change', async () => {
  const at = await place();
  const notes: string[] = [];
  const gathered = gather(at, 3, 60, notes);
  while (notes.length < 1) await sleep(2);
  await writePart(at, { rank: 2, ranks: 3 }, part('c'));
  while (notes.length < 2) await sleep(2);
  await writePart(at, { rank: 1, ranks: 3 }, part('a', 'b'));
  expect(await gathered).toEqual(
    new Map([
      [2, part('c')],
      [1, part('a', 'b')],
    ]),
  );
  expect(notes).toEqual([
    'convert: rank 0 waits for ranks 1, 2 of 3',
    'convert: rank 0 waits for rank 1 of 3',
  ]);
});

test('a rank that never comes is named, with what to do', async () => {
  const at = await place();
  await writePart(at, { rank: 2, ranks: 4 }, part());
  const failure = gather(at, 4, 0.1);
  await expect(failure).rejects.toThrow(UnfinishedError);
  await expect(failure).rejects.toThrow(
    /^convert: nothing came from ranks 1, 3 of 4 in 0.1 s \(--gather-timeout\)\. See what they logged and start them and rank 0 again/,
  );
});

test('parts of other runs, other steps and other numbers of ranks are not taken', async () => {
  const at = await place();
  for (const other of [
    { ...at, run: 'earlier' },
    { ...at, step: 'pass1-stats' as const },
  ])
    await writePart(other, { rank: 1, ranks: 2 }, part('wrong'));
  await writePart(at, { rank: 1, ranks: 3 }, part('wrong'));
  await expect(gather(at, 2, 0)).rejects.toThrow('nothing came from rank 1 of 2');
});

test('a part that is none is refused by name', async () => {
  const at = await place();
  await at.store.write('.part-convert-run-1-of-2.json', new TextEncoder().encode('{"records": [1]}'));
  await expect(gather(at, 2, 0)).rejects.toThrow(UsageError);
  await expect(gather(at, 2, 0)).rejects.toThrow('.part-convert-run-1-of-2.json: was not written by this');
});

test('nothing is left of parts that are deleted', async () => {
  const at = await place();
  await writePart(at, { rank: 1, ranks: 2 }, part('a'));
  expect(await keysOf(at.store)).toHaveLength(1);
  await deletePart(at, { rank: 1, ranks: 2 });
  expect(await keysOf(at.store)).toEqual([]);
});
