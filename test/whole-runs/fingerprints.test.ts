import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import { measureFingerprint } from '../../src/measures/measures-file.ts';
import type { OkCase } from '../../src/records/case.ts';
import type { SplitMember } from '../../src/records/split.ts';
import { convertRules } from '../../src/steps/convert-fingerprint.ts';
import { huFingerprint, roiFingerprint, roiRules } from '../../src/steps/pass2-write/fingerprint.ts';
import type { Constants } from '../../src/steps/pass2-write/task.ts';

const record = {
  patient_id: 'P',
  ct: { sha256: 'ct', spacing_mm: [1, 1, 3] },
  tumor: { sha256: 'tumor', voxels: 10, volume_ml: 1, source: 'SEG' },
  flags: [],
} as unknown as OkCase;
const member = { patient_id: 'P', split: 'train', stage: 'I', stage_index: 0 } as SplitMember;
const constants = {
  global_mu: 0,
  global_sigma: 1,
  min_box_mm: [1, 1, 1],
  max_box_mm: [2, 2, 2],
} as unknown as Constants;
const lungs: Config = { ...PRESETS.lung1, roi: { ...PRESETS.lung1.roi, source: 'lung' } };

/** Configurations that differ from `base` in one key of a section. */
function changed(base: Config, sections: readonly (keyof Config)[]): [string, Config][] {
  return sections.flatMap((section) =>
    Object.keys(base[section]).map((key): [string, Config] => [
      `${section}.${key}`,
      { ...base, [section]: { ...base[section], [key]: 'another' } },
    ]),
  );
}

describe('what decides an ROI redoes it', () => {
  const print = (config: Config) => roiFingerprint({ record, member, config, constants });

  test.each(changed(lungs, ['resample', 'roi', 'lung', 'thorax', 'roiQc', 'intensity', 'output']))(
    '%s',
    (_, config) => {
      expect(print(config)).not.toBe(print(lungs));
      const hu = (of: Config) => huFingerprint({ record, member, config: of });
      expect(hu(config)).not.toBe(hu(lungs));
    },
  );

  test('the volumes, their record, the place in the split and the constants do', () => {
    const base = print(lungs);
    const others = [
      { record: { ...record, ct: { ...record.ct, sha256: 'other' } } },
      { record: { ...record, tumor: { ...record.tumor, sha256: 'other' } } },
      { record: { ...record, tumor: { ...record.tumor, source: 'RTSTRUCT' as const } } },
      { record: { ...record, flags: [{ code: 'c', message: 'm', value: 1 }] } },
      { member: { ...member, split: 'test' as const } },
      { constants: { ...constants, global_mu: 1 } },
      { constants: { ...constants, max_box_mm: [3, 3, 3] as const } },
    ];
    for (const other of others)
      expect(roiFingerprint({ record, member, config: lungs, constants, ...other })).not.toBe(base);
  });

  test.each(['hu.rounding', 'geometry.stacking', 'mask.contourRule'])('%s, which meta.json lists', (name) => {
    const [section, key] = name.split('.') as [keyof Config, string];
    const other = { ...lungs, [section]: { ...lungs[section], [key]: 'another' } };
    expect(print(other)).not.toBe(print(lungs));
  });

  test('what does not decide it leaves it: how the lungs are found, where none are needed', () => {
    const other = { ...PRESETS.lung1, lung: { ...PRESETS.lung1.lung, thresholdHu: -500 } };
    expect(print(other)).toBe(print(PRESETS.lung1));
  });
});

describe('what decides the measures of pass 1 redoes them', () => {
  const print = (config: Config) => measureFingerprint(record, config);

  test.each(changed(lungs, ['resample', 'intensity', 'lung']))('%s', (_, config) => {
    expect(print(config)).not.toBe(print(lungs));
  });

  test.each(['source', 'paddingMm'])('roi.%s', (key) => {
    expect(print({ ...lungs, roi: { ...lungs.roi, [key]: 'another' } })).not.toBe(print(lungs));
  });

  test('a patch size does not', () => {
    expect(print({ ...lungs, roi: { ...lungs.roi, patch: '160x160x64' } })).toBe(print(lungs));
  });

  test('an ROI of the thorax finds the lungs as well', () => {
    const thorax = { ...PRESETS.lung1, thorax: { ...PRESETS.lung1.thorax, write: true } };
    const other = { ...thorax, lung: { ...thorax.lung, thresholdHu: -500 } };
    expect(print(other)).not.toBe(print(thorax));
  });
});

describe('the engine of gzip', () => {
  const { lung1 } = PRESETS;
  const by = (gzipEngine: Config['output']['gzipEngine']): Config => ({
    ...lung1,
    output: { ...lung1.output, gzipEngine },
  });

  test.each([
    ['convert', convertRules],
    ['pass 2', roiRules],
  ])('is a rule of %s that stays unsaid where it is zlib', (_, rulesOf) => {
    const said = (['wasm', 'igzip', 'zlib'] as const).map((engine) => JSON.stringify(rulesOf(by(engine))));
    expect(new Set(said).size).toBe(3);
    expect(said[0]).toContain('wasm');
    expect(said[1]).toContain('igzip');
    expect(said[2]).not.toMatch(/engine|zlib/i);
  });
});
