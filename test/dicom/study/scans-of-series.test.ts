import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DicomFile, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { imagesOfSegments } from '../../../src/dicom/mask/scan-link.ts';
import { readStudy, type Study, type StudyRules } from '../../../src/dicom/study/study.ts';
import { surveyStudy } from '../../../src/dicom/study/survey.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { dicomObject, type Element, segmentationObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';
import { acquisitionNumber, madeContours, madeImage, SERIES_UID } from '../../support/dicom/scan-series.ts';
import { filesAt, hasSharedData, shared } from '../../support/shared-data.ts';

const uidOf = ({ dataset }: DicomFile): string => text(dataset, Tag.SOPInstanceUID);
const uids = (files: readonly DicomFile[]): string[] => files.map(uidOf);

/** A scan of `slices` slices 3 mm apart, of HU 10 * number. */
function scan(number: number, slices: number, firstMm = 0): DicomFile[] {
  return Array.from({ length: slices }, (_, k) =>
    madeImage(`${number}-${k}`, {
      heightMm: firstMm + 3 * k,
      hu: 10 * number,
      more: [acquisitionNumber(number)],
    }),
  );
}

function read(files: readonly DicomFile[], by: StudyRules = rules): Promise<Study> {
  return readStudy(
    files.map(({ name, dataset }) => ({ name, bytes: dataset.byteArray as Uint8Array })),
    by,
  );
}

async function refusalOf(files: readonly DicomFile[]): Promise<CaseExclusion> {
  const thrown = await read(files).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(CaseExclusion);
  expect(await surveyStudy(files, rules)).toMatchObject({
    outcome: { code: (thrown as CaseExclusion).code },
  });
  return thrown as CaseExclusion;
}

/** The HU of the scan that was taken. */
const takenOf = ({ ct }: Study): number[] => [...new Set(ct.data)];

const [first, second] = [scan(1, 10), scan(2, 10)];
const drawn = [9, 12, 15];

describe('the scan whose images the mask names is taken', () => {
  test.each([
    ['by its contours', { contours: uids(second.slice(3, 6)), object: uids([...first, ...second]) }],
    ['by the object as a whole', { object: uids(second) }],
  ])('%s', async (_, named) => {
    const { ct, facts } = await read([...first, ...second, madeContours(drawn, named)]);
    expect([...new Set(ct.data)]).toEqual([20]);
    expect(facts.candidateSeries).toMatchObject([
      {
        scan: 'Acquisition Number',
        chosen: false,
        reason: 'another scan of the series: the mask names the images of the one taken',
      },
      { scan: 'Acquisition Number', chosen: true, reason: 'the mask names its images' },
    ]);
    expect(facts.flags).toMatchObject([
      { code: 'several-scans', message: expect.stringContaining('whose images the mask names'), value: 2 },
    ]);
    expect(facts.mask.passedOver).toEqual([]);
  });

  test('by the frames of a segment, whatever other segments and the object name', async () => {
    const source = (uid: string): Element => [
      0x00089124,
      'SQ',
      [[[0x00082112, 'SQ', [[[0x00081155, 'UI', uid]]]]]],
    ];
    const segment = (number: number): Element => [0x0062000a, 'SQ', [[[0x0062000b, 'US', number]]]];
    const place = (z: number): Element => [0x00209113, 'SQ', [[[0x00200032, 'DS', [0, 0, z]]]]];
    const frames = [1, 2].flatMap((number) => drawn.map((z, i) => ({ number, z, i })));
    const seg = segmentationObject({
      type: 'BINARY',
      bitsAllocated: 8,
      columns: 8,
      rows: 8,
      frames: frames.map(({ z }) => ({ positionMm: [0, 0, z], pixels: new Uint8Array(64).fill(1) })),
      orientation: [1, 0, 0, 0, 1, 0],
      pixelSpacingMm: [1, 1],
      segments: [
        { number: 1, label: 'GTV-1' },
        { number: 2, label: 'Heart' },
      ],
      more: [
        [
          0x52009230,
          'SQ',
          frames.map(({ number, z, i }): Element[] => [
            place(z),
            segment(number),
            source(uidOf((number === 1 ? second : first)[3 + i])),
          ]),
        ],
        [
          0x00081115,
          'SQ',
          [
            [
              [0x0020000e, 'UI', SERIES_UID],
              [0x0008114a, 'SQ', uids(first).map((uid): Element[] => [[0x00081155, 'UI', uid]])],
            ],
          ],
        ],
      ],
    });
    const study = await read([...first, ...second, seg]);
    expect(takenOf(study)).toEqual([20]);
    expect(study.facts.mask.source).toBe('SEG');
  });
});

test('a segmentation names images of its own study and of others', () => {
  const reference = (uid: string): Element => [
    0x00081115,
    'SQ',
    [[[0x0008114a, 'SQ', [[[0x00081155, 'UI', uid]]]]]],
  ];
  const seg = dicomObject('seg.dcm', [reference('2.25.1'), [0x00081200, 'SQ', [[reference('2.25.2')]]]]);
  expect(imagesOfSegments(seg).ofObject()).toEqual(['2.25.1', '2.25.2']);
});

