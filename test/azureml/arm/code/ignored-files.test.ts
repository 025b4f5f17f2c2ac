import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ignoredFiles } from '../../../../src/azureml/arm/code/ignored-files.ts';
import { temporaryFolder } from '../../../support/cli.ts';

const FILES = [
  'a',
  'a.log',
  'b/a',
  'b/c/a.log',
  'lib/x',
  'x/lib/y',
  '.env',
  '__pycache__/a.pyc',
  'b/__pycache__/c',
];

async function ignored(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return FILES.filter(await ignoredFiles(folder));
}

describe('what azure-ai-ml leaves out of a code folder', () => {
  // Answers of `GitWildMatchPattern` of azure-ai-ml 1.35.2; those of the last line are of every folder.
  const CACHES = ['__pycache__/a.pyc', 'b/__pycache__/c'];
  it.each<[string, string[]]>([
    ['', []],
    ['# a', []],
    ['a', ['a', 'b/a']],
    ['/a', ['a']],
    ['*.log', ['a.log', 'b/c/a.log']],
    ['b/*', ['b/a', 'b/c/a.log']],
    ['lib/', ['lib/x', 'x/lib/y']],
    ['/lib', ['lib/x']],
    ['b/**/a.log', ['b/c/a.log']],
    ['**/lib', ['lib/x', 'x/lib/y']],
    ['[ab]', ['a', 'b/a', 'b/c/a.log']],
    ['[!a]', ['b/a', 'b/c/a.log', 'lib/x', 'x/lib/y']],
    ['?', ['a', 'b/a', 'b/c/a.log', 'lib/x', 'x/lib/y']],
    ['*.log\n!b/c/a.log', ['a.log']],
    ['\\a', ['a', 'b/a']],
    ['.env  ', ['.env']],
  ])('%j', async (lines, left) => {
    expect(await ignored({ '.amlignore': lines })).toEqual(
      FILES.filter((name) => left.includes(name) || CACHES.includes(name)),
    );
  });

  it('is told by .amlignore, or where there is none by .gitignore', async () => {
    expect(await ignored({ '.gitignore': '/a' })).toEqual(['a', ...CACHES]);
    expect(await ignored({ '.gitignore': '/a', '.amlignore': '.env' })).toEqual(['.env', ...CACHES]);
  });
});
