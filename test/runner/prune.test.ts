import { expect, test } from 'vitest';
import { prune, pruneFacts } from '../../src/runner/prune.ts';
import { openStore } from '../../src/storage/open.ts';
import { temporaryFolder } from '../support/cli.ts';
import { keysOf } from '../support/gather.ts';

test('what swinprep wrote for patients that are gone is deleted, and nothing else', async () => {
  const store = await openStore(temporaryFolder());
  const kept = ['.state/split.json', 'HERE/case.json', 'HERE/ct.nii.gz', 'OTHERS/model.pt', 'cases.json'];
  const gone = ['GONE/case.json', 'GONE/ct.nii.gz', 'MIXED/case.json', 'MIXED/ct.nii.gz'];
  const own = ['MIXED/notes.txt', 'smoke/P/case.json', 'smoke/P/ct.nii.gz'];
  for (const key of [...kept, ...gone, ...own]) await store.write(key, new Uint8Array(1));
  const rules = { record: 'case.json', outputs: ['ct.nii.gz'], keep: new Set(['HERE']) };
  const pruned = await prune(store, rules);
  expect(await keysOf(store)).toEqual([...kept, ...own].sort());
  expect(pruned).toEqual({
    deleted: ['GONE', 'MIXED'],
    left: [
      { patient_id: 'MIXED', files: 1 },
      { patient_id: 'OTHERS', files: 1 },
      { patient_id: 'smoke', files: 2 },
    ],
  });
  expect(pruneFacts(pruned)[0]).toBe('pruned: 2 patients that are no longer made');
  expect(await prune(store, rules)).toEqual({ deleted: [], left: pruned.left });
});
