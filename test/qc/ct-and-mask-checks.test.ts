import { beforeAll, describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import { readStudy, type Study } from '../../src/dicom/study/study.ts';
import { CaseExclusion } from '../../src/errors.ts';
import { HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { phantomFiles } from '../../src/phantom/cohort.ts';
import { assertQc, judgePair, measurePair, qcFlags } from '../../src/qc/ct-and-mask-checks.ts';
import { rules } from '../support/dicom/rules.ts';
import { filesInZip, hasSharedData, shared } from '../support/shared-data.ts';

const { qc } = PRESETS.lung1;

function valuesOf(study: Study) {
  return measurePair(study, new HuHistogram(study.ct.data));
}

function failed(study: Study): string[] {
  return judgePair(valuesOf(study), qc)
    .filter((check) => !check.passed)
    .map((check) => check.code);
}

describe('a synthetic patient', () => {
  let study: Study;
  beforeAll(async () => {
    const files = [...phantomFiles({ patients: 1, full: 0, gridSize: 128 })].filter(({ key }) =>
      key.endsWith('.dcm'),
    );
    study = await readStudy(
      files.map(({ key, bytes }) => ({ name: key, bytes })),
      rules,
    );
  });
  const with_ = (change: (ct: Int16Array, tumor: Uint8Array) => void): Study => {
    const [ct, tumor] = [study.ct.data.slice(), study.tumor.data.slice()];
    change(ct, tumor);
    return { ...study, ct: { ...study.ct, data: ct }, tumor: { ...study.tumor, data: tumor } };
  };

  test('passes every check', () => {
    expect(failed(study)).toEqual([]);
  });

  test.each<[string, (ct: Int16Array, tumor: Uint8Array) => void, string[]]>([
    [
      'HU shifted by a lost intercept',
      (ct) =>
        ct.forEach((v, i) => {
          ct[i] = v + 1024;
        }),
      ['airShare', 'bodyShare'],
    ],
    [
      'a mask in air',
      (ct, tumor) =>
        tumor.forEach((v, i) => {
          if (v) ct[i] = -950;
        }),
      ['tumorMeanHu'],
    ],
    [
      'specks',
      (_, tumor) => {
        for (let i = 0; i < tumor.length; i += 101) tumor[i] = 1;
      },
      ['tumorComponents', 'tumorSpeckShare', 'tumorVoxelsOnEdge'],
    ],
    ['a mask of a few voxels', (_, tumor) => tumor.fill(0).fill(1, 700_000, 700_003), ['tumorVolumeMl']],
  ])('%s is found', (_, change, expected) => {
    expect(failed(with_(change))).toEqual(expect.arrayContaining(expected));
  });

  test('what the headers tell is judged too', () => {
    const facts = {
      ...study.facts,
      burnedInSlices: 1,
      patientIds: 2,
      missingPlanes: 4,
      tiltDegrees: 12,
      mask: {
        ...study.facts.mask,
        outsideShare: 0.1,
        volumeShare: 0.8,
        agreement: [0.95, 0.7, null].map((dice) => ({
          source: 'RTSTRUCT' as const,
          roiName: 'GTV-1',
          dice,
          taken: { voxels: 1, firstSlice: 0, lastSlice: 0 },
          other: { voxels: 1, firstSlice: 0, lastSlice: 0 },
          refusal: '',
        })),
      },
    };
    expect(failed({ ...study, facts })).toEqual([
      'tiltDegrees',
      'missingSlices',
      'burnedInSlices',
      'patientIds',
      'maskOutsideShare',
      'maskVolumeShare',
      'sourceDice',
    ]);
    expect(valuesOf({ ...study, facts }).sourceDice).toBe(0.7);
    expect(() => assertQc(judgePair(valuesOf({ ...study, facts }), qc))).toThrow('qc.burnedInSlices');
  });

  test('few slices and mixed rescales are found', () => {
    const { geometry } = study.ct;
    const short: Study = {
      ...study,
      ct: {
        ...study.ct,
        geometry: { ...geometry, spacingMm: [geometry.spacingMm[0], geometry.spacingMm[1], 0.5] },
      },
      facts: { ...study.facts, rescale: [...study.facts.rescale, { slope: 2, intercept: 0, slices: 1 }] },
    };
    expect(failed(short)).toEqual(expect.arrayContaining(['zExtentMm', 'rescales']));
  });
});

describe.runIf(hasSharedData).each(['LUNG1-001', 'LUNG1-002'])('%s', (id) => {
  let study: Study;
  beforeAll(async () => {
    study = await readStudy(filesInZip(shared('lung1', `${id}.zip`)), rules);
  });

  test.each<[string, (hu: number) => number, string]>([
    ['signed 12-bit values read as unsigned', (hu) => (hu < 0 ? hu + 4096 : hu), 'wrapShare'],
    ['unsigned 12-bit values read as signed', (hu) => (hu > 1023 ? hu - 4096 : hu), 'wrapShare'],
    ['the intercept lost', (hu) => hu + 1024, 'airShare'],
    ['the intercept applied twice', (hu) => hu - 1024, 'airHu'],
  ])('%s excludes the patient', (_, spoil, code) => {
    const { ct } = study;
    const spoilt = { ...study, ct: { ...ct, data: ct.data.map(spoil) } };
    expect(() => assertQc(judgePair(valuesOf(spoilt), qc))).toThrow(`qc.${code}`);
  });

  test('passes every check, with noise and air as a CT has them', () => {
    expect(failed(study)).toEqual([]);
    const values = valuesOf(study);
    expect(values.noiseHu).toBeGreaterThan(3);
    expect(values.noiseHu).toBeLessThan(30);
  });
});

describe('severity decides what a failed check does', () => {
  const checksOf = (severity: Config['qc']['airHu']['severity']) =>
    judgePair({ airHu: -500 } as ReturnType<typeof measurePair>, {
      ...qc,
      airHu: { low: -1050, high: -950, severity },
    });

  test('flag', () => {
    expect(qcFlags(checksOf('flag'))).toEqual([
      { code: 'qc-airHu', message: 'median HU of air', value: -500 },
    ]);
    expect(() => assertQc(checksOf('flag'))).not.toThrow();
  });

  test('exclude, naming value, limits and key', () => {
    expect(() => assertQc(checksOf('exclude'))).toThrow(CaseExclusion);
    expect(() => assertQc(checksOf('exclude'))).toThrow(
      'median HU of air is -500, allowed -1050 to -950 (qc.airHu)',
    );
  });

  test('off', () => {
    expect(qcFlags(checksOf('off'))).toEqual([]);
    expect(() => assertQc(checksOf('off'))).not.toThrow();
  });
});
