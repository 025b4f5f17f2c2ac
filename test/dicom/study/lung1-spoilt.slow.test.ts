import { describe, expect, test } from 'vitest';
import { Tag } from '../../../src/dicom/file/part10.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { readStudy, type Study } from '../../../src/dicom/study/study.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { rules } from '../../support/dicom/rules.ts';
import { elementText, withReplaced, withText } from '../../support/edited-file.ts';
import {
  compareMasks,
  filesAt,
  filesInZip,
  hasSharedData,
  type NamedBytes,
  nrrdMask,
  shared,
} from '../../support/shared-data.ts';

const STUDY_TIME = 'x00080030';
const PATIENT_ID = 'x00100020';
const INSTANCE_NUMBER = 'x00200013';
const PLANE = 512 * 512;
const GTV_VOXELS = 54639;

/** Bottom and top plane of GTV-1, from below, counted from 0. */
const GTV_PLANES = [65, 85];

describe.runIf(hasSharedData)('LUNG1-001 spoilt', () => {
  const files = hasSharedData ? filesInZip(shared('lung1', 'LUNG1-001.zip')) : [];
  /** Names of the slices, from below. */
  const names = hasSharedData
    ? stackSlices(ctPlanes(files), stackRules).slices.map(({ file }) => file.name)
    : [];
  const contours = files.find(({ name }) => !names.includes(name))!;
  const images = files.filter(({ name }) => names.includes(name));
  const published = hasSharedData
    ? nrrdMask(shared('lung1-masks', 'LUNG1-001', 'plastimatch-2020', 'GTV-1.nrrd'))
    : new Uint8Array();
  const unspoilt = hasSharedData ? readStudy(files, rules) : Promise.reject(new Error('no data'));
  unspoilt.catch(() => undefined);

  const without = (...planes: number[]): NamedBytes[] =>
    files.filter(({ name }) => !planes.some((k) => names[k] === name));
  const codes = ({ facts }: Study) => facts.flags.map(({ code }) => code);

  /** The study is the one that was not spoilt, all that is said of it included. */
  const expectUnspoilt = async (study: Study): Promise<void> => {
    await expectPlanes(study);
    expect(study.facts).toEqual((await unspoilt).facts);
  };

  /** CT and mask on planes `from` to `to` of the original grid equal those of the original. */
  const expectPlanes = async ({ ct, tumor }: Study, from = 0, to = 133): Promise<void> => {
    const whole = (await unspoilt).ct;
    const planes = [from * PLANE, (to + 1) * PLANE] as const;
    expect(ct.geometry.size).toEqual([512, 512, to - from + 1]);
    expect(ct.geometry.originMm[2]).toBeCloseTo(-681.5 + 3 * from, 9);
    expect(ct.geometry.spacingMm[2]).toBeCloseTo(3, 9);
    expect(Buffer.compare(bytesOf(ct.data), bytesOf(whole.data.subarray(...planes)))).toBe(0);
    expect(compareMasks(tumor.data, published.subarray(...planes))).toMatchObject({ differing: 0 });
  };

  test('not at all: the known answer', async () => {
    const study = await unspoilt;
    await expectPlanes(study);
    expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels: GTV_VOXELS });
    expect(study.facts.flags).toEqual([]);
  });

  describe('slices missing', () => {
    test.each([
      ['one of the tumour', [72]],
      ['the lowest of the tumour', [GTV_PLANES[0]]],
      ['the one beneath the tumour', [GTV_PLANES[0] - 1]],
      ['the second', [1]],
      ['two of the tumour, apart', [72, 80]],
      ['every tenth', Array.from({ length: 13 }, (_, i) => 10 * i + 5)],
    ])('%s: the mask is exact on all planes, the missing ones included', async (_, planes) => {
      const study = await readStudy(without(...planes), rules);
      expect(study.ct.geometry.size).toEqual([512, 512, 134]);
      expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels: GTV_VOXELS });
      expect(study.facts.flags).toEqual([
        {
          code: 'missing-slices',
          message: `planes without a slice, interpolated: ${planes.join(', ')} of 0 to 133 along the normal`,
          value: planes.length,
        },
      ]);
    });

    test.each([
      ['of the tumour', [75, 76]],
      ['elsewhere', [20, 21]],
    ])('two adjacent ones %s: excluded', async (_, planes) => {
      await expect(readStudy(without(...planes), rules)).rejects.toMatchObject({
        code: 'too-many-missing-slices',
        file: names[planes[1] + 1],
      });
    });

    test('two adjacent ones where the rules allow it: the mask is exact', async () => {
      const study = await readStudy(without(75, 76), { ...rules, maxMissingRun: 2 });
      expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels: GTV_VOXELS });
    });

    test.each([
      ['the first', [0], 1, 133],
      ['the last', [133], 0, 132],
      ['both', [0, 133], 1, 132],
    ])('%s: a shorter volume, nothing to repair', async (_, planes, from, to) => {
      const study = await readStudy(without(...planes), rules);
      await expectPlanes(study, from, to);
      expect(study.tumor.data.reduce((sum, v) => sum + v, 0)).toBe(GTV_VOXELS);
      expect(study.facts.flags).toEqual([]);
    });

    test('the upper half of the tumour and all above: what is left is exact, and what is not is told', async () => {
      const study = await readStudy(without(...Array.from({ length: 59 }, (_, i) => 75 + i)), rules);
      await expectPlanes(study, 0, 74);
      expect(codes(study)).toEqual(['contours-outside-ct']);
    });
  });

  describe('slices stored twice', () => {
    test('one: dropped and flagged', async () => {
      const twice = { ...files.find(({ name }) => name === names[75])!, name: 'again.dcm' };
      const study = await readStudy([twice, ...files], rules);
      await expectPlanes(study);
      expect(study.facts.flags).toMatchObject([{ code: 'duplicate-slices-dropped', value: 1 }]);
    });

    test('the whole patient: dropped and flagged', async () => {
      const again = files.map((file) => ({ ...file, name: `again/${file.name}` }));
      const study = await readStudy([...again, ...files], rules);
      await expectPlanes(study);
      expect(study.facts.flags).toMatchObject([{ code: 'duplicate-slices-dropped', value: 134 }]);
    });

    test('one with other pixels: excluded', async () => {
      const { bytes } = files.find(({ name }) => name === names[75])!;
      const other = Buffer.from(bytes);
      other[other.length - 1] ^= 1;
      await expect(readStudy([...files, { name: 'z.dcm', bytes: other }], rules)).rejects.toMatchObject({
        code: 'duplicate-slices',
        file: 'z.dcm',
      });
    });
  });

  /** Numbers that run neither with the slices nor against them. */
  const renumbered = (file: NamedBytes, n: number) => {
    const digits = elementText(file, INSTANCE_NUMBER).length;
    return withText(file, INSTANCE_NUMBER, String(((n * 59) % 134) + 1).slice(0, digits));
  };
  const timed = (file: NamedBytes, n: number) =>
    withText(file, STUDY_TIME, `11${String(n % 60).padStart(2, '0')}00.000000`);

  test('Instance Numbers shuffled: nothing changes', async () => {
    await expectUnspoilt(await readStudy([contours, ...images.map(renumbered)], rules));
  });

  test('a Study Time for each slice: nothing changes', async () => {
    await expectUnspoilt(await readStudy([contours, ...images.map(timed)], rules));
  });

  /** A file that calls UIDs by others, as long. */
  const foreign = (file: NamedBytes, uids: readonly string[]) =>
    withReplaced(file, new Map(uids.map((uid) => [uid, uid.replace('1.3.6.1.4.1.', '1.2.8.2.4.1.')])));
  const imageUids = images.map((file) => elementText(file, Tag.SOPInstanceUID));
  const seriesUid = hasSharedData ? elementText(images[0], Tag.SeriesInstanceUID) : '';
  const frameUid = hasSharedData ? elementText(images[0], Tag.FrameOfReferenceUID) : '';

  test.each([
    ['images', 'series-uid', imageUids],
    ['images and the series', 'frame-of-reference-uid', [...imageUids, seriesUid]],
    ['images, the series and the frame of reference', 'patient', [...imageUids, seriesUid, frameUid]],
  ])('contours that refer to other %s: found by %s, the mask exact', async (_, rule, uids) => {
    const strange = foreign(contours, uids);
    for (const uid of uids) expect(Buffer.from(strange.bytes).includes(uid)).toBe(false);
    const study = await readStudy([strange, ...images], rules);
    await expectPlanes(study);
    expect(study.facts.mask.linkRule).toBe(rule);
    expect(codes(study)).toEqual([]);
  });

  /** A real RTDOSE and RTPLAN of other patients. */
  const planned = (): NamedBytes[] =>
    ['rtdose.dcm', 'rtplan.dcm'].flatMap((name) =>
      filesAt(shared('encodings/pydicom', name)).map(({ bytes }) => ({ name, bytes })),
    );

  test('in one flat folder with RTDOSE and RTPLAN, in any order: they are rejected by what they are', async () => {
    const flat = [...files, ...planned()].map(({ bytes }, n) => ({ name: `${(n * 59) % 137}.dcm`, bytes }));
    const study = await readStudy(
      flat.sort((a, b) => (a.name < b.name ? -1 : 1)),
      rules,
    );
    await expectPlanes(study);
    expect(study.facts.flags).toEqual([]);
    expect(study.facts.rejectedSeries.map(({ reason }) => reason).sort()).toEqual([
      'is no CT but RTDOSE',
      'is no CT but RTPLAN',
    ]);
  });

  test('all of it at once', async () => {
    const spoilt = [
      ...planned(),
      foreign(contours, imageUids),
      ...images.map(timed).map(renumbered),
      { ...images[3], name: 'again.dcm' },
    ].filter(({ name }) => name !== names[72] && name !== names[110]);
    const study = await readStudy(spoilt, rules);
    expect(compareMasks(study.tumor.data, published)).toEqual({ differing: 0, voxels: GTV_VOXELS });
    expect(codes(study).sort()).toEqual(['duplicate-slices-dropped', 'missing-slices']);
  });

  describe('with files of another patient', () => {
    test('two whole patients in one folder: CT and mask are of one of them, and the number of Patient IDs is told', async () => {
      const study = await readStudy([...files, ...filesInZip(shared('lung1', 'LUNG1-002.zip'))], rules);
      const [slices, voxels] = [study.ct.geometry.size[2], study.tumor.data.reduce((sum, v) => sum + v, 0)];
      // Neither name of a file nor its order decides: the mask whose UIDs come first does.
      expect([slices, voxels]).toEqual([111, 125_531]);
      expect(study.facts.candidateSeries.filter(({ chosen }) => chosen)).toHaveLength(1);
      expect(study.facts.patientIds).toBe(2);
    });

    test('contours that name another patient: the number of Patient IDs is told', async () => {
      const strange = withText(contours, PATIENT_ID, 'LUNG1-999');
      expect((await readStudy([strange, ...images], rules)).facts.patientIds).toBe(2);
    });

    test('a dose and a plan do not count', async () => {
      expect((await readStudy([...files, ...planned()], rules)).facts.patientIds).toBe(1);
    });
  });

  test('the reference preset averages a gap away and says so', async () => {
    const { ct, facts } = await readStudy(without(20), { ...rules, stacking: 'average' });
    expect(ct.geometry.size[2]).toBe(133);
    expect(ct.geometry.spacingMm[2]).toBeCloseTo((133 * 3) / 132, 9);
    expect(facts.flags.map(({ code }) => code)).toContain('uneven-slices');
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
