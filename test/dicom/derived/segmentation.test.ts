import type { DataSet } from 'dicom-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SegmentationRules } from '../../../src/dicom/derived/segmentation/rules.ts';
import { encodeSegmentation } from '../../../src/dicom/derived/segmentation.ts';
import type { SourceVoxels } from '../../../src/dicom/derived/source-images.ts';
import { type DicomFile, items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { readSegmentation, segmentMask } from '../../../src/dicom/mask/seg.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { axial, orientations, type Placement } from '../../support/dicom/made-planes.ts';
import { plainRules, tumour } from '../../support/dicom/made-segments.ts';
import { latticeOfPlacement, scannedImages } from '../../support/dicom/scanned-images.ts';
import { withKernels } from '../../support/in-arena.ts';

const HALF = 0.5;

type Choice = Pick<SegmentationRules, 'type' | 'frames' | 'compression'>;

const choices: readonly Choice[] = (['BINARY', 'FRACTIONAL', 'LABELMAP'] as const).flatMap((type) =>
  (['occupied', 'all'] as const).flatMap((frames) =>
    (['none', 'deflate', 'rle', 'deflate-frames'] as const).flatMap((compression) =>
      type === 'BINARY' && compression === 'rle' ? [] : [{ type, frames, compression }],
    ),
  ),
);

/** Regular, uneven and single slices, of any orientation, standing straight or leaning. */
const placements: fc.Arbitrary<Placement> = fc
  .record({
    orientation: orientations,
    columns: fc.integer({ min: 1, max: 19 }),
    rows: fc.integer({ min: 1, max: 19 }),
    gaps: fc.oneof<fc.Arbitrary<number[]>[]>(
      fc
        .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0.7, 1, 3, 5.5))
        .map(([n, gap]): number[] => Array<number>(n).fill(gap)),
      fc.array(fc.constantFrom(1, 1.5, 3, 12), { maxLength: 6 }),
    ),
    shear: fc.constantFrom([0, 0] as const, [0.1, -0.2] as const),
    spacingMm: fc.constantFrom([0.9765625, 0.9765625] as const, [0.5, 1.25] as const),
  })
  .map(({ orientation, gaps, ...others }) => ({
    ...axial,
    ...orientation,
    ...others,
    heightsMm: [0, ...gaps.map((_, i) => gaps.slice(0, i + 1).reduce((a, b) => a + b))],
  }));

/** Label maps of which most is empty, as are some labels. */
const maps = placements.chain((placement) =>
  fc.record({
    placement: fc.constant(placement),
    labels: fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 4 }),
    picks: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3), {
      minLength: placement.columns * placement.rows * placement.heightsMm.length,
      maxLength: placement.columns * placement.rows * placement.heightsMm.length,
    }),
    first: fc.nat(2),
  }),
);

const parsed = (bytes: Uint8Array): DicomFile => parsePart10('seg.dcm', bytes)!;

/** Mask of one label. */
const of = (voxels: ArrayLike<number>, label: number): number[] =>
  Array.from(voxels, (value) => (value === label ? 1 : 0));

/** The mask that our own reader makes of a segment; of one that it refuses as empty, zeros. */
function readBack(file: DicomFile, number: number, placement: Placement): number[] {
  const lattice = latticeOfPlacement(placement);
  try {
    const { mask, flags } = segmentMask(file, number, lattice, HALF);
    expect(flags.map(({ code }) => code).filter((code) => code !== 'seg-fractional')).toEqual([]);
    return [...mask];
  } catch (thrown) {
    if (!(thrown instanceof CaseExclusion) || thrown.code !== 'tumor-empty') throw thrown;
    return Array(lattice.size[0] * lattice.size[1] * lattice.size[2]).fill(0);
  }
}

const perFrame = (file: DicomFile): DataSet[] => items(file.dataset, Tag.PerFrameFunctionalGroupsSequence);

const groupText = (group: DataSet, sequence: string, tag: string): string =>
  text(items(group, sequence)[0], tag);

describe.each(choices)('$type, frames $frames, compression $compression', (choice) => {
  test('every segment comes back voxel by voxel', () => {
    fc.assert(
      fc.property(maps, ({ placement, labels, picks, first }) => {
        const voxels = Uint8Array.from(picks, (pick) => (pick >= first ? (labels[pick] ?? 0) : 0));
        const segments = labels.map((label) => tumour(label));
        const made = encodeSegmentation(scannedImages(placement), voxels, segments, {
          ...plainRules,
          ...choice,
        });
        const file = parsed(made.bytes);
        labels.forEach((label, i) => {
          const number = choice.type === 'LABELMAP' ? label : i + 1;
          expect(readBack(file, number, placement)).toEqual(of(voxels, label));
        });
        expect(perFrame(file)).toHaveLength(made.total);
      }),
      { numRuns: 30 },
    );
  });
});

