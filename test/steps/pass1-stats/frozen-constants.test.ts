import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/config/load.ts';
import { PRESETS } from '../../../src/config/presets.ts';
import { encodeJson } from '../../../src/records/json.ts';
import { datasetStats } from '../../../src/steps/pass1-stats/dataset-stats.ts';
import { decodeFrozen } from '../../../src/steps/pass1-stats/frozen-constants.ts';
import { caseOf } from '../../support/volumes/pass1-case.ts';

const release = datasetStats('1.0', PRESETS.lung1, [caseOf('A', 'train', -150, 300, 100)], []);
const file = encodeJson(release);
const grown = [caseOf('A', 'train', -150, 300, 100), caseOf('B', 'train', -190, 250, 100, 200)];

function refusal(overrides: object, stats: unknown = release): string {
  const config = resolveConfig({ preset: 'lung1', file: { name: 'c', text: JSON.stringify(overrides) } });
  try {
    decodeFrozen('stats.json', encodeJson(stats), config);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('constants of a release', () => {
  const frozen = decodeFrozen('stats.json', file, PRESETS.lung1);

  test('take the place of those of the cohort, and the file says whose they are and what they would have been', () => {
    const own = datasetStats('2.0', PRESETS.lung1, grown, []);
    const stats = datasetStats('2.0', PRESETS.lung1, grown, [], frozen);
    const keys = ['global_mu', 'global_sigma', 'min_box_mm', 'max_box_mm'] as const;
    for (const key of keys) expect(stats.config_after_pass1[key]).toEqual(release.config_after_pass1[key]);
    expect(stats.config_after_pass1.global_mu).not.toBe(own.config_after_pass1.global_mu);
    expect(stats.pass1_summary).toEqual(own.pass1_summary);
    expect(stats.per_case_records).toEqual(own.per_case_records);
    expect(own.constants_from).toBeNull();
    expect(stats.constants_from).toEqual({
      sha256: createHash('sha256').update(file).digest('hex'),
      swinprep_version: '1.0',
      num_samples_in_scope: 1,
    });
  });

  test('keep their origin when they are taken from a file that had them frozen already', () => {
    const second = datasetStats('2.0', PRESETS.lung1, grown, [], frozen);
    const again = decodeFrozen('stats.json', encodeJson(second), PRESETS.lung1);
    expect(again).toEqual(frozen);
    expect(datasetStats('2.0', PRESETS.lung1, grown, [], again)).toEqual(second);
  });
});

describe('a file whose constants would mean something else is refused, and each key that differs is named', () => {
  test.each<[string, object, string]>([
    ['spacing', { resample: { spacingMm: [1, 1, 1] } }, 'resample.spacingMm: [1,1,3] there, [1,1,1] here'],
    ['policy', { resample: { policy: 'anisotropic' } }, 'resample.policy: "fixed" there, "anisotropic" here'],
    ['window', { intensity: { windowHu: [-1000, 400] } }, 'intensity.windowHu: [-900,100] there'],
    ['voxel rule', { intensity: { voxelRule: 'mask' } }, 'intensity.voxelRule: "threshold" there'],
    ['threshold', { intensity: { thresholdHu: -500 } }, 'intensity.thresholdHu: -850 there, -500 here'],
    ['scope', { stats: { scope: 'all' } }, 'stats.scope: "train" there, "all" here'],
    ['variance', { stats: { variance: 'within' } }, 'stats.variance'],
    ['lungs', { roi: { source: 'lung' } }, 'roi.source: "tumor" there, "lung" here'],
    ['derived boxes', { roi: { patch: 'derived' } }, 'roi.patch: "192x192x64" there, "derived" here'],
  ])('%s', (_, overrides, line) => {
    expect(refusal(overrides)).toMatch(/^stats\.json: its constants were made with another configuration/);
    expect(refusal(overrides)).toContain(`\n  ${line}`);
  });

  test('several at once', () => {
    const lines = refusal({ stats: { scope: 'all' }, intensity: { minVoxels: 5 } })
      .split('\n')
      .slice(1);
    expect(lines).toEqual([
      '  intensity.minVoxels: 1000 there, 5 here',
      '  stats.scope: "train" there, "all" here',
    ]);
  });

  test('what they do not depend on may differ', () => {
    const same = { roi: { patch: '160x160x64' }, output: { roiHu: false }, lung: { erosionMm: 1 } };
    expect(refusal(same)).toBe('');
  });

  test('no statistics at all', () => {
    expect(refusal({}, { patients: [] })).toContain('stats.json: is no dataset_pass1_stats.json');
    expect(() => decodeFrozen('x', new TextEncoder().encode('mu: 1'), PRESETS.lung1)).toThrow(
      'x: is no valid JSON',
    );
  });
});
