import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RECORDERS } from './recorders.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const recorders = Object.values(RECORDERS);

test('every golden has one recorder, and every recorder its goldens', () => {
  const recorded = recorders.flatMap(({ goldens }) => goldens).sort();
  expect(recorded).toEqual(readdirSync(fileURLToPath(new URL('../goldens', import.meta.url))).sort());
});

test('every script that records is among them', () => {
  const scripts = readdirSync(HERE).filter((name) => /^record[_-].*\.(py|ts)$/.test(name));
  const listed = recorders.map(({ script }) => script).filter((script) => !script.startsWith('..'));
  expect(listed.sort()).toEqual(scripts.sort());
});

test.each(Object.entries(RECORDERS))('%s writes the goldens that are said, or prints one', (_, recorder) => {
  const source = readFileSync(`${HERE}${recorder.script}`, 'utf8');
  if (recorder.prints) expect(recorder.goldens.length).toBe(1);
  else for (const golden of recorder.goldens) expect(source).toContain(golden);
});

test('and each has its packages pinned to one version', () => {
  for (const file of readdirSync(HERE).filter((name) => /^requirements.*\.txt$/.test(name))) {
    const lines = readFileSync(`${HERE}${file}`, 'utf8').split('\n');
    const asked = lines.filter((line) => line !== '' && !/^#|^-r /.test(line));
    expect(asked.length, file).toBeGreaterThan(0);
    for (const line of asked) expect(line, file).toMatch(/^[A-Za-z0-9.-]+==[0-9][0-9a-z.]*$/);
  }
});