describe('bits of pixels', () => {
  /** Bits of Pixel Data, the first in the lowest (DICOM PS3.5 8.1.1), by nothing of ours but the parser. */
  function unpacked({ dataset }: DicomFile): number[] {
    const { dataOffset, length } = dataset.elements[Tag.PixelData];
    return [...dataset.byteArray.subarray(dataOffset, dataOffset + length)].flatMap((byte) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => (byte >> bit) & 1),
    );
  }

  test('they follow one another across bytes and frames, whatever the size and number of frames', () => {
    fc.assert(
      fc.property(maps, ({ placement, labels, picks }) => {
        const voxels = Uint8Array.from(picks, (pick) => labels[pick] ?? 0);
        const segments = labels.map((label) => tumour(label));
        const rules = { ...plainRules, frames: 'all' } as const;
        const { bytes } = encodeSegmentation(scannedImages(placement), voxels, segments, rules);
        const file = parsed(bytes);
        const expected = labels.flatMap((label) => of(voxels, label));
        const bits = unpacked(file);
        expect(bits.slice(0, expected.length)).toEqual(expected);
        // The last byte is filled up, and the value to even length.
        expect(bits.length).toBe(16 * Math.ceil(expected.length / 16));
        expect(bits.slice(expected.length)).not.toContain(1);
      }),
    );
  });

  test('of 3 x 3 pixels in two frames there are 18 in three bytes, and one of padding', () => {
    const placement = { ...axial, columns: 3, rows: 3, heightsMm: [0, 3] };
    const voxels = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, /* */ 1, 1, 0, 0, 0, 0, 0, 0, 1);
    const { bytes } = encodeSegmentation(scannedImages(placement), voxels, [tumour(1)], plainRules);
    const { dataset } = parsed(bytes);
    const { dataOffset, length } = dataset.elements[Tag.PixelData];
    // 1 0001 0001 / 11 0000001, from the lowest bit of each byte on.
    expect([...dataset.byteArray.subarray(dataOffset, dataOffset + length)]).toEqual([
      0b00010001, 0b00000111, 0b00000010, 0,
    ]);
  });

  test.each(choices)('they are the same while a patient is at work in the thread: %j', async (choice) => {
    const placement = { ...axial, columns: 13, rows: 11 };
    const voxels = Uint8Array.from({ length: 13 * 11 * 5 }, (_, i) => (i % 7 < 3 ? 1 + (i % 2) : 0));
    const encode = () =>
      encodeSegmentation(scannedImages(placement), voxels, [tumour(1), tumour(2)], {
        ...plainRules,
        ...choice,
      }).bytes;
    const there = await withKernels(() => {
      const { buffer } = encode();
      expect(buffer).toBeInstanceOf(ArrayBuffer);
      return new Uint8Array(buffer);
    });
    expect(Buffer.compare(there, encode())).toBe(0);
  });
});

/** Two labels on five slices of 4 x 3 pixels: label 7 in slices 1 and 3, label 2 in slice 3. */
function twoLabels(): Uint8Array {
  const voxels = new Uint8Array(4 * 3 * 5);
  voxels[12 + 5] = 7;
  voxels[36 + 1] = 7;
  voxels[36 + 2] = 2;
  return voxels;
}
const two = [tumour(7), tumour(2)];

const encodeTwo = (rules: Partial<SegmentationRules>, voxels: SourceVoxels = twoLabels()) =>
  encodeSegmentation(scannedImages(axial), voxels, two, { ...plainRules, ...rules });

