import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePart10 } from '../../../src/dicom/file/part10.ts';
import type { MaskRules } from '../../../src/dicom/mask/mask-candidates.ts';
import { readStudy, type Study } from '../../../src/dicom/study/study.ts';
import { surveyStudy } from '../../../src/dicom/study/survey.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { ctSliceBytes } from '../../support/dicom/ct-files.ts';
import { type Element, segmentationObject, structureSetObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';

/** Five slices of 8 x 8 pixels, 1 mm apart. */
const SIDE = 8;
const ct = [0, 1, 2, 3, 4].map((z) => ({
  name: `ct/${z}.dcm`,
  bytes: ctSliceBytes({
    ImagePositionPatient: [0, 0, z],
    Rows: SIDE,
    Columns: SIDE,
    PixelData: new Uint8Array(2 * SIDE * SIDE),
  }),
}));

/** Of a mask that is like every other one but for what is given. */
interface Made {
  readonly uid: string;
  readonly name?: string;
  readonly series?: string;
  readonly frame?: string;
  readonly algorithm?: string;
  readonly date?: string;
  readonly time?: string;
  /** InstanceCreationDate */
  readonly created?: string;
  /** Pixels of a row from x on. */
  readonly x?: number;
  readonly width?: number;
}

const identity = ({ uid, frame = '2.25.2000', created }: Made): Element[] => [
  [0x00080018, 'UI', uid],
  [0x00200052, 'UI', frame],
  ...(created === undefined ? [] : [[0x00080012, 'DA', created] as const]),
];

const dates = (dateTag: number, timeTag: number, { date, time }: Made): Element[] => [
  ...(date === undefined ? [] : [[dateTag, 'DA', date] as const]),
  ...(time === undefined ? [] : [[timeTag, 'TM', time] as const]),
];

function seg(made: Made): Uint8Array {
  const { name = 'GTV-1', series = '2.25.1000', algorithm = 'MANUAL', x = 0, width = 4 } = made;
  const { dataset } = segmentationObject({
    type: 'BINARY',
    bitsAllocated: 1,
    columns: SIDE,
    rows: SIDE,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacingMm: [1, 1],
    segments: [{ number: 1, label: name, algorithm }],
    frames: [
      {
        positionMm: [0, 0, 2],
        segment: 1,
        pixels: Array.from({ length: SIDE * SIDE }, (_, i) => Number(i >= x && i < x + width)),
      },
    ],
    more: [
      ...identity(made),
      ...dates(0x00080023, 0x00080033, made),
      [0x00081115, 'SQ', [[[0x0020000e, 'UI', series]]]],
    ],
  });
  return dataset.byteArray;
}

function rtstruct(made: Made): Uint8Array {
  const { name = 'GTV-1', series = '2.25.1000', frame = '2.25.2000', algorithm, x = 0, width = 4 } = made;
  const [a, b] = [x - 0.5, x + width - 0.5];
  const contour = { data: [a, -0.5, 2, b, -0.5, 2, b, 0.5, 2, a, 0.5, 2] };
  const roi = { number: 1, name, contours: [contour], ...(algorithm !== undefined && { algorithm }) };
  const { dataset } = structureSetObject(
    [roi],
    [{ frameUid: frame, seriesUid: series }],
    [...identity(made), ...dates(0x30060008, 0x30060009, made)],
  );
  return dataset.byteArray;
}

const asFiles = (masks: readonly Uint8Array[]) => masks.map((bytes, i) => ({ name: `mask/${i}.dcm`, bytes }));

const read = (masks: readonly Uint8Array[], changed: Partial<MaskRules> = {}): Promise<Study> =>
  readStudy([...ct, ...asFiles(masks)], { ...rules, ...changed });

const row = ({ tumor }: Study): string =>
  tumor.data.subarray(2 * SIDE * SIDE, 2 * SIDE * SIDE + SIDE).join('');

/** Of two masks, the better one second by UID; both orders of files must give it, and the reason why the other is behind. */
async function expectBehind(
  better: Made,
  worse: Made,
  reason: string,
  make = seg,
  changed: Partial<MaskRules> = {},
): Promise<void> {
  const masks = [make({ ...better, x: 0 }), make({ ...worse, x: 2 })];
  for (const order of [masks, masks.toReversed()]) {
    const study = await read(order, changed);
    expect(study.uids.mask).toBe(better.uid);
    expect(study.facts.mask.choice?.masks.map((mask) => [mask.taken, mask.reason])).toEqual([
      [true, ''],
      [false, reason],
    ]);
    expect(study.facts.flags).toMatchObject([{ code: 'several-masks', value: 2 }]);
  }
}

describe('of several masks the best is taken', () => {
  const both = [
    ['SEG', seg],
    ['RTSTRUCT', rtstruct],
  ] as const;

  describe.each(both)('of %s', (_, make) => {
    test('by the pattern of roiNames, before all else', async () => {
      const worse = { uid: '1.1', name: 'GTV', date: '20200101', width: 6 };
      const better = { uid: '1.9', series: '', algorithm: 'AUTOMATIC', date: '20000101' };
      await expectBehind(better, worse, 'roiNames', make);
    });

    test('then by the link to the CT', async () => {
      const linked = { uid: '1.9', algorithm: 'AUTOMATIC', date: '20000101' };
      await expectBehind(linked, { uid: '1.1', series: '', date: '20200101', width: 6 }, 'link', make);
    });

    test('then drawn by a person rather than a program', async () => {
      const program = { uid: '1.1', algorithm: 'AUTOMATIC', date: '20200101', width: 6 };
      const half = { ...program, algorithm: 'SEMIAUTOMATIC' };
      const person = { uid: '1.9', algorithm: 'MANUAL', date: '20000101' };
      await expectBehind(person, program, 'program', make);
      await expectBehind(person, half, 'program', make);
      await expectBehind({ ...half, uid: '1.9' }, program, 'program', make);
    });

    test('of which what does not tell stands before a program alone, and behind a person', async () => {
      const silent = { uid: '1.5', algorithm: '' };
      await expectBehind(silent, { uid: '1.1', algorithm: 'AUTOMATIC' }, 'program', make);
      await expectBehind({ uid: '1.9', algorithm: 'SEMIAUTOMATIC' }, silent, 'program', make);
    });

    test('then the newest, by date and time', async () => {
      const old = { uid: '1.1', date: '20100101', time: '235959', width: 6 };
      await expectBehind({ uid: '1.9', date: '20120101', time: '000000' }, old, 'older', make);
      await expectBehind({ uid: '1.9', date: '20100101', time: '235959.5' }, old, 'older', make);
    });

    test('a filler is no date', async () => {
      const filler = { uid: '1.1', created: '20100101', date: '99999999' };
      await expectBehind({ uid: '1.9', created: '20120101', date: '20190101' }, filler, 'older', make);
    });

    test('by the first date that all of them have', async () => {
      const old = { uid: '1.1', created: '20100101', date: '20190101' };
      await expectBehind({ uid: '1.9', created: '20120101' }, old, 'older', make);
      await expectBehind({ uid: '1.9', created: '20120101', date: '20190101' }, old, 'older', make);
    });

    test('without the time of day where one of them has none', async () => {
      const untimed = { uid: '1.1', date: '20100101' };
      await expectBehind({ ...untimed, time: '010000', uid: '1.9', width: 5 }, untimed, 'smaller', make);
    });

    test('then the larger', async () => {
      await expectBehind({ uid: '1.9', width: 5 }, { uid: '1.1', width: 4 }, 'smaller', make);
    });

    test('and of those alike in all else that with the lowest UID', async () => {
      await expectBehind({ uid: '1.1' }, { uid: '1.9' }, 'uid', make);
    });
  });

  test('each is told with Dice and voxels, and no date, UID or file name', async () => {
    const { facts } = await read([
      seg({ uid: '1.7', date: '20111213' }),
      seg({ uid: '1.8', algorithm: 'AUTOMATIC', x: 2, date: '20111214' }),
    ]);
    const told = { source: 'SEG', roiName: 'GTV-1', linkRule: 'series-uid', voxels: 4, refusal: '' };
    expect(facts.mask.choice).toEqual({
      rule: 'best',
      equals: 'one',
      lesions: [{ readers: 1, leastDice: null, voxels: null }],
      masks: [
        { ...told, algorithm: 'MANUAL', taken: true, reason: '', dice: 1, lesion: 1 },
        { ...told, algorithm: 'AUTOMATIC', taken: false, reason: 'program', dice: 0.5, lesion: null },
      ],
    });
    expect(JSON.stringify(facts)).not.toMatch(/1\.7|1\.8|201112|mask\/\d/);
    expect(facts.flags).toEqual([
      {
        code: 'several-masks',
        message:
          'masks of one CT that match (mask.objects: best): the one drawn most by hand was taken; Dice with it 0.500',
        value: 2,
      },
    ]);
  });

  test('what cannot be drawn gives way to the next, and is told', async () => {
    const { facts, uids } = await read([
      seg({ uid: '1.1', width: 0 }),
      seg({ uid: '1.2', algorithm: 'AUTOMATIC' }),
      seg({ uid: '1.3', algorithm: 'AUTOMATIC', width: 3 }),
    ]);
    expect(uids.mask).toBe('1.2');
    expect(facts.mask.passedOver).toEqual(['SEG: tumor-empty']);
    expect(facts.mask.choice?.masks.map(({ taken, refusal }) => [taken, refusal])).toEqual([
      [false, 'tumor-empty'],
      [true, ''],
      [false, ''],
    ]);
    expect(facts.flags).toMatchObject([
      { code: 'masks-passed-over', value: 1 },
      { code: 'several-masks', value: 2 },
    ]);
  });
});

describe('one mask is no choice', () => {
  const choice = async (...masks: Uint8Array[]) => {
    const { facts } = await read(masks);
    return { choice: facts.mask.choice, flags: facts.flags.map(({ code }) => code) };
  };
  const none = { choice: undefined, flags: [] };

  test('nor is one of each source: mask.sources decides, and they are compared', async () => {
    const { facts } = await read([seg({ uid: '1.2' }), rtstruct({ uid: '1.1', x: 2 })]);
    expect(facts.mask.choice).toBeUndefined();
    expect(facts.flags).toEqual([]);
    expect(facts.mask).toMatchObject({ source: 'SEG', agreement: [{ source: 'RTSTRUCT', dice: 0.5 }] });
  });

  test('nor beside one without the ROI, one of another series, or one that holds nothing', async () => {
    expect(await choice(seg({ uid: '1.2' }), seg({ uid: '1.1', name: 'Heart' }))).toEqual(none);
    expect(await choice(seg({ uid: '1.2' }), seg({ uid: '1.1', series: '2.25.4' }))).toEqual(none);
    expect(await choice(seg({ uid: '1.2' }), seg({ uid: '1.1', width: 0 }))).toEqual({
      ...none,
      flags: ['masks-passed-over'],
    });
  });

  test('nor does the better name of one of another series count', async () => {
    const study = await read([seg({ uid: '1.2', name: 'GTV', x: 2 }), seg({ uid: '1.1', series: '2.25.4' })]);
    expect(row(study)).toBe('00111100');
    expect(study.facts.flags).toEqual([]);
  });

  test('unless the links of all are broken: then names decide as ever', async () => {
    const masks = [seg({ uid: '1.2', name: 'GTV', x: 2, series: '' }), seg({ uid: '1.1', series: '2.25.4' })];
    const study = await read(masks);
    expect(row(study)).toBe('11110000');
    expect(study.facts.flags).toMatchObject([{ code: 'several-masks', value: 2 }]);
  });

  test('nor is one object that was stored twice', async () => {
    expect(await choice(seg({ uid: '1.2' }), seg({ uid: '1.2' }))).toEqual(none);
  });

  test('but a file with its UID and other contents is told', async () => {
    const masks = [seg({ uid: '1.2', date: '20200101' }), seg({ uid: '1.2', date: '20100101', width: 6 })];
    for (const order of [masks, masks.toReversed()]) {
      const study = await read(order);
      expect(row(study)).toBe('11110000');
      expect(study.facts.mask.choice).toBeUndefined();
      expect(study.facts.flags).toMatchObject([{ code: 'mask-uid-repeated', value: 1 }]);
    }
  });
});

describe('masks that match equally well are combined', () => {
  const readers = [seg({ uid: '1.3', x: 0 }), seg({ uid: '1.2', x: 1 }), seg({ uid: '1.1', x: 2 })];

  test.each([
    ['union', '11111100'],
    ['intersection', '00110000'],
    ['majority', '01111000'],
  ] as const)('by %s', async (objects, expected) => {
    const study = await read([...readers, seg({ uid: '1.0', algorithm: 'AUTOMATIC', x: 4 })], { objects });
    expect(row(study)).toBe(expected);
    expect(study.uids.mask).toBe('1.1\\1.2\\1.3');
    const { equals, lesions, masks } = study.facts.mask.choice!;
    expect({ equals, lesions }).toEqual({
      equals: 'readers',
      lesions: [{ readers: 3, leastDice: 0.5, voxels: [...expected].filter((v) => v === '1').length }],
    });
    expect(masks.map(({ taken, reason }) => [taken, reason])).toEqual([
      [true, ''],
      [true, ''],
      [true, ''],
      [false, 'program'],
    ]);
    expect(study.facts.flags).toMatchObject([
      {
        code: 'several-masks',
        message: expect.stringMatching(/3 were combined, readers of one lesion/),
        value: 4,
      },
    ]);
  });

  test('each lesion over its own readers, and lesions are united', async () => {
    const masks = [
      seg({ uid: '1.1', x: 0, width: 3 }),
      seg({ uid: '1.2', x: 1, width: 3 }),
      seg({ uid: '1.3', x: 5, width: 2 }),
    ];
    const study = await read(masks, { objects: 'intersection' });
    expect(row(study)).toBe('01100110');
    expect(study.facts.mask.choice).toMatchObject({
      equals: 'readers-and-lesions',
      lesions: [
        { readers: 2, voxels: 2 },
        { readers: 1, voxels: 2 },
      ],
      masks: [{ lesion: 1 }, { lesion: 1 }, { lesion: 2 }],
    });
    expect((await read(masks.slice(1), { objects: 'majority' })).facts.mask.choice?.equals).toBe('lesions');
  });

  test('whatever their dates are, and with the flags of each', async () => {
    const masks = [
      rtstruct({ uid: '1.1', date: '20100101', x: 6 }),
      rtstruct({ uid: '1.2', date: '20120101', x: 5, width: 3 }),
    ];
    const study = await read(masks, { objects: 'union' });
    expect(row(study)).toBe('00000111');
    expect(study.facts.flags.slice(1)).toEqual([
      { code: 'contours-outside-ct', message: expect.stringMatching(/^mask 2: /), value: 1 },
    ]);
    expect(study.facts.mask.outsideShare).toBe(1);
  });

  test('and where nothing is left of them the patient is excluded, as inspect says', async () => {
    const chain = [
      rtstruct({ uid: '1.1', x: 0, width: 3 }),
      rtstruct({ uid: '1.2', x: 2, width: 3 }),
      rtstruct({ uid: '1.3', x: 4, width: 3 }),
    ];
    const changed = { ...rules, objects: 'intersection' } as const;
    const files = [...ct, ...asFiles(chain)];
    await expect(readStudy(files, changed)).rejects.toThrow(/no voxel is left of 3 masks/);
    const { outcome } = await surveyStudy(
      files.map(({ name, bytes }) => parsePart10(name, bytes)!),
      changed,
    );
    expect(outcome).toBeInstanceOf(CaseExclusion);
    expect(outcome).toMatchObject({ code: 'masks-disagree' });
  });
});

test('no name and no order of files changes what is made of them', async () => {
  const masks = [
    seg({ uid: '1.4', x: 0 }),
    seg({ uid: '1.3', x: 1, date: '20200101' }),
    seg({ uid: '1.2', x: 2, algorithm: 'AUTOMATIC' }),
    seg({ uid: '1.2', x: 3, algorithm: 'AUTOMATIC' }),
    seg({ uid: '1.1', name: 'Heart' }),
    rtstruct({ uid: '1.5', x: 1 }),
    rtstruct({ uid: '1.6', x: 1, width: 5 }),
  ];
  const objects = fc.constantFrom<NonNullable<MaskRules['objects']>>(
    'best',
    'union',
    'intersection',
    'majority',
    'staple',
  );
  const sources = fc.constantFrom(['SEG', 'RTSTRUCT'] as const, ['RTSTRUCT', 'SEG'] as const);
  const order = fc.shuffledSubarray(masks, { minLength: masks.length });
  const names = fc.shuffledSubarray([...'abcdefgh'], { minLength: masks.length, maxLength: masks.length });
  await fc.assert(
    fc.asyncProperty(objects, sources, order, names, async (rule, maskSources, shuffled, named) => {
      const changed = { ...rules, objects: rule, maskSources };
      const files = shuffled.map((bytes, i) => ({ name: `${named[i]}.dcm`, bytes }));
      const [a, b] = [await readStudy([...files, ...ct], changed), await read(masks, changed)];
      expect(a.tumor.data).toEqual(b.tumor.data);
      expect(a.facts).toEqual(b.facts);
      expect(a.uids).toEqual(b.uids);
    }),
    { numRuns: 40 },
  );
});
