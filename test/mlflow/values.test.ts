import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { PRESET_NAMES, PRESETS } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import { exclusionMetrics, ofStep, stageMetrics } from '../../src/mlflow/metrics.ts';
import { distinctParts, LIMITS } from '../../src/mlflow/names.ts';
import { configParams } from '../../src/mlflow/parameters.ts';
import { stepValues } from '../../src/mlflow/step-values.ts';
import { madeSummary } from '../support/mlflow/made-step.ts';

/** What MLflow 3.17 asks of a name: `validate_param_and_metric_name`, `path_not_unique`, MAX_ENTITY_KEY_LENGTH. */
function isName(name: string): boolean {
  const parts = name.split('/');
  return (
    /^[\w/.\- ]+$/.test(name) && name.length <= 250 && parts.every((part) => !['', '.', '..'].includes(part))
  );
}

const configOf = (text: string) => resolveConfig({ preset: 'lung1', file: { name: 'my.yml', text } });

describe('parameters of the configuration', () => {
  test.each(PRESET_NAMES)('of %s fit into a run of Azure ML, beside those of the step', (preset) => {
    const params = configParams(PRESETS[preset]);
    expect(params.length).toBeLessThanOrEqual(LIMITS.params - 10);
    expect(params.filter(([name]) => !isName(name))).toEqual([]);
    expect(params.filter(([, value]) => value.length > LIMITS.valueLength)).toEqual([]);
    expect(new Set(params.map(([name]) => name)).size).toBe(params.length);
  });

  test('are called as in config.yml, with its values', () => {
    const params = Object.fromEntries(
      configParams(configOf('{roi: {patch: 96x96x32}, split: {seed: 42}, privacy: {caseId: hmac}}')),
    );
    expect(params).toMatchObject({
      ...{ 'roi.patch': '96x96x32', 'split.seed': '42', 'privacy.caseId': 'hmac' },
      ...{ 'resample.spacingMm': '[1,1,3]', 'intensity.windowHu': '[-900,100]', 'thorax.write': 'false' },
      'qc.slices': '{"low":32,"high":null,"severity":"flag"}',
    });
  });

  test('are no free text: every key that may hold some is left out', () => {
    const named = new Set(configParams(PRESETS.lung1).map(([name]) => name));
    const keys = Object.entries(configSchema.shape).flatMap(([section, { shape }]) =>
      Object.keys(shape).map((key) => `${section}.${key}`),
    );
    expect(keys.filter((key) => !named.has(key))).toEqual([
      ...['raw.idPattern', 'series.rejectDescriptions', 'series.kernelPreference'],
      ...['mask.niftiPatterns', 'mask.roiNames', 'mask.unionNames'],
      ...['split.idColumn', 'split.stageColumn', 'split.stages'],
    ]);
  });

  test('tell by a hash where free text differs', () => {
    const hashOf = (text: string) => Object.fromEntries(configParams(configOf(text))).config_sha256;
    expect(hashOf('mask: {roiNames: ["^doe$"]}')).not.toBe(hashOf('mask: {roiNames: ["^roe$"]}'));
    expect(hashOf('{}')).toBe(hashOf(''));
    expect(hashOf('{}')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('names of what is counted', () => {
  test('are those that MLflow takes, one for each text, whatever that holds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 8 }), (texts) => {
        const parts = distinctParts(texts);
        expect(parts.filter((part) => !isName(part) || part.includes('/'))).toEqual([]);
        // Some databases of MLflow take letters of either case for the same.
        expect(new Set(parts.map((part) => part.toLowerCase())).size).toBe(texts.length);
      }),
    );
  });

  test('are the texts themselves where they may be', () => {
    expect(distinctParts(['I', 'IIIa', 'no stage', '..', 'N/A', 'N?A'])).toEqual([
      ...['I', 'IIIa', 'no_stage', '_..'],
      ...[expect.stringMatching(/^N_A-[0-9a-f]{8}$/), expect.stringMatching(/^N_A-[0-9a-f]{8}$/)],
    ]);
  });

  test('no name is a folder of another: MLflow keeps metrics as files in its oldest store', async () => {
    const { metrics } = await stepValues(madeSummary('map-back'), {});
    const names = metrics.map(([name]) => name);
    expect(names.filter((name) => names.some((other) => other.startsWith(`${name}/`)))).toEqual([]);
  });
});

describe('metrics of a step', () => {
  test('are at most as many as Azure ML takes, the most telling first', () => {
    const many = Array.from({ length: 80 }, (_, i) => [`m${i}`, i] as const);
    const kept = ofStep('convert', many);
    expect(kept).toHaveLength(50);
    expect(kept[0]).toEqual(['convert/m0', 0]);
  });

  test('are numbers that JSON has', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1].map((value, i) => [`m${i}`, value] as const);
    expect(ofStep('split', odd)).toEqual([['split/m2', 1]]);
  });

  test('count patients by code and seconds by stage, the largest first', () => {
    const summary = madeSummary('convert');
    expect(exclusionMetrics(summary)).toEqual([
      ['excluded_by_code/no-mask', 2],
      ['excluded_by_code/too-few-slices', 1],
    ]);
    expect(stageMetrics(summary)[0]).toEqual(['seconds_by_stage/gzip', 8]);
  });

  test('are those of the way back too, which has no artifacts to read', async () => {
    const { metrics, params, report } = await stepValues(madeSummary('map-back'), { prune: true });
    expect(Object.fromEntries(metrics)['map-back/patients_ok']).toBe(7);
    expect(params).toContainEqual(['map-back/prune', 'true']);
    expect(report).toBeUndefined();
  });
});

describe('options of a step', () => {
  test('are logged as far as they are no places', async () => {
    const content = 'c'.repeat(64);
    const options = { content, preset: 'lung1', limit: 3, prune: false, raw: '/data/doe', cases: undefined };
    const { params } = await stepValues(madeSummary('convert'), options);
    expect(params).toEqual([
      ['swinprep_version', '0.1.0'],
      ['convert/workers', '4'],
      ['convert/ranks', '1'],
      ['preset', 'lung1'],
      ['content', content],
      ['convert/limit', '3'],
      ['convert/prune', 'false'],
    ]);
  });

  test('a content that is no fingerprint is not one of them', async () => {
    const { params } = await stepValues(madeSummary('convert'), { content: 'unknown' });
    expect(params.map(([name]) => name)).not.toContain('content');
  });
});