describe('frames', () => {
  const frames = (file: DicomFile) =>
    perFrame(file).map((group) => {
      const [content] = items(group, Tag.FrameContentSequence);
      const indices = content.elements.x00209157.length / 4;
      return {
        segment: items(group, Tag.SegmentIdentificationSequence)[0]?.uint16(Tag.ReferencedSegmentNumber),
        position: groupText(group, Tag.PlanePositionSequence, Tag.ImagePositionPatient),
        index: Array.from({ length: indices }, (_, i) => content.uint32('x00209157', i)),
      };
    });
  const at = (height: number) => `-10\\-20\\${30 + height}`;

  test('occupied: those of a segment that show it, by segment and position, with the rank of either', () => {
    const made = encodeTwo({});
    expect(made).toMatchObject({ total: 3, parts: [2, 1] });
    expect(frames(parsed(made.bytes))).toEqual([
      { segment: 1, position: at(3), index: [1, 1] },
      { segment: 1, position: at(9), index: [1, 2] },
      { segment: 2, position: at(9), index: [2, 2] },
    ]);
  });

  test('all: one for each image and segment', () => {
    const made = encodeTwo({ frames: 'all' });
    expect(made).toMatchObject({ total: 10, parts: [5, 5] });
    const found = frames(parsed(made.bytes));
    expect(found.map(({ index }) => index.join())).toEqual(
      [1, 2].flatMap((segment) => [1, 2, 3, 4, 5].map((rank) => `${segment},${rank}`)),
    );
    expect(found.map(({ position }) => position)).toEqual([0, 3, 6, 9, 12, 0, 3, 6, 9, 12].map(at));
  });

  test('of a label map: planes with any label, or all, by position alone', () => {
    const made = encodeTwo({ type: 'LABELMAP' });
    expect(made).toMatchObject({ total: 2, parts: [2, 1] });
    expect(frames(parsed(made.bytes))).toEqual([
      { segment: undefined, position: at(3), index: [1] },
      { segment: undefined, position: at(9), index: [2] },
    ]);
    expect(encodeTwo({ type: 'LABELMAP', frames: 'all' })).toMatchObject({ total: 5, parts: [2, 1] });
  });

  test('a segment without pixels is described and has none', () => {
    const voxels = twoLabels().map((label) => (label === 2 ? 0 : label));
    const made = encodeTwo({}, voxels);
    expect(made).toMatchObject({ total: 2, parts: [2, 0] });
    const file = parsed(made.bytes);
    expect(readSegmentation(file).segments.map(({ number }) => number)).toEqual([1, 2]);
    expect(frames(file).map(({ segment }) => segment)).toEqual([1, 1]);
  });

  test.each([
    ['BINARY', 10],
    ['FRACTIONAL', 10],
    ['LABELMAP', 5],
  ] as const)('all are written where nothing is set: %s', (type, total) => {
    const made = encodeTwo({ type }, new Uint8Array(60));
    expect(made.total).toBe(total);
    expect(readBack(parsed(made.bytes), type === 'LABELMAP' ? 7 : 1, axial)).not.toContain(1);
  });

  test('each says which image it is made from, and for what', () => {
    const [group] = perFrame(parsed(encodeTwo({}).bytes));
    const [derivation] = items(group, Tag.DerivationImageSequence);
    const [image] = items(derivation, Tag.SourceImageSequence);
    const code = (dataset: DataSet, sequence: string) =>
      ['x00080100', 'x00080102', 'x00080104'].map((tag) => groupText(dataset, sequence, tag));
    expect(code(derivation, 'x00089215')).toEqual(['113076', 'DCM', 'Segmentation']);
    expect(code(image, 'x0040a170')).toEqual([
      '121322',
      'DCM',
      'Source image for image processing operation',
    ]);
    expect(text(image, Tag.ReferencedSOPInstanceUID)).toBe('2.25.4001');
    expect(text(image, 'x00081150')).toBe('1.2.840.10008.5.1.4.1.1.2');
    expect(text(image, 'x0028135a')).toBe('YES');
  });

  test('every image of the stack is referred to, also those without frames', () => {
    const [series] = items(parsed(encodeTwo({}).bytes).dataset, Tag.ReferencedSeriesSequence);
    expect(
      items(series, Tag.ReferencedInstanceSequence).map((item) => text(item, Tag.ReferencedSOPInstanceUID)),
    ).toEqual([0, 1, 2, 3, 4].map((k) => `2.25.${4000 + k}`));
  });
});

