import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms of src from the outside in; rooms on one line do not see each other. */
const LAYERS = [
  ['cli.ts'],
  ['terminal', 'function'],
  ['components'],
  ['picture', 'phantom', 'azureml'],
  ['dataset'],
  ['config'],
  ['storage', 'dicom', 'nifti'],
  ['kernels'],
  ['volume'],
  ['errors.ts', 'version.ts'],
];

function roomOf(file: string): string {
  return relative(SRC, file).split('/')[0];
}

function levelOf(room: string): number {
  const level = LAYERS.findIndex((rooms) => rooms.includes(room));
  if (level < 0) throw new Error(`src/${room} has no place in the layers`);
  return level;
}

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

test('a file imports only from its own room and from layers below it', () => {
  const wrong = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    const imports = [...source.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((m) =>
      join(dirname(file), m[1]),
    );
    return imports
      .filter((target) => roomOf(target) !== roomOf(file) && levelOf(roomOf(target)) <= levelOf(roomOf(file)))
      .map((target) => `${relative(SRC, file)} -> ${relative(SRC, target)}`);
  });
  expect(wrong).toEqual([]);
});

test('console and process.exit stay in the command line', () => {
  const wrong = files.filter((file) => {
    const outside = !['cli.ts', 'terminal'].includes(roomOf(file));
    return outside && /\bconsole\.|process\.exit\b/.test(readFileSync(file, 'utf8'));
  });
  expect(wrong.map((file) => relative(SRC, file))).toEqual([]);
});
