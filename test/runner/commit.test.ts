import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CaseExclusion, StorageError } from '../../src/errors.ts';
import { type CommitRules, commitOnce, findDone, type PatientRecipe } from '../../src/runner/commit.ts';
import { writeOutputs } from '../../src/runner/outputs.ts';
import type { CaseTask } from '../../src/runner/task.ts';
import { lengthOf } from '../../src/storage/content.ts';
import type { Store } from '../../src/storage/store.ts';
import { StageClock } from '../../src/timing/stage-clock.ts';

const outputFile = z.strictObject({ file: z.string(), bytes: z.int(), sha256: z.string() });
const schema = z.strictObject({
  state: z.enum(['ok', 'excluded']),
  fingerprint: z.string(),
  files: z.array(outputFile),
});
type Record = z.infer<typeof schema>;

const RULES: CommitRules<Record> = {
  record: 'record.json',
  outputs: ['a', 'b'],
  schema,
  contentsOf: ({ fingerprint, files }) => ({ fingerprint, outputs: files }),
};

/** A store in memory that tells what was asked of it. */
function memoryStore(files = new Map<string, Uint8Array>()) {
  const asked: string[] = [];
  const fails = new Set<string>();
  const ask = async (what: string): Promise<void> => {
    asked.push(what);
    await Promise.resolve();
    if (fails.has(what)) throw new StorageError(what, 'is not to be had');
  };
  const store = {
    uri: 'memory',
    async *list(prefix = '') {
      await ask(`list ${prefix}`);
      for (const [key, bytes] of files)
        if (key.startsWith(prefix)) yield { key, bytes: bytes.length, version: '' };
    },
    read: async (key: string) => {
      await ask(`read ${key}`);
      return files.get(key);
    },
    write: async (key: string, content: Uint8Array) => {
      await ask(`write ${key}`);
      files.set(key, new Uint8Array(lengthOf(content)).fill(1));
      if (key.endsWith('.json')) files.set(key, content);
    },
    delete: async (key: string) => {
      await ask(`delete ${key}`);
      files.delete(key);
    },
  } as unknown as Store;
  return { store, files, asked, fails };
}

type Place = ReturnType<typeof memoryStore>;

const TASK: CaseTask = { step: 'convert', patientId: 'P' };

function commit(
  { store }: Place,
  fingerprint: string,
  other: Partial<PatientRecipe<'convert', string, string, Record>> = {},
) {
  const place = { store, patientId: 'P', rules: RULES };
  return commitOnce<CaseTask & { step: 'convert' }, string, string, Record>(
    { ...TASK, step: 'convert' },
    place,
    {
      list: () => 'listed',
      fingerprint: () => fingerprint,
      read: async (listed) => `${listed} and read`,
      make: async () => {
        const content = () => new Uint8Array(3);
        const written = await writeOutputs(place, { a: content, b: content }, new StageClock());
        return { state: 'ok', fingerprint, files: Object.values(written) };
      },
      exclude: (_, of) => ({ state: 'excluded', fingerprint: of, files: [] }),
      ...other,
    },
  );
}

const refuse = async (): Promise<never> => {
  throw new CaseExclusion('no-good', 'is no good');
};