describe('geometry is that of the slices', () => {
  const shared = (file: DicomFile, sequence: string, tag: string): string =>
    groupText(items(file.dataset, Tag.SharedFunctionalGroupsSequence)[0], sequence, tag);

  test('digit by digit', () => {
    const slices = [' -249.51171875\\-460.511718750\\-1.5e+1 ', '-249.51171875\\-460.511718750\\-12.00'];
    const source = {
      spacingMm: 3,
      slices: slices.map(
        (position, k) =>
          scannedImages(
            { ...axial, heightsMm: [3 * k] },
            {
              ...({ SOPInstanceUID: `2.25.${k + 1}` } as object),
              ImagePositionPatient: Buffer.from(position),
              ImageOrientationPatient: Buffer.from('1.000000\\0.0\\-0\\0\\1\\0.00 '),
              PixelSpacing: Buffer.from('9.765625e-01\\0.976562500000'),
            },
          ).slices[0],
      ),
    };
    const voxels = new Uint8Array(24).fill(1);
    const file = parsed(encodeSegmentation(source, voxels, [tumour(1)], plainRules).bytes);
    expect(
      perFrame(file).map((group) => groupText(group, Tag.PlanePositionSequence, Tag.ImagePositionPatient)),
    ).toEqual(slices.map((position) => position.trim()));
    expect(shared(file, Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient)).toBe(
      '1.000000\\0.0\\-0\\0\\1\\0.00',
    );
    expect(shared(file, Tag.PixelMeasuresSequence, Tag.PixelSpacing)).toBe('9.765625e-01\\0.976562500000');
    expect(shared(file, Tag.PixelMeasuresSequence, 'x00180088')).toBe('3');
    expect(shared(file, Tag.PixelMeasuresSequence, Tag.SliceThickness)).toBe('3');
  });

  test('numbers with more characters than they may have are rounded to sixteen', () => {
    const source = scannedImages(
      { ...axial, heightsMm: [0] },
      { ImagePositionPatient: Buffer.from('-249.5117187500000012\\0\\1 ') },
    );
    const file = parsed(
      encodeSegmentation(source, new Uint8Array(12).fill(1), [tumour(1)], plainRules).bytes,
    );
    expect(groupText(perFrame(file)[0], Tag.PlanePositionSequence, Tag.ImagePositionPatient)).toBe(
      '-249.51171875\\0\\1',
    );
  });

  test.each([
    ['uneven', [0, 3, 7], '2.5', '2.5'],
    ['gapped', [0, 3, 9], '2.5', '2.5'],
    ['a single slice', [0], '2.5', '2.5'],
    ['a single slice without thickness', [0], '', ''],
  ])('%s: no distance of slices, and the thickness of the CT', (_, heightsMm, thickness, expected) => {
    const placement = { ...axial, heightsMm };
    const source = scannedImages(placement, { SliceThickness: Buffer.from(thickness) });
    const voxels = Uint8Array.from({ length: 12 * heightsMm.length }, (_, i) => i % 2);
    const file = parsed(encodeSegmentation(source, voxels, [tumour(1)], plainRules).bytes);
    expect(shared(file, Tag.PixelMeasuresSequence, 'x00180088')).toBe('');
    expect(shared(file, Tag.PixelMeasuresSequence, Tag.SliceThickness)).toBe(expected);
    expect(readBack(file, 1, placement)).toEqual([...voxels]);
  });

  const turned = (row: Placement['row'], column: Placement['column']): Placement => ({
    ...axial,
    row,
    column,
  });
  test.each([
    ['head first, prone', turned([-1, 0, 0], [0, -1, 0])],
    ['feet first, supine', turned([-1, 0, 0], [0, 1, 0])],
    ['negated rows', turned([1, 0, 0], [0, -1, 0])],
    ['coronal', turned([1, 0, 0], [0, 0, -1])],
    ['oblique', turned([0.8, 0.6, 0], [-0.6, 0.8, 0])],
    ['leaning', { ...axial, shear: [0, 0.3] as const }],
    ['of one slice', { ...axial, heightsMm: [0] }],
  ])('%s', (_, placement) => {
    const voxels = Uint8Array.from({ length: 12 * placement.heightsMm.length }, (_, i) => (i * i) % 3);
    const segments = [tumour(1), tumour(2)];
    for (const choice of choices) {
      const file = parsed(
        encodeSegmentation(scannedImages(placement), voxels, segments, { ...plainRules, ...choice }).bytes,
      );
      expect(readBack(file, 1, placement)).toEqual(of(voxels, 1));
      expect(readBack(file, 2, placement)).toEqual(of(voxels, 2));
    }
  });
});

