import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { buildBefore, revisionHere } from './build-before.ts';
import { listRows } from './campaign.ts';
import { PeerMissing } from './row.ts';

afterEach(() => vi.unstubAllEnvs());

function missing(make: () => unknown): string {
  try {
    make();
  } catch (thrown) {
    if (thrown instanceof PeerMissing) return thrown.message;
    throw thrown;
  }
  throw new Error('nothing was missing');
}

test('where there is no git, there is no build before and no revision', () => {
  const folder = mkdtempSync(join(tmpdir(), 'swinprep-test-'));
  vi.stubEnv('PATH', folder);
  expect(missing(() => buildBefore('HEAD', join(folder, 'before')))).toMatch(/no commit HEAD here: .*ENOENT/);
  expect(revisionHere()).toBeUndefined();
  rmSync(folder, { recursive: true });
});

test('a commit that is not here is told, and no worktree is left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'swinprep-test-'));
  const place = join(folder, 'before');
  const unknown = 'f'.repeat(40);
  expect(missing(() => buildBefore(unknown, place))).toMatch(`git finds no commit ${unknown} here`);
  expect(existsSync(place)).toBe(false);
  rmSync(folder, { recursive: true });
});

test('without a commit the rows of the build before are left out', async () => {
  const options = { cohort: 'generated', cases: 1, fewCases: 1, rounds: 1, long: false } as const;
  const rows = listRows({ ...options, say: () => {} }).filter(({ name }) => name.startsWith('before-'));
  expect(rows.map(({ name }) => name)).toEqual(['before-reference-2w', 'before-lung1-2w']);
  for (const { ready } of rows)
    await expect(ready!()).rejects.toThrow(new PeerMissing('no commit is named by --before'));
});
