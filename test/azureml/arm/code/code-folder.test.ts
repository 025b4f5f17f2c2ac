import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCodeFolder } from '../../../../src/azureml/arm/code/code-folder.ts';
import { UsageError } from '../../../../src/errors.ts';
import { temporaryFolder } from '../../../support/cli.ts';

const CODE = path.join(import.meta.dirname, '../../variants/code');
/** `hash_sha256` that azure-ai-ml 1.35.2 sends for it, in test/goldens/azure-variants.json. */
const HASH = 'fa73656b2e49973db1f0c8870276acb013efa82aaa0afdd9162911e5e1e0704a';

describe('a code folder', () => {
  it('has the hash that azure-ai-ml gives it, without what it ignores', async () => {
    const { files, hash } = await readCodeFolder(CODE);
    expect(files.map(({ name }) => name)).toEqual(['.amlignore', 'lib.zip', 'lib/values.py', 'run.py']);
    expect(hash).toBe(HASH);
  });

  it('has the same hash wherever it lies, and by links', async () => {
    const folder = temporaryFolder();
    cpSync(CODE, path.join(folder, 'other'), { recursive: true });
    symlinkSync(path.join(folder, 'other'), path.join(folder, 'link'));
    expect((await readCodeFolder(path.join(folder, 'link'))).hash).toBe(HASH);
    writeFileSync(path.join(folder, 'other/notes.txt'), 'changed, and ignored');
    expect((await readCodeFolder(path.join(folder, 'other'))).hash).toBe(HASH);
    writeFileSync(path.join(folder, 'other/run.py'), 'print(2)\n');
    expect((await readCodeFolder(path.join(folder, 'other'))).hash).not.toBe(HASH);
  });

  it('is refused where it holds nothing, or more than Azure ML takes', async () => {
    const folder = temporaryFolder();
    await expect(readCodeFolder(folder)).rejects.toThrow(
      new UsageError(`${folder}: there is no file in it that is not ignored`),
    );
    mkdirSync(path.join(folder, 'many'));
    for (let at = 0; at <= 2000; at++) writeFileSync(path.join(folder, 'many', `${at}`), 'x');
    await expect(readCodeFolder(folder)).rejects.toThrow(
      `${folder}: 2001 files of 1 MB; Azure ML takes at most 2000 of 300 MB as code: name what is not code in ${path.join(folder, '.amlignore')}`,
    );
    writeFileSync(path.join(folder, '.amlignore'), 'many/2*\n');
    expect((await readCodeFolder(folder)).files.length).toBeLessThan(2000);
  });
});
