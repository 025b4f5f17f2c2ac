import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { PRESETS } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import { UsageError } from '../../src/errors.ts';

function resolve(text: string) {
  return resolveConfig({ preset: 'lung1', file: { name: 'my.yml', text } });
}

test.each(Object.entries(PRESETS))('preset %s is valid by the schema', (_, preset) => {
  expect(configSchema.parse(preset)).toEqual(preset);
});

test('the reference preset differs from the default in its numeric behaviour only', () => {
  expect(PRESETS.reference).toEqual({
    ...PRESETS.lung1,
    geometry: { ...PRESETS.lung1.geometry, stacking: 'average' },
    hu: { rounding: 'truncate', padding: 'keep' },
    roi: { ...PRESETS.lung1.roi, patch: 'derived', placement: 'centre' },
    stats: { scope: 'all', variance: 'within' },
    output: { ...PRESETS.lung1.output, auditType: 'float32' },
  });
});

test('a file is laid over the preset: mappings merge, lists replace', () => {
  const config = resolve('resample: {spacingMm: [1, 1, 2]}\nmask: {roiNames: [tumor]}\n');
  expect(config.resample.spacingMm).toEqual([1, 1, 2]);
  expect(config.mask).toEqual({ ...PRESETS.lung1.mask, roiNames: ['tumor'] });
});

test.each(['', '# nothing\n', '{}'])('an empty file changes nothing: %j', (text) => {
  expect(resolve(text)).toEqual(PRESETS.lung1);
});

test('the file of the pipeline changes nothing', () => {
  expect(resolve(readFileSync(new URL('../../pipelines/config.yml', import.meta.url), 'utf8'))).toEqual(
    PRESETS.lung1,
  );
});

describe('errors name the file and the key', () => {
  test.each([
    ['roi: {pading: 3}', 'roi.pading: unknown key'],
    ['preset: reference', 'preset: unknown key'],
    ['resample: {spacingMm: [1, 1, -3]}', 'resample.spacingMm[2]: '],
    ['intensity: {windowHu: [100, -900]}', 'intensity.windowHu: must be [low, high]'],
    ['mask: {roiNames: ["("]}', 'mask.roiNames[0]: is no valid regular expression'],
    ['stats: {scope: test}', 'stats.scope: '],
    ['split: {trainFraction: 1}', 'split.trainFraction: '],
    ['split: {stages: [I, Stage i]}', 'split.stages: must differ in more than case'],
    ['split: {stages: [I, " "]}', 'split.stages: must differ in more than case'],
    ['split: {unknownStage: keep}', 'split.unknownStage: '],
    ['split: {effectiveNumberBeta: 1}', 'split.effectiveNumberBeta: '],
  ])('%s', (text, expected) => {
    expect(() => resolve(text)).toThrow(UsageError);
    expect(() => resolve(text)).toThrow(/^my\.yml: /);
    expect(() => resolve(text)).toThrow(expected);
  });

  test('all problems are told at once', () => {
    const read = () => resolve('a: 1\nroi: {b: 2}\n');
    expect(read).toThrow('\n  a: unknown key');
    expect(read).toThrow('\n  roi.b: unknown key');
  });

  test.each(['a: [1', '- 1\n- 2\n'])('what is no mapping is refused: %j', (text) => {
    expect(() => resolve(text)).toThrow(/^my\.yml: /);
  });
});

test.each([
  ['roi: {patch: 128x128x64}', undefined],
  ['roi: {patch: adaptive}', undefined],
  ['roi: {patch: 128x128}', 'roi.patch: must be a size such as 192x192x64, adaptive, or derived'],
  ['roi: {patch: 0x128x64}', 'roi.patch: must be a size'],
  ['resample: {thickZMm: keep}', undefined],
  ['resample: {thickZMm: thick}', 'resample.thickZMm: must be keep or a number of mm above 0'],
  ['resample: {thickZMm: -1}', 'resample.thickZMm: Too small'],
  ['lung: {minBoxMm: [400, 192, 192]}', 'lung.minBoxMm: minBoxMm must not be larger than maxBoxMm'],
  ['thorax: {maxBoxMm: [200, 400, 400]}', 'thorax.minBoxMm: minBoxMm must not be larger than maxBoxMm'],
])('%s is %s', (text, error) => {
  const resolve = () => resolveConfig({ preset: 'lung1', file: { name: 'my.yml', text } });
  if (error === undefined) expect(resolve).not.toThrow();
  else expect(resolve).toThrow(error);
});

test('--patch replaces roi.patch, and "preset" leaves it', () => {
  expect(resolveConfig({ preset: 'lung1', patch: '160x160x64' }).roi.patch).toBe('160x160x64');
  expect(resolveConfig({ preset: 'reference', patch: 'preset' }).roi.patch).toBe('derived');
  expect(() => resolveConfig({ preset: 'lung1', patch: '1x1x1' })).toThrow('--patch 1x1x1');
});