describe('pixels', () => {
  test('forty segments, each on slices of its own', () => {
    const placement = { ...axial, columns: 9, rows: 7, heightsMm: [0, 1, 2, 3, 4, 5, 6, 7] };
    const segments = Array.from({ length: 40 }, (_, i) => tumour(100 - i));
    const voxels = Uint8Array.from({ length: 63 * 8 }, (_, i) => ((i * 7) % 3 === 0 ? 61 + (i % 40) : 0));
    for (const type of ['BINARY', 'FRACTIONAL', 'LABELMAP'] as const) {
      const { bytes } = encodeSegmentation(scannedImages(placement), voxels, segments, {
        ...plainRules,
        type,
      });
      const file = parsed(bytes);
      segments.forEach(({ label }, i) => {
        expect(readBack(file, type === 'LABELMAP' ? label : i + 1, placement)).toEqual(of(voxels, label));
      });
    }
  });

  test.each(choices)('labels of 16 bits: %j', (choice) => {
    const voxels = Uint16Array.from({ length: 60 }, (_, i) => [0, 0, 255, 256, 65535, 4660][i % 6]);
    const segments = [65535, 256, 4660, 255].map((label) => tumour(label));
    const file = parsed(
      encodeSegmentation(scannedImages(axial), voxels, segments, { ...plainRules, ...choice }).bytes,
    );
    segments.forEach(({ label }, i) => {
      expect(readBack(file, choice.type === 'LABELMAP' ? label : i + 1, axial)).toEqual(of(voxels, label));
    });
    const bits = { BINARY: 1, FRACTIONAL: 8, LABELMAP: 16 }[choice.type];
    expect(file.dataset.uint16(Tag.BitsAllocated)).toBe(bits);
    expect(file.dataset.uint16(Tag.HighBit)).toBe(bits - 1);
  });

  test('labels below 256 take 8 bits of a label map, whatever the array that they come in', () => {
    const wide = encodeTwo({ type: 'LABELMAP' }, Uint16Array.from(twoLabels()));
    expect(Buffer.compare(wide.bytes, encodeTwo({ type: 'LABELMAP' }).bytes)).toBe(0);
    expect(parsed(wide.bytes).dataset.uint16(Tag.BitsAllocated)).toBe(8);
  });

  test('a segment whose label the array cannot hold is described and has no frame', () => {
    const { parts } = encodeSegmentation(
      scannedImages(axial),
      twoLabels(),
      [...two, tumour(300)],
      plainRules,
    );
    expect(parts).toEqual([2, 1, 0]);
  });

  test('a label map is described in full: its background is its padding, and a segment', () => {
    const { dataset } = parsed(encodeTwo({ type: 'LABELMAP' }).bytes);
    expect(text(dataset, Tag.SOPClassUID)).toBe('1.2.840.10008.5.1.4.1.1.66.7');
    expect(dataset.uint16(Tag.PixelPaddingValue)).toBe(0);
    expect(
      items(dataset, Tag.SegmentSequence).map((item) => [
        item.uint16(Tag.SegmentNumber),
        text(item, Tag.SegmentLabel),
      ]),
    ).toEqual([
      [7, 'Tumour 7'],
      [2, 'Tumour 2'],
      [0, 'Background'],
    ]);
    expect(readSegmentation(parsed(encodeTwo({ type: 'LABELMAP' }).bytes)).segments).toMatchObject([
      { number: 7, names: ['Tumour 7'] },
      { number: 2, names: ['Tumour 2'] },
    ]);
  });

  test('probabilities are shares of 255, rounded half up: from one half on they stay one half', () => {
    const half = Math.fround(0.5);
    const below = Math.fround(0.49999997);
    const values = [0, 1, half, below, 0.001, 0.00196, 0.00197, 0.25, 0.75, 1e-9, 0.999, 0.9985];
    const voxels = Float32Array.from({ length: 60 }, (_, i) => (i >= 12 && i < 24 ? values[i - 12] : 0));
    const made = encodeSegmentation(scannedImages(axial), voxels, [tumour(3)], {
      ...plainRules,
      type: 'FRACTIONAL',
    });
    expect(made).toMatchObject({ total: 1, parts: [1] });
    const file = parsed(made.bytes);
    const { dataset } = file;
    const { dataOffset } = dataset.elements[Tag.PixelData];
    expect([...dataset.byteArray.subarray(dataOffset, dataOffset + 12)]).toEqual([
      0, 255, 128, 127, 0, 0, 1, 64, 191, 0, 255, 255,
    ]);
    expect(readBack(file, 1, axial)).toEqual(Array.from(voxels, (p) => (p >= 0.5 ? 1 : 0)));
    expect(dataset.uint16('x0062000e')).toBe(255);
    expect(text(dataset, 'x00620010')).toBe('PROBABILITY');
  });

  test('a plane of probabilities that are all stored as 0 has no frame', () => {
    const voxels = new Float32Array(60).fill(0.001);
    voxels[0] = 0.002;
    const made = encodeSegmentation(scannedImages(axial), voxels, [tumour(1)], {
      ...plainRules,
      type: 'FRACTIONAL',
    });
    expect(made.total).toBe(1);
  });
});

