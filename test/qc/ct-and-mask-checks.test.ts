import { beforeAll, describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import { parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import { readStudy, type Study } from '../../src/dicom/study/study.ts';
import { CaseExclusion } from '../../src/errors.ts';
import { HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { phantomFiles } from '../../src/phantom/cohort.ts';
import { assertQc, judgePair, measurePair, qcFlags } from '../../src/qc/ct-and-mask-checks.ts';
import { rules } from '../support/dicom/rules.ts';
import { filesAt, filesInZip, hasSharedData, shared } from '../support/shared-data.ts';

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
    ['air below a 12-bit scale that begins at -1010', (hu) => (hu < -1010 ? hu + 4096 : hu), 'wrapShare'],
    ['the intercept lost', (hu) => hu + 1024, 'airShare'],
    ['the intercept applied twice', (hu) => hu - 1024, 'airHu'],
  ])('%s excludes the patient', (_, spoil, code) => {
    const { ct } = study;
    const spoilt = { ...study, ct: { ...ct, data: ct.data.map(spoil) } };
    expect(() => assertQc(judgePair(valuesOf(spoilt), qc))).toThrow(`qc.${code}`);
  });

  test('a hip of metal with dark streaks is no wrap', () => {
    const { ct } = study;
    const [nx, ny] = ct.geometry.size;
    const data = ct.data.slice();
    for (let slice = 0; slice < data.length; slice += nx * ny)
      for (let y = 250; y < 310; y++)
        for (let x = 250; x < 370; x++) {
          const i = slice + y * nx + x;
          if (Math.hypot(x - 310, y - 280) < 25) data[i] = 3071;
          else if (Math.abs(y - 280) < 15) data[i] = Math.max(-1024, data[i] - 900);
        }
    const spoilt = { ...study, ct: { ...ct, data } };
    expect(valuesOf(spoilt).wrapShare).toBe(0);
  });

  test('passes every check, with noise and air as a CT has them', () => {
    expect(failed(study)).toEqual([]);
    const values = valuesOf(study);
    expect(values.wrapShare).toBe(0);
    expect(values.noiseHu).toBeGreaterThan(3);
    expect(values.noiseHu).toBeLessThan(30);
  });
});

/** The IBSI phantom, with its stored values (HU + 1000) changed and their sign and bits stated anew. */
function ibsiFiles(change: (stored: number, x: number, y: number, file: number) => number, bits = 16) {
  return filesAt(shared('ibsi1-ct-phantom', 'dicom')).map(({ name, bytes }, file) => {
    const { dataset } = parsePart10(name, bytes)!;
    if (text(dataset, Tag.Modality) !== 'CT') return { name, bytes };
    const edited = Buffer.from(bytes);
    edited.writeUInt16LE(bits, dataset.elements[Tag.BitsStored].dataOffset);
    edited.writeUInt16LE(bits - 1, dataset.elements[Tag.HighBit].dataOffset);
    edited.writeUInt16LE(1, dataset.elements[Tag.PixelRepresentation].dataOffset);
    const { dataOffset, length } = dataset.elements[Tag.PixelData];
    const nx = dataset.uint16(Tag.Columns)!;
    for (let i = 0; i < length / 2; i++) {
      const at = dataOffset + 2 * i;
      edited.writeInt16LE(change(edited.readInt16LE(at), i % nx, Math.floor(i / nx), file), at);
    }
    return { name, bytes: edited };
  });
}

describe.runIf(hasSharedData)('the IBSI phantom', () => {
  const share = async (files: ReturnType<typeof ibsiFiles>) =>
    valuesOf(await readStudy(files, rules)).wrapShare;

  test('passes', async () => {
    expect(await share(ibsiFiles((stored) => stored))).toBe(0);
  });

  test('with a screw at 3071 HU between streaks of -1000 HU passes', async () => {
    const screw = (stored: number, x: number, y: number, file: number): number => {
      if (file % 3 > 0 || y < 100 || y >= 112 || x < 116 || x >= 132) return stored;
      return x >= 120 && x < 128 ? 4071 : 0;
    };
    expect(await share(ibsiFiles(screw))).toBe(0);
  });

  test('with every 40th dense voxel stored 4096 too low fails', async () => {
    let dense = 0;
    const wrapped = (stored: number) => (stored > 1050 && dense++ % 40 === 0 ? stored - 4096 : stored);
    expect(await share(ibsiFiles(wrapped))).toBeGreaterThan(1e-2);
  });

  test('with its unsigned 12 bits under the sign of 12 bits fails', async () => {
    expect(await share(ibsiFiles((stored) => stored, 12))).toBeGreaterThan(5e-5);
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
