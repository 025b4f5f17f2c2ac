import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import type * as keptWorkers from '../../src/runner/kept-workers.ts';
import { temporaryFolder } from '../support/cli.ts';

const file = join(temporaryFolder(), 'patient.mjs');
writeFileSync(
  file,
  `import { threadId } from 'node:worker_threads';
   export default async () => ({ state: 'ok', record: threadId, skipped: false });\n`,
);

let workers: typeof keptWorkers;

beforeEach(async () => {
  vi.resetModules();
  workers = await import('../../src/runner/kept-workers.ts');
});

/** The thread that does a task. */
const threadOf = (count: number): Promise<number> =>
  workers.withWorkers(count, async ({ pool }) => {
    const { outcome } = await pool.run({ task: {}, module: pathToFileURL(file).href });
    return outcome.record;
  });

test('worker threads end with their step', async () => {
  expect(await threadOf(1)).not.toBe(await threadOf(1));
});

test('in a process that keeps them the next step has them', async () => {
  workers.keepWorkers();
  expect(await threadOf(1)).toBe(await threadOf(1));
});

test('a step with another number of them has its own', async () => {
  workers.keepWorkers();
  const one = await threadOf(1);
  expect([await threadOf(2), await threadOf(1)]).not.toContain(one);
});

test('none are kept of a step that failed', async () => {
  workers.keepWorkers();
  const first = await threadOf(1);
  const failing = workers.withWorkers(1, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await threadOf(1)).not.toBe(first);
});