describe('identity', () => {
  const sop = ({ bytes }: { bytes: Uint8Array }) => text(parsed(bytes).dataset, Tag.SOPInstanceUID);

  test.each(choices)('the same content is the same object, another is another: %j', (choice) => {
    const [once, again] = [encodeTwo(choice), encodeTwo(choice)];
    expect(Buffer.compare(once.bytes, again.bytes)).toBe(0);
    const other = twoLabels();
    other[13] = 7;
    expect(sop(encodeTwo(choice, other))).not.toBe(sop(once));
    expect(sop(encodeTwo({ ...choice, creator: 'Reader' }))).not.toBe(sop(once));
  });

  test('lossy compression of the CT is passed on', () => {
    const lossy = scannedImages(axial, {
      LossyImageCompression: '01',
      LossyImageCompressionRatio: 12.5,
      LossyImageCompressionMethod: 'ISO_15444_1',
    });
    const { dataset } = parsed(encodeSegmentation(lossy, twoLabels(), two, plainRules).bytes);
    expect(['x00282110', 'x00282112', 'x00282114'].map((tag) => text(dataset, tag))).toEqual([
      '01',
      '12.5',
      'ISO_15444_1',
    ]);
    const plain = parsed(encodeTwo({}).bytes).dataset;
    expect(['x00282110', 'x00282112'].map((tag) => text(plain, tag))).toEqual(['00', '']);
  });
});

describe('refused', () => {
  test('RLE of single bits, saying what to give instead', () => {
    expect(() => encodeTwo({ compression: 'rle' })).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringMatching(/deflate, or the type LABELMAP/),
      }),
    );
  });

  test.each([
    ['BINARY', [tumour(1)], /give the type FRACTIONAL/],
    ['LABELMAP', [tumour(1)], /give the type FRACTIONAL/],
    ['FRACTIONAL', two, /2 segments are given/],
  ] as const)('probabilities as %s of %j', (type, segments, message) => {
    const encode = () =>
      encodeSegmentation(scannedImages(axial), new Float32Array(60), segments, { ...plainRules, type });
    expect(encode).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });

  test.each([
    [[], /no segment/],
    [[tumour(1), tumour(1)], /two segments are given for label 1/],
    [[tumour(0)], /whole number from 1 to 65535/],
    [[tumour(1.5)], /whole number from 1 to 65535/],
    [[tumour(65536)], /whole number from 1 to 65535/],
  ])('segments %#', (segments, message) => {
    const encode = () => encodeSegmentation(scannedImages(axial), twoLabels(), segments, plainRules);
    expect(encode).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });

  test('a label that no segment stands for', () => {
    const encode = () => encodeSegmentation(scannedImages(axial), twoLabels(), [tumour(2)], plainRules);
    expect(encode).toThrow(
      expect.objectContaining({ code: 'label-without-segment', message: expect.stringContaining('label 7') }),
    );
  });

  test.each([Number.NaN, -0.1, 1.5, Infinity])('%d as a probability', (value) => {
    const voxels = new Float32Array(60);
    voxels[59] = value;
    const encode = () =>
      encodeSegmentation(scannedImages(axial), voxels, [tumour(1)], { ...plainRules, type: 'FRACTIONAL' });
    expect(encode).toThrow(expect.objectContaining({ code: 'no-probability' }));
  });

  test('more pixels than readers take', () => {
    const placement = { ...axial, columns: 1024, rows: 1024, heightsMm: [0] };
    const segments = Array.from({ length: 2049 }, (_, i) => tumour(i + 1));
    const rules = { ...plainRules, type: 'FRACTIONAL', frames: 'all' } as const;
    expect(() =>
      encodeSegmentation(scannedImages(placement), new Uint8Array(2 ** 20), segments, rules),
    ).toThrow(expect.objectContaining({ code: 'segmentation-too-large' }));
  });

  test('voxels of another number than the pixels of the slices', () => {
    expect(() => encodeTwo({}, new Uint8Array(59))).toThrow(RangeError);
  });
});
