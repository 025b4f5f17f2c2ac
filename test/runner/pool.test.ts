import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { type PoolOptions, runCases } from '../../src/runner/pool.ts';
import type { StepEvent } from '../../src/runner/report.ts';
import type { PoolTimes } from '../../src/runner/step-watch.ts';
import type { CaseTask } from '../../src/runner/task.ts';
import { planMemory } from '../../src/runner/worker-count.ts';
import { temporaryFolder } from '../support/cli.ts';

const source = (file: string): string => JSON.stringify(import.meta.resolve(`../../src/${file}`));

/** A module of a step whose work on a patient is `body`; the real threads of the pool load it. */
function workModule(body: string): string {
  const file = join(temporaryFolder(), 'patient.mjs');
  const imports = [
    `import { StorageError } from ${source('errors.ts')};`,
    `import { writeOutputs } from ${source('runner/outputs.ts')};`,
    `import { StageClock } from ${source('timing/stage-clock.ts')};`,
    "import { setTimeout as sleep } from 'node:timers/promises';",
  ];
  writeFileSync(
    file,
    `${imports.join('\n')}\nexport default async function work({ patientId }) {\n${body}\nreturn { state: 'ok', record: patientId, skipped: false };\n}\n`,
  );
  return pathToFileURL(file).href;
}

async function run(work: string, workers = 2, findDone?: PoolOptions<CaseTask, string>['findDone']) {
  const events: StepEvent[] = [];
  const times: PoolTimes[] = [];
  const tasks = ['A', 'B', 'C', 'D'].map((patientId): CaseTask => ({ step: 'convert', patientId }));
  const result = runCases<CaseTask, string>(tasks, {
    work,
    workers,
    usual: { bytes: 1, what: 'a patient' },
    report: (event) => events.push(event),
    onCrash: ({ patient_id, code }) => `${patient_id}: ${code}`,
    onTimes: (spent) => times.push(spent),
    ...(findDone && { findDone }),
  });
  return { result: await result, events, times };
}

test('records come back in the order of the tasks, however long each takes', async () => {
  const { result } = await run(workModule("if (patientId === 'A') await sleep(200);"));
  expect(result).toEqual({ records: ['A', 'B', 'C', 'D'], skipped: 0 });
});

test.each([
  ['throws', "if (patientId === 'B') throw new TypeError('no such thing');"],
  [
    'is ended by a rejection that nobody hears',
    "if (patientId === 'B') { Promise.reject(new TypeError('no such thing')); await sleep(1000); }",
  ],
])('a patient whose thread %s is excluded as unforeseen, and the others go on', async (_, body) => {
  const { result, events } = await run(workModule(body));
  expect(result.records).toEqual(['A', 'B: unforeseen-error', 'C', 'D']);
  expect(events).toContainEqual({
    ...{ kind: 'patient', step: 'convert', patientId: 'B', state: 'excluded', skipped: false },
    message: 'unforeseen error: no such thing; please report it',
  });
});

describe('what is found done', () => {
  const done = (patientId: string) =>
    ({ state: 'ok', record: `${patientId} of before`, skipped: true }) as const;
  const patients = (events: readonly StepEvent[]) =>
    events.flatMap((event) =>
      event.kind === 'patient' ? [`${event.patientId} ${event.state} ${event.skipped}`] : [],
    );

  test('takes no worker: where all is done none is started', async () => {
    const gone = pathToFileURL(join(temporaryFolder(), 'gone.mjs')).href;
    const { result, events, times } = await run(gone, 2, async ({ patientId }) => done(patientId));
    expect(result).toEqual({
      records: ['A of before', 'B of before', 'C of before', 'D of before'],
      skipped: 4,
    });
    expect(events[0]).toEqual({ kind: 'started', step: 'convert', patients: 4, workers: 0 });
    expect(patients(events)).toEqual(['A ok true', 'B ok true', 'C ok true', 'D ok true']);
    expect(times).toEqual([]);
  });

  test('comes back in its place among what workers make, of whom there are no more than are wanted', async () => {
    const findDone = async ({ patientId }: CaseTask) => (patientId === 'C' ? undefined : done(patientId));
    const { result, events, times } = await run(workModule(''), 2, findDone);
    expect(result).toEqual({ records: ['A of before', 'B of before', 'C', 'D of before'], skipped: 3 });
    expect(events[0]).toMatchObject({ patients: 4, workers: 1 });
    expect(patients(events)).toEqual(['A ok true', 'B ok true', 'D ok true', 'C ok false']);
    expect(times.flatMap((spent) => spent.patients.map(({ patientId }) => patientId))).toEqual(['C']);
  });

  test('is left to the workers where the place cannot be asked', async () => {
    const findDone = async ({ patientId }: CaseTask) => {
      if (patientId === 'B') throw new StorageError('place/B', 'does not answer');
      return done(patientId);
    };
    const { result } = await run(workModule(''), 2, findDone);
    expect(result).toEqual({ records: ['A of before', 'B', 'C of before', 'D of before'], skipped: 3 });
  });
});

test('a place that fails leaves the step unfinished, with the patients named, and the others are done', async () => {
  const work = workModule("if (patientId !== 'C') throw new StorageError('place/' + patientId, 'is full');");
  await expect(run(work)).rejects.toThrow(
    'convert: 3 of 4 patients could not be finished; run the same command again, what is done is kept:\n  A: place/A: is full\n  B: place/B: is full\n  D: place/D: is full',
  );
});

test('a write that fails while the next output is made is the fault of the place, not of the patient', async () => {
  const work = workModule(`
    const store = { write: async (key) => { throw new StorageError(key, 'is full'); } };
    const outputs = { 'a.nii.gz': () => new Uint8Array(1), 'b.nii.gz': async () => { await sleep(100); return new Uint8Array(1); } };
    if (patientId === 'A') await writeOutputs({ store, patientId, rules: {} }, outputs, new StageClock());
  `);
  await expect(run(work)).rejects.toThrow('1 of 4 patients could not be finished');
});

test('a step whose code cannot be loaded excludes nobody', async () => {
  const gone = pathToFileURL(join(temporaryFolder(), 'gone.mjs')).href;
  await expect(run(gone)).rejects.toThrow(
    /4 of 4 patients could not be finished.*\n.*swinprep itself cannot be loaded/,
  );
});

test('a patient that has no room beside what threads keep of earlier ones finds it free: they start anew', async () => {
  const work = workModule(
    `const { room } = await import(${source('memory/thread.ts')});
     room(Uint8Array, 2 ** 24).fill(1);
     await sleep(300);
     return { state: 'ok', record: (await import('node:worker_threads')).threadId, skipped: false };`,
  );
  const memory = { workers: 2, memoryLimit: 4 * 2 ** 30 };
  const usual = { bytes: 2 ** 26, what: 'a patient' };
  const { patientBytes } = planMemory('convert', usual, memory);
  const sizes: Record<string, number> = { A: 2 ** 26, B: 2 ** 26, C: patientBytes, D: 2 ** 26 };
  const { records } = await runCases<CaseTask, number>(
    Object.keys(sizes).map((patientId): CaseTask => ({ step: 'convert', patientId })),
    {
      ...memory,
      work,
      usual,
      prepare: (task) => ({ task, bytes: sizes[task.patientId] }),
      report: () => {},
      onCrash: () => Number.NaN,
      onTimes: () => {},
    },
  );
  const [a, b, c, d] = records;
  expect(new Set([a, b]).size).toBe(2);
  expect(records).not.toContain(Number.NaN);
  expect([a, b]).not.toContain(c);
  expect([a, b]).not.toContain(d);
});
