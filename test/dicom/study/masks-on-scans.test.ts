import { describe, expect, test } from 'vitest';
import { type DicomFile, parseHeader, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import type { MaskRules } from '../../../src/dicom/mask/mask-candidates.ts';
import { readStudy, type Study } from '../../../src/dicom/study/study.ts';
import { type SurveyedPair, surveyStudy } from '../../../src/dicom/study/survey.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { type Element, segmentationObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';
import {
  acquisitionNumber,
  type MadeContours,
  madeContours,
  madeImage,
  SERIES_UID,
} from '../../support/dicom/scan-series.ts';

const uids = (files: readonly DicomFile[]): string[] =>
  files.map(({ dataset }) => text(dataset, Tag.SOPInstanceUID));

/** A scan of ten slices 3 mm apart, of HU 10 * number. */
const scan = (number: number, firstMm = 0): DicomFile[] =>
  Array.from({ length: 10 }, (_, k) =>
    madeImage(`${number}-${k}`, {
      heightMm: firstMm + 3 * k,
      hu: 10 * number,
      more: [acquisitionNumber(number)],
    }),
  );

/** Two scans of one series, at the same places. The first is the more suitable one, by its number. */
const [first, second] = [scan(1), scan(2)];
const ct = [...first, ...second];

const HEIGHTS_MM = [9, 12, 15];

let masks = 0;

/** A mask on three slices, called so that names are no order. */
function mask(uid: string, made: Omit<MadeContours, 'uid'> = {}, heightsMm = HEIGHTS_MM): DicomFile {
  return { ...madeContours(heightsMm, { ...made, uid }), name: `${(7 * ++masks) % 10}-${masks}.dcm` };
}

const onFirst = { contours: uids(first.slice(3, 6)) };
const onSecond = { contours: uids(second.slice(3, 6)) };

const bytesOf = (files: readonly DicomFile[]) =>
  files.map(({ name, dataset }) => ({ name, bytes: dataset.byteArray as Uint8Array }));

/** What convert makes of files, once inspect has been seen to foresee it. */
async function read(files: readonly DicomFile[], changed: Partial<MaskRules> = {}): Promise<Study> {
  const by = { ...rules, ...changed };
  const bytes = bytesOf(files);
  const [study, reversed] = [await readStudy(bytes, by), await readStudy(bytes.toReversed(), by)];
  expect(reversed).toEqual(study);
  const survey = await surveyStudy(files, by);
  expect(survey.outcome).not.toBeInstanceOf(CaseExclusion);
  const { flags, drawn } = survey.outcome as SurveyedPair;
  expect(flags).toEqual(study.facts.flags);
  const { data, geometry } = study.tumor;
  const voxelMl = geometry.spacingMm.reduce((a, b) => a * b) / 1000;
  expect(drawn?.volumeMl).toBeCloseTo(voxelMl * data.filter((voxel) => voxel === 1).length, 9);
  expect(survey.series.map(({ chosen, reason }) => [chosen, reason])).toEqual(
    study.facts.candidateSeries.map(({ chosen, reason }) => [chosen, reason]),
  );
  return study;
}

const huOf = ({ ct: { data } }: Study): number[] => [...new Set(data)];
const codes = ({ facts }: Study): string[] => facts.flags.map(({ code }) => code);
const told = ({ facts }: Study) =>
  facts.mask.choice?.masks.map(({ taken, reason, refusal }) => [taken, reason, refusal]);

describe('of masks of one scan, of which one names its images and another none', () => {
  const named = mask('2.25.9', { ...onSecond, date: '20120101' });

  test('the newer is taken, though the older is larger', async () => {
    const study = await read([...ct, named, mask('2.25.1', { date: '20100101', columns: 5 })]);
    expect(huOf(study)).toEqual([20]);
    expect(study.uids.mask).toBe('2.25.9');
    expect(told(study)).toEqual([
      [true, '', ''],
      [false, 'older', ''],
    ]);
  });

  test('they are readers of one lesion, whatever their dates', async () => {
    const silent = mask('2.25.1', { date: '20100101', columns: 2 });
    const study = await read([...ct, named, silent], { objects: 'intersection' });
    expect(study.uids.mask).toBe('2.25.1\\2.25.9');
    expect(study.tumor.data.filter((voxel) => voxel === 1)).toHaveLength(3 * 2 * 4);
  });
});

test('of three the middle one by date stands behind the newest, whatever scans they name', async () => {
  const study = await read([
    ...ct,
    mask('2.25.1', { ...onSecond, date: '20100101' }),
    mask('2.25.2', { date: '20110101', columns: 6 }),
    mask('2.25.3', { ...onSecond, date: '20120101', columns: 3 }),
  ]);
  expect(study.uids.mask).toBe('2.25.3');
  expect(told(study)).toEqual([
    [true, '', ''],
    [false, 'older', ''],
    [false, 'older', ''],
  ]);
});

describe('masks that name different scans', () => {
  const [older, newer] = [
    mask('2.25.1', { ...onFirst, date: '20100101' }),
    mask('2.25.2', { ...onSecond, date: '20120101' }),
  ];

  test.each(['best', 'union', 'staple'] as const)(
    'are not mixed by mask.objects: %s, and the one left out is told',
    async (objects) => {
      const study = await read([...ct, older, newer], { objects });
      expect(huOf(study)).toEqual([20]);
      expect(study.uids.mask).toBe('2.25.2');
      expect(told(study)).toBeUndefined();
      expect(codes(study)).toEqual(['several-scans', 'masks-of-other-series']);
      expect(study.facts.flags[1].value).toBe(1);
    },
  );

  test('inspect says so of the one left out', async () => {
    const { masks: surveyed } = await surveyStudy([...ct, older, newer], rules);
    expect(surveyed.map(({ chosen, reason }) => [chosen, reason])).toEqual([
      [false, 'it belongs to another CT series or scan, and another mask comes first'],
      [true, ''],
    ]);
  });

  test('beside readers of the one that is taken', async () => {
    const reader = mask('2.25.3', { ...onSecond, columns: 2, date: '20110101' });
    const study = await read([...ct, older, newer, reader], { objects: 'union' });
    expect(study.uids.mask).toBe('2.25.2\\2.25.3');
    expect(codes(study)).toEqual(['several-scans', 'masks-of-other-series', 'several-masks']);
  });
});

test('of parts of a series that differ in pixel spacing each mask takes the one whose images it names', async () => {
  const part = (spacingMm: number): DicomFile[] =>
    Array.from({ length: 10 }, (_, k) =>
      madeImage(`${spacingMm}-${k}`, {
        heightMm: 3 * k,
        hu: 100 * spacingMm,
        more: [[0x00280030, 'DS', [spacingMm, spacingMm]]],
      }),
    );
  const parts = [part(1), part(2)];
  const masksOf = parts.map((files, i) =>
    mask(`2.25.${i + 1}`, { contours: uids(files.slice(3, 6)), date: `201${i}0101` }),
  );
  for (const [i, one] of masksOf.entries())
    expect(huOf(await readStudy(bytesOf([...parts.flat(), one]), rules))).toEqual([100 * (i + 1)]);
  for (const objects of ['best', 'union'] as const) {
    const study = await read([...parts.flat(), ...masksOf], { objects });
    expect(study.uids.mask).toBe('2.25.2');
    expect(told(study)).toBeUndefined();
    expect(codes(study)).toEqual(['masks-of-other-series']);
  }
});

describe('a mask that reaches beyond its scan', () => {
  const next = scan(2, 19);
  const across = [21, 24, 27, 30];

  test('gives way to one that does not, and is told', async () => {
    const study = await read([
      ...first,
      ...next,
      mask('2.25.1', { contours: [...uids(first.slice(7)), '2.25.0'], date: '20200101' }, across),
      mask('2.25.2', { ...onFirst, date: '20100101' }),
    ]);
    expect(study.uids.mask).toBe('2.25.2');
    expect(study.facts.mask.passedOver).toEqual(['RTSTRUCT: mask-beyond-scan']);
    expect(told(study)).toBeUndefined();
  });

  test('is told among those of its scan', async () => {
    const study = await read([
      ...first,
      ...next,
      mask('2.25.1', { contours: [...uids(first.slice(7)), '2.25.0'], date: '20200101' }, across),
      mask('2.25.2', { ...onFirst, date: '20100101' }),
      mask('2.25.3', { ...onFirst, date: '20110101' }),
    ]);
    expect(study.uids.mask).toBe('2.25.3');
    expect(told(study)).toEqual([
      [false, '', 'mask-beyond-scan'],
      [true, '', ''],
      [false, 'older', ''],
    ]);
  });

  test('is drawn on the scan that holds all of it where it names none, and the other is not called later', async () => {
    const study = await read([...first, ...next, mask('2.25.1', {}, across)]);
    expect(huOf(study)).toEqual([20]);
    expect(study.facts.candidateSeries.map(({ chosen, reason }) => [chosen, reason])).toEqual([
      [false, 'another scan of the series: it cannot be used with the mask'],
      [true, 'the mask refers to it (series-uid)'],
    ]);
    expect(study.facts.flags).toContainEqual({
      code: 'several-scans',
      message: expect.stringContaining('that holds all of the mask'),
      value: 2,
    });
  });
});

describe('segmentations, whose pixels inspect does not read', () => {
  /** A segment on three slices, `columns` wide; `onto`: the images that it was derived from. */
  function seg(uid: string, date: string, columns: number, onto: readonly DicomFile[] = []): DicomFile {
    const pixels = Array.from({ length: 64 }, (_, i) => Number(i % 8 < columns));
    const images = onto.map((image): Element[] => [
      [0x00081155, 'UI', text(image.dataset, Tag.SOPInstanceUID)],
    ]);
    const { dataset } = segmentationObject({
      type: 'BINARY',
      bitsAllocated: 8,
      columns: 8,
      rows: 8,
      orientation: [1, 0, 0, 0, 1, 0],
      pixelSpacingMm: [1, 1],
      segments: [{ number: 1, label: 'GTV-1' }],
      frames: HEIGHTS_MM.map((z) => ({ positionMm: [0, 0, z], segment: 1, pixels })),
      more: [
        [0x00080018, 'UI', uid],
        [0x00080023, 'DA', date],
        [
          0x00081115,
          'SQ',
          [
            [
              [0x0020000e, 'UI', SERIES_UID],
              [0x0008114a, 'SQ', images],
            ],
          ],
        ],
      ],
    });
    return parsePart10(`${(7 * ++masks) % 10}-${masks}.dcm`, dataset.byteArray as Uint8Array)!;
  }

  /** As inspect has a file: up to its pixels. */
  function header({ name, dataset }: DicomFile): DicomFile {
    const bytes = dataset.byteArray as Uint8Array;
    const pixels = dataset.elements[Tag.PixelData]?.dataOffset ?? bytes.length;
    const parsed = parseHeader(name, bytes.subarray(0, pixels), bytes.length);
    if (parsed === undefined || parsed === 'incomplete') throw new Error(name);
    return parsed;
  }

  test.each(['best', 'union'] as const)(
    'are foreseen as they are taken by mask.objects: %s',
    async (objects) => {
      const files = [
        ...ct,
        seg('2.25.1', '20100101', 6),
        seg('2.25.9', '20120101', 4, second.slice(3, 6)),
        seg('2.25.5', '20090101', 3, first.slice(3, 6)),
      ];
      const by = { ...rules, objects };
      const study = await readStudy(
        files.map(({ name, dataset }) => ({ name, bytes: dataset.byteArray as Uint8Array })),
        by,
      );
      const { outcome, masks: surveyed } = await surveyStudy(files.map(header), by);
      const { flags, candidate } = outcome as SurveyedPair;
      expect(candidate.object.instanceUid).toBe('2.25.9');
      expect(study.uids.mask).toBe(objects === 'best' ? '2.25.9' : '2.25.1\\2.25.9');
      expect(huOf(study)).toEqual([20]);
      expect(flags.map(({ code, value }) => [code, value])).toEqual(
        study.facts.flags.map(({ code, value }) => [code, value]),
      );
      expect(surveyed.map(({ chosen, competition }) => [chosen, competition?.decidedBy])).toEqual([
        [objects === 'union', objects === 'union' ? '' : 'older'],
        [false, undefined],
        [true, ''],
      ]);
    },
  );
});
