import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { resolveConfig } from '../../src/config/load.ts';
import { PRESETS } from '../../src/config/presets.ts';

test.each(Object.entries(PRESETS))('the description of %s, read as a file, is %s again', (preset, config) => {
  const text = describeConfig(config);
  expect(
    resolveConfig({ preset: preset === 'lung1' ? 'reference' : 'lung1', file: { name: 'my.yml', text } }),
  ).toEqual(config);
});

test('docs/configuration.md holds the default as it is', () => {
  const docs = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  expect(docs).toContain(`\`\`\`yaml\n${describeConfig(PRESETS.lung1)}\`\`\``);
});
