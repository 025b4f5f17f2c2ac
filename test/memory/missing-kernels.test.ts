import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

test('where the kernels were not built no patient begins, and the fault is that of the installation', async () => {
  vi.resetModules();
  vi.doMock('node:fs', async (importOriginal) => ({
    ...(await importOriginal<typeof import('node:fs')>()),
    readFileSync: () => {
      throw new Error('ENOENT: no such file or directory');
    },
  }));
  const { inArena } = await import('../../src/memory/thread.ts');
  const work = vi.fn();
  await expect(inArena(2 ** 20, work)).rejects.toMatchObject({
    name: 'ProgramError',
    message: 'swinprep itself is not whole: ENOENT: no such file or directory; install or build it again',
  });
  expect(work).not.toHaveBeenCalled();
});
