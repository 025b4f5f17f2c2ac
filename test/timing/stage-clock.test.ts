import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FolderStore } from '../../src/storage/folder/folder.ts';
import { addTimes, type Stage, StageClock, type StageTimes } from '../../src/timing/stage-clock.ts';
import { timedStore } from '../../src/timing/timed-store.ts';
import { temporaryFolder } from '../support/cli.ts';

/** A clock and the hand that turns it. */
function turnedClock(): { clock: StageClock; pass: (ms: number) => void } {
  let now = 0;
  return {
    clock: new StageClock(() => now),
    pass: (ms) => {
      now += ms;
    },
  };
}

const secondsOf = ({ stages }: StageTimes): object =>
  Object.fromEntries(Object.entries(stages).map(([stage, { seconds }]) => [stage, seconds]));

test('a stage counts its own time, its bytes and its calls; what is in no stage is other', () => {
  const { clock, pass } = turnedClock();
  pass(500);
  for (const ms of [1000, 2000]) expect(clock.time('gzip', ms, () => pass(ms))).toBeUndefined();
  pass(250);
  expect(clock.read()).toEqual({
    wallSeconds: 3.75,
    stages: { gzip: { seconds: 3, bytes: 3000, calls: 2 } },
    otherSeconds: 0.75,
  });
});

test('a function that a clock is put round is booked at every call, with bytes by its result and its arguments', () => {
  const { clock, pass } = turnedClock();
  const double = clock.around(
    'gzip',
    (result, [n]) => result + n,
    (n: number) => {
      pass(1000);
      return 2 * n;
    },
  );
  expect([double(1), double(5)]).toEqual([2, 10]);
  expect(clock.read().stages).toEqual({ gzip: { seconds: 2, bytes: 18, calls: 2 } });
});

test('pieces are booked while they are made, not while they are used, and their end is no piece', () => {
  const { clock, pass } = turnedClock();
  function* pieces() {
    for (const bytes of [10, 20]) {
      pass(1000);
      yield bytes;
    }
  }
  for (const _ of clock.each('resample', (bytes) => bytes, pieces())) pass(500);
  expect(clock.read()).toMatchObject({
    stages: { resample: { seconds: 2, bytes: 30, calls: 2 } },
    otherSeconds: 1,
  });
});

test('a stage within a stage is not counted twice', () => {
  const { clock, pass } = turnedClock();
  clock.time('statistics', 0, () => {
    pass(1000);
    clock.time('resample', 0, () => pass(4000));
    pass(2000);
  });
  expect(secondsOf(clock.read())).toEqual({ statistics: 3, resample: 4 });
});

test('what is computed while a request is under way counts as computing', async () => {
  const { clock, pass } = turnedClock();
  let arrive = (_bytes: Uint8Array): void => {};
  const fetched = clock.time(
    'fetch',
    (bytes) => bytes.length,
    () => new Promise<Uint8Array>((resolve) => (arrive = resolve)),
  );
  pass(1000);
  clock.time('decode', 0, () => pass(5000));
  pass(2000);
  arrive(new Uint8Array(7));
  expect(await fetched).toHaveLength(7);
  pass(1000);
  expect(secondsOf(clock.read())).toEqual({ fetch: 3, decode: 5 });
  expect(clock.read().stages.fetch?.bytes).toBe(7);
  expect(clock.read().otherSeconds).toBe(1);
});

test('what fails is thrown on and its time is kept', async () => {
  const { clock, pass } = turnedClock();
  const fail = (): never => {
    pass(1000);
    throw new Error('no');
  };
  expect(() => clock.time('parse', 9, fail)).toThrow('no');
  await expect(clock.time('fetch', 9, async () => fail())).rejects.toThrow('no');
  pass(3000);
  const { stages, otherSeconds } = clock.read();
  expect(stages).toEqual({
    parse: { seconds: 1, bytes: 0, calls: 1 },
    fetch: { seconds: 1, bytes: 0, calls: 1 },
  });
  expect(otherSeconds).toBe(3);
});

/** Stages within and after one another, with time between. */
interface Step {
  readonly stage: Stage;
  readonly before: number;
  readonly inside: readonly Step[];
  readonly after: number;
}

const { steps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  step: fc.record({
    stage: fc.constantFrom<Stage>('list', 'fetch', 'decode', 'gzip', 'write'),
    before: fc.nat(1000),
    inside: fc.oneof({ depthSize: 'small' }, fc.constant([]), tie('steps')),
    after: fc.nat(1000),
  }),
  steps: fc.array(tie('step'), { maxLength: 4 }),
}));

test('stages and other always add up to the wall time, of one clock and of many', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 3 }), (tasks) => {
      const times = tasks.map((task) => {
        const { clock, pass } = turnedClock();
        const run = ({ stage, before, inside, after }: Step): void =>
          clock.time(stage, 1, () => {
            pass(before);
            inside.forEach(run);
            pass(after);
          });
        task.forEach(run);
        pass(13);
        return clock.read();
      });
      for (const { wallSeconds, stages, otherSeconds } of [...times, addTimes(times)]) {
        const sum = Object.values(stages).reduce((total, { seconds }) => total + seconds, otherSeconds);
        expect(sum).toBeCloseTo(wallSeconds, 9);
      }
    }),
  );
});

test('the time of a listing is that of the store, not of whoever goes through it', async () => {
  const { clock, pass } = turnedClock();
  const store = timedStore(clock, new FolderStore(temporaryFolder()));
  await store.write('a', new Uint8Array(3));
  await store.write('b', new Uint8Array(4));
  for await (const { key } of store.list()) {
    pass(1000);
    await store.read(key);
  }
  const { stages, otherSeconds } = clock.read();
  expect(otherSeconds).toBe(2);
  expect(stages).toMatchObject({
    list: { seconds: 0 },
    fetch: { bytes: 7, calls: 2 },
    write: { bytes: 7, calls: 2 },
  });
});