test('where the mask names none, the most suitable is taken, and it is said', async () => {
  const longer = scan(2, 12);
  const study = await read([...first, ...longer, madeContours(drawn)]);
  expect(takenOf(study)).toEqual([20]);
  expect(study.facts.candidateSeries.map(({ reason }) => reason)).toEqual([
    'the mask refers to it (series-uid)',
    'another scan of the series: smaller coverage: 27 mm against 33 mm',
  ]);
  const alike = await read([...second, ...first, madeContours(drawn)]);
  expect(takenOf(alike)).toEqual([10]);
  expect(alike.facts.candidateSeries[1].reason).toBe(
    'another scan of the series: later by Acquisition Number',
  );
  expect(alike.facts.flags).toMatchObject([{ code: 'several-scans', message: /the mask names none/ }]);
});

test('a NIfTI mask names no image: its grid tells the scan it was made on', async () => {
  const [low, high] = [scan(1, 10), scan(2, 12, 20.2)];
  const geometry = {
    size: [8, 8, 10],
    spacingMm: [1, 1, 3],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const data = new Uint8Array(640);
  data.fill(1, 7 * 64 + 20, 7 * 64 + 24);
  const study = await readStudy(
    [...low, ...high].map(({ name, dataset }) => ({ name, bytes: dataset.byteArray as Uint8Array })),
    { ...rules, maskSources: ['NIFTI'] },
    { name: 'mask.nii.gz', volume: { data, geometry } },
  );
  expect(takenOf(study)).toEqual([10]);
  expect([...study.tumor.data]).toEqual([...data]);
});

describe('a patient is excluded where the mask', () => {
  test('names images of two scans', async () => {
    const both = [uidOf(first[3]), uidOf(second[4]), uidOf(second[5])];
    const refusal = await refusalOf([...first, ...second, madeContours(drawn, { contours: both })]);
    expect(refusal.code).toBe('mask-on-no-one-scan');
  });

  const next = scan(2, 10, 19);
  const across = [21, 24, 27, 30];

  test.each([
    ['by its contours', { contours: [...uids(first.slice(7)), '2.25.1'] }],
    ['by the object as a whole', { object: uids(first) }],
  ])('reaches beyond the scan that it names %s, though another goes on there', async (_, named) => {
    const refusal = await refusalOf([...first, ...next, madeContours(across, named)]);
    expect(refusal.code).toBe('mask-beyond-scan');
    expect(refusal.message).not.toMatch(/resample|geometry\./);
  });

  test('names none and no scan holds all of it', async () => {
    expect(takenOf(await read([...first, ...next, madeContours(across)]))).toEqual([20]);
    const longer = madeContours([12, ...across]);
    expect((await refusalOf([...first, ...next, longer])).code).toBe('mask-beyond-scan');
  });

  test('names a scan of too few slices', async () => {
    const few = scan(2, 2, 9);
    const named = { contours: uids(few) };
    const refusal = await refusalOf([...first, ...few, madeContours([9, 12], named)]);
    expect(refusal.code).toBe('mask-on-no-one-scan');
  });
});

test('renaming and moving files gives the same bytes and the same record', async () => {
  const files = [...first, ...scan(2, 9, 3), madeContours(drawn)];
  const bytesOf = ({ ct, tumor, facts, uids: of }: Study): unknown => ({ ct, tumor, facts, of });
  const expected = bytesOf(await read(files));
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(files, { minLength: files.length }),
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: files.length, maxLength: files.length }),
      async (shuffled, names) => {
        expect(bytesOf(await read(shuffled.map((file, i) => ({ ...file, name: names[i] }))))).toEqual(
          expected,
        );
      },
    ),
    { numRuns: 25 },
  );
});

describe.runIf(hasSharedData)('two scans in the series of the IBSI-1 phantom', () => {
  test('the published mask and CT come of the scan that the contours name', async () => {
    const phantom = filesAt(shared('ibsi1-ct-phantom/dicom'));
    const plain = await readStudy(phantom, rules);
    const again = phantom.flatMap(({ name, bytes }) => copyOf(name, bytes));
    const study = await readStudy([...again, ...phantom], rules);
    expect(study.ct).toEqual(plain.ct);
    expect(study.tumor).toEqual(plain.tumor);
    expect(study.tumor.data.reduce((sum, voxel) => sum + voxel, 0)).toBe(125256);
    expect(study.facts.candidateSeries.filter(({ chosen }) => chosen)).toHaveLength(1);
    expect(study.facts.candidateSeries).toHaveLength(2);
  });
});

/** A slice once more, as image of another Image Type with one pixel changed and a UID of its own; nothing of other files. */
function copyOf(name: string, bytes: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const copy = Buffer.from(bytes);
  const type = copy.indexOf('ORIGINAL\\PRIMARY\\AXIAL');
  if (type < 0) return [];
  copy.write('ORIGINAL\\PRIMARY\\OTHER', type, 'latin1');
  copy[copy.length - 1] ^= 1;
  // The UID stands in the meta information and in the data set; its last digit changes.
  const uid = uidOf(parsePart10(name, bytes)!);
  const changed = `${uid.slice(0, -1)}${(Number(uid.at(-1)) + 5) % 10}`;
  for (let found = copy.indexOf(uid); found >= 0; found = copy.indexOf(uid, found + 1))
    copy.write(changed, found, 'latin1');
  return [{ name: `again-${name}`, bytes: copy }];
}