describe('a patient is', () => {
  test('cleared, made, and committed last of all', async () => {
    const place = memoryStore();
    expect(await commit(place, '1')).toMatchObject({ state: 'ok', skipped: false });
    expect(place.asked[0]).toBe('read P/record.json');
    expect(place.asked.slice(1, 4)).toEqual(['delete P/record.json', 'delete P/a', 'delete P/b']);
    expect(place.asked.slice(4)).toEqual(['write P/a', 'write P/b', 'write P/record.json']);
  });

  test('found done, and nothing is written', async () => {
    const place = memoryStore();
    await commit(place, '1');
    place.asked.length = 0;
    expect(await commit(place, '1')).toMatchObject({ state: 'ok', skipped: true });
    expect(place.asked).toEqual(['read P/record.json', 'list P/']);
  });

  test('told to be done, or not, without being done', async () => {
    const place = memoryStore();
    const told = (fingerprint: string) =>
      findDone({ store: place.store, patientId: 'P', rules: RULES }, fingerprint);
    expect(await told('1')).toBeUndefined();
    await commit(place, '1');
    place.asked.length = 0;
    expect(await told('1')).toEqual(await commit(place, '1'));
    expect(await told('2')).toBeUndefined();
    place.files.delete('P/b');
    expect(await told('1')).toBeUndefined();
    expect(place.asked.filter((request) => !/^(read|list) /.test(request))).toEqual([]);
  });

  test.each([
    ['its fingerprint is another', (place: Place) => place],
    ['an output is gone', ({ files }: Place) => files.delete('P/b')],
    ['an output is shorter', ({ files }: Place) => files.set('P/b', new Uint8Array(1))],
    ['its record is no JSON', ({ files }: Place) => files.set('P/record.json', new Uint8Array(5))],
  ])('done again where %s', async (what, spoil) => {
    const place = memoryStore();
    await commit(place, '1');
    spoil(place);
    const again = what.startsWith('its fingerprint') ? '2' : '1';
    expect(await commit(place, again)).toMatchObject({ state: 'ok', skipped: false });
    expect(await commit(place, again)).toMatchObject({ skipped: true });
  });

  test('renewed, where that can be, and committed then', async () => {
    const place = memoryStore();
    await commit(place, '1');
    const seen: unknown[] = [];
    const outcome = await commit(place, '2', {
      renew: async (committed) => {
        seen.push(JSON.parse(new TextDecoder().decode(committed)).fingerprint);
        return { state: 'ok', fingerprint: '2', files: [] };
      },
      make: refuse,
    });
    expect(outcome).toMatchObject({ state: 'ok', skipped: false });
    expect(seen).toEqual(['1']);
    expect(await commit(place, '2')).toMatchObject({ skipped: true });
  });
});

describe('a fault in the data excludes the patient, and nothing but the record stays, where it is met on', () => {
  test.each(['list', 'read', 'make'] as const)('%s', async (phase) => {
    const place = memoryStore();
    await commit(place, '1');
    const outcome = await commit(place, '2', { [phase]: refuse });
    expect(outcome).toMatchObject({ state: 'excluded', message: 'is no good', skipped: false });
    expect([...place.files.keys()]).toEqual(['P/record.json']);
    expect(place.asked.at(-1)).toBe('write P/record.json');
    const { fingerprint } = (outcome as { record: Record }).record;
    expect(fingerprint).toBe(phase === 'list' ? '' : '2');
  });
});

describe('a place that fails is thrown, and leaves no record behind that says the patient is done, at', () => {
  test.each(['delete P/record.json', 'delete P/b', 'write P/a', 'write P/b', 'write P/record.json'])(
    '%s',
    async (request) => {
      const place = memoryStore();
      await commit(place, '1');
      place.fails.add(request);
      await expect(commit(place, '2')).rejects.toThrow(`${request}: is not to be had`);
      place.fails.clear();
      expect(await commit(place, '2')).toMatchObject({ state: 'ok', skipped: false });
    },
  );
});

test('no output is made once a write has failed, and what is under way is waited for', async () => {
  const { store, fails, asked } = memoryStore();
  fails.add('write P/a');
  const made: string[] = [];
  const make = (name: string) => async () => {
    // Long enough for the write before it to fail.
    await new Promise((done) => setTimeout(done, 20));
    made.push(name);
    return new Uint8Array(1);
  };
  const outputs = { a: make('a'), b: make('b'), c: make('c') };
  const writing = writeOutputs({ store, patientId: 'P', rules: RULES }, outputs, new StageClock());
  await expect(writing).rejects.toThrow('write P/a: is not to be had');
  expect([made, asked]).toEqual([['a', 'b'], ['write P/a']]);
});
