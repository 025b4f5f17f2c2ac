import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Segment } from '../../../src/dicom/derived/segment.ts';
import type { SourceImages } from '../../../src/dicom/derived/source-images.ts';
import { encodeStructureSet, type StructureSetRules } from '../../../src/dicom/derived/structure-set.ts';
import { type DicomFile, items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { readStructureSet, structureMask } from '../../../src/dicom/mask/rtstruct.ts';
import { type SliceLattice, slantedLattice } from '../../../src/dicom/series/lattice.ts';
import { cross } from '../../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion, UsageError } from '../../../src/errors.ts';
import { axial, orientations, type Placement } from '../../support/dicom/made-planes.ts';
import { tumour } from '../../support/dicom/made-segments.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { encodedFile, imagesOf, placedImages, studySlice } from '../../support/dicom/source-images.ts';
import { compareMasks, filesInZip, hasSharedData, nrrdMask, shared } from '../../support/shared-data.ts';
import { drawn, noise, ODD_SHAPES, rectangles, type SliceMask } from '../../support/volumes/slice-masks.ts';

const RULES: StructureSetRules = {
  seriesDescription: 'Prediction',
  seriesNumber: 400,
  creator: 'Doe^Jane',
  holes: 'keyhole',
};
const HOLES = ['keyhole', 'separate'] as const;

/** How convert draws contours by default. */
const { contourRule: rule, contourToleranceMm: toleranceMm } = PRESETS.lung1.mask;

function encoded(
  source: SourceImages,
  labels: Uint8Array | Uint16Array,
  segments: readonly Segment[],
  rules: Partial<StructureSetRules> = {},
) {
  const object = encodeStructureSet(source, labels, segments, { ...RULES, ...rules });
  return { ...object, file: parsePart10('rtstruct.dcm', object.bytes)! };
}

/** The planes of a placement, as convert takes them. */
function latticeOf({
  originMm,
  row,
  column,
  columns,
  rows,
  spacingMm,
  heightsMm,
  shear,
}: Placement): SliceLattice {
  const normal = cross(row, column);
  const first = {
    size: [columns, rows, heightsMm.length],
    spacingMm: [spacingMm[0], spacingMm[1], heightsMm[1] - heightsMm[0]],
    originMm,
    direction: [0, 1, 2].flatMap((a) => [row[a], column[a], normal[a]]),
  } as const;
  return slantedLattice(
    first,
    heightsMm.map((height) => height - heightsMm[0]),
    shear,
  );
}

function maskOf(labels: ArrayLike<number>, label: number): Uint8Array {
  const mask = new Uint8Array(labels.length);
  for (let i = 0; i < mask.length; i++) if (labels[i] === label) mask[i] = 1;
  return mask;
}

/** What is read back of an ROI; nothing of one without contours. */
function readBack(file: DicomFile, label: number, lattice: SliceLattice) {
  try {
    return structureMask(file, label, lattice, { rule, toleranceMm });
  } catch (thrown) {
    if (thrown instanceof CaseExclusion && thrown.code === 'tumor-empty')
      return { mask: new Uint8Array(lattice.size[0] * lattice.size[1] * lattice.size[2]), flags: [] };
    throw thrown;
  }
}

const coordinate = fc.double({ min: -1500, max: 1500, noNaN: true });
const spacing = fc.double({ min: 0.1, max: 3, noNaN: true });
const placements = fc
  .record({
    originMm: fc.tuple(coordinate, coordinate, coordinate),
    orientation: fc.oneof(
      orientations,
      fc.constantFrom(
        { row: [1, 0, 0], column: [0, 1, 0] },
        { row: [-1, 0, 0], column: [0, -1, 0] },
        { row: [0, 1, 0], column: [0, 0, -1] },
        { row: [0, -1, 0], column: [1, 0, 0] },
      ),
    ),
    spacingMm: fc.tuple(spacing, spacing),
    gaps: fc.tuple(
      fc.double({ min: 0.5, max: 5, noNaN: true }),
      fc.double({ min: 0.5, max: 5, noNaN: true }),
    ),
    shear: fc.oneof(
      fc.constant([0, 0]),
      fc.tuple(fc.double({ min: -0.5, max: 0.5, noNaN: true }), fc.constant(0)),
    ),
  })
  .map(({ orientation, gaps, ...others }) => ({
    ...others,
    ...orientation,
    heightsMm: [0, gaps[0], gaps[0] + gaps[1]],
  }));

describe('any mask comes back as it was, voxel by voxel', () => {
  test.each(HOLES)('on slices of any place, orientation, spacing and lean: holes %s', (holes) => {
    const volumes = fc.oneof(noise, rectangles).chain((slice) =>
      fc.tuple(
        fc.constant(slice),
        // Two labels and nothing, on every slice otherwise.
        fc.array(fc.integer({ min: 0, max: 5 }), {
          minLength: 3 * slice.mask.length,
          maxLength: 3 * slice.mask.length,
        }),
      ),
    );
    fc.assert(
      fc.property(volumes, placements, ([{ columns, rows, mask }, noiseOf], placed) => {
        const placement = { ...placed, columns, rows } as Placement;
        const labels = Uint8Array.from(noiseOf, (n, i) =>
          mask[i % mask.length] === 0
            ? 0
            : n === 0 && i >= 2 * mask.length
              ? 0
              : i < mask.length
                ? 1
                : 1 + (n & 1),
        );
        const { file } = encoded(placedImages(placement), labels, [tumour(1), tumour(2)], {
          holes,
        });
        const lattice = latticeOf(placement);
        for (const label of [1, 2])
          expect(readBack(file, label, lattice).mask).toEqual(maskOf(labels, label));
      }),
      { numRuns: 300 },
    );
  });

  const onThree = ({ columns, rows, mask }: SliceMask) => ({
    placement: { ...axial, columns, rows, heightsMm: [0, 3, 6] },
    labels: Uint8Array.from([...mask, ...new Uint8Array(mask.length), ...mask]),
  });

  describe.each(HOLES)('holes %s', (holes) => {
    test.each(Object.entries(ODD_SHAPES))('%s', (_, slice) => {
      const { placement, labels } = onThree(slice);
      const { file } = encoded(placedImages(placement), labels, [tumour(1)], { holes });
      const { mask, flags } = readBack(file, 1, latticeOf(placement));
      expect(mask).toEqual(labels);
      expect(flags.map(({ code }) => code)).not.toContain('contours-outside-ct');
    });
  });

  test('where pixels are the smallest and the farthest that are read', () => {
    const { placement, labels } = onThree(ODD_SHAPES['holes as on a chessboard']);
    const far = { ...placement, originMm: [-999_000, 999_000, 999_000], spacingMm: [1e-4, 1e-4] } as const;
    const { file } = encoded(placedImages(far), labels, [tumour(1)]);
    expect(readBack(file, 1, latticeOf(far)).mask).toEqual(labels);
  });
});

describe('contours', () => {
  const ring = drawn('###', '#.#', '###');
  const placement: Placement = {
    ...axial,
    columns: 3,
    rows: 3,
    heightsMm: [0, 2.5],
    originMm: [-1.5, 4, -681.5],
  };
  const labels = Uint8Array.from([...ring.mask, ...ring.mask.map((value) => 2 * value)]);
  const contoursOf = (file: DicomFile, label: number) =>
    items(file.dataset, Tag.ROIContourSequence)
      .filter((roi) => roi.intString(Tag.ReferencedROINumber) === label)
      .flatMap((roi) => items(roi, Tag.ContourSequence));

  test('run along the edges of pixels on the plane of their image, and a hole along a channel', () => {
    const source = placedImages({ ...placement, spacingMm: [1, 0.5] });
    const { file, parts, total } = encoded(source, labels, [tumour(1), tumour(2)]);
    expect({ parts, total }).toEqual({ parts: [1, 1], total: 2 });
    const [contour] = contoursOf(file, 2);
    expect(text(contour, Tag.ContourGeometricType)).toBe('CLOSED_PLANAR');
    expect(text(contour, 'x30060046')).toBe('11');
    const points = text(contour, Tag.ContourData).split('\\').map(Number);
    expect(points).toHaveLength(33);
    // The upper right corner, the hole's upper left one behind the channel, and where the channel began.
    expect(points.slice(0, 3)).toEqual([1, 3.75, -679]);
    expect(points.slice(12, 15)).toEqual([-1, 4.25, -679]);
    expect(points.slice(24, 27)).toEqual([-1, 4.25, -679]);
    expect(points.slice(9, 12)).toEqual(points.slice(27, 30));
    const [image] = items(contour, Tag.ContourImageSequence);
    expect(text(image, Tag.ReferencedSOPInstanceUID)).toBe(
      text(source.slices[1].file.dataset, Tag.SOPInstanceUID),
    );
  });

  test('that are holes make all contours of their ROI CLOSEDPLANAR_XOR, and of no other', () => {
    const solid = Uint8Array.from([...ring.mask, ...labels.subarray(9)]);
    solid.fill(1, 0, 9);
    const three = Uint8Array.from([
      ...labels.subarray(0, 9),
      ...solid.subarray(0, 9).map(() => 1),
      ...labels.subarray(9),
    ]);
    const source = placedImages({ ...placement, heightsMm: [0, 2, 4] });
    const { file, parts } = encoded(
      source,
      three.map((v, i) => (i === 22 ? 3 : v)),
      [1, 2, 3].map((l) => tumour(l)),
      {
        holes: 'separate',
      },
    );
    expect(parts).toEqual([3, 2, 1]);
    const types = [1, 2, 3].map((label) =>
      contoursOf(file, label).map((c) => text(c, Tag.ContourGeometricType)),
    );
    expect(types).toEqual([
      Array(3).fill('CLOSEDPLANAR_XOR'),
      Array(2).fill('CLOSEDPLANAR_XOR'),
      ['CLOSED_PLANAR'],
    ]);
  });

  test('numbers have at most 16 characters, whatever the orientation', () => {
    fc.assert(
      fc.property(placements, (placed) => {
        const { file } = encoded(
          placedImages({ ...placed, columns: 3, rows: 3 } as Placement),
          Uint8Array.from([...ring.mask, ...ring.mask, ...ring.mask]),
          [tumour(1)],
        );
        for (const contour of contoursOf(file, 1))
          for (const number of text(contour, Tag.ContourData).split('\\')) {
            expect(number.length).toBeLessThanOrEqual(16);
            expect(number).toMatch(/^-?\d+(\.\d+)?(e-?\d+)?$/);
          }
      }),
    );
  });

  test('of more than 64 kB are written whole', () => {
    const size = 200;
    // A comb with notched teeth, whose border turns at every pixel.
    const mask = Uint8Array.from({ length: 2 * size * size }, (_, i) => {
      const [x, y] = [i % size, Math.floor(i / size) % size];
      return y === 0 || x % 4 === 0 || (x % 4 === 1 && y % 2 === 0) ? 1 : 0;
    });
    const large = {
      ...placement,
      columns: size,
      rows: size,
      row: [0.8, 0.6, 0],
      column: [-0.6, 0.8, 0],
    } as const;
    const { file } = encoded(placedImages(large), mask, [tumour(1)]);
    expect(Math.max(...contoursOf(file, 1).map((c) => c.elements[Tag.ContourData].length))).toBeGreaterThan(
      0xffff,
    );
    expect(readBack(file, 1, latticeOf(large)).mask).toEqual(mask);
  });
});

describe('ROIs', () => {
  const source = placedImages({ ...axial, columns: 2, rows: 1, heightsMm: [0, 3] });
  const code = (value: string, meaning: string, scheme = 'SCT') => ({ value, scheme, meaning });
  const lung = tumour(7, {
    name: 'Left lung',
    description: 'as the model sees it',
    category: code('123037004', 'Anatomical Structure'),
    type: code('39607008', 'Lung'),
    typeModifiers: [code('7771000', 'Left')],
    regions: [code('51185008', 'Chest')],
    regionModifiers: [code('24028007', 'Right')],
    algorithm: { type: 'MANUAL', name: '', version: '' },
    colour: [1, 2, 3],
  });
  const { file, parts } = encoded(source, Uint16Array.of(1, 0, 300, 300), [tumour(1), lung, tumour(300)]);
  const { dataset } = file;

  test('are numbered by their labels, with name, description and how they were made', () => {
    const told = items(dataset, Tag.StructureSetROISequence).map((roi) =>
      [
        Tag.ROINumber,
        Tag.ROIName,
        'x30060028',
        'x30060036',
        'x30060038',
        Tag.ReferencedFrameOfReferenceUID,
      ].map((tag) => text(roi, tag)),
    );
    expect(told).toEqual([
      ['1', 'Tumour 1', '', 'AUTOMATIC', 'SwinUNETR 1.0', '2.25.2000'],
      ['7', 'Left lung', 'as the model sees it', 'MANUAL', '', '2.25.2000'],
      ['300', 'Tumour 300', '', 'AUTOMATIC', 'SwinUNETR 1.0', '2.25.2000'],
    ]);
    expect(items(dataset, Tag.ROIContourSequence).map((roi) => text(roi, 'x3006002a'))).toEqual([
      '255\\0\\0',
      '1\\2\\3',
      '255\\0\\0',
    ]);
  });

  test('without pixels have no contours, and are drawable by nobody', () => {
    expect(parts).toEqual([1, 0, 1]);
    const [, empty] = items(dataset, Tag.ROIContourSequence);
    expect(Object.keys(empty.elements).sort()).toEqual(['x3006002a', 'x30060084']);
    expect(readStructureSet(file).rois.map(({ drawable }) => drawable)).toEqual([true, false, true]);
  });

  test('are observed with their codes, tumours as GTV', () => {
    const observations = items(dataset, 'x30060080');
    expect(observations.map((o) => text(o, 'x300600a4'))).toEqual(['GTV', 'ORGAN', 'GTV']);
    const of = (tag: string) => items(observations[1], tag).map((item) => text(item, 'x00080100'));
    expect([of('x00620003'), of('x30060086'), of('x00082218')]).toEqual([
      ['123037004'],
      ['39607008'],
      ['51185008'],
    ]);
    expect(text(observations[1], 'x300600a6')).toBe('Doe^Jane');
  });

  test('name their algorithm without its version where both are too long', () => {
    const of = (name: string) => {
      const segment = tumour(1, { algorithm: { type: 'SEMIAUTOMATIC', name, version: '1.2' } });
      const [roi] = items(
        encoded(source, new Uint8Array(4), [segment]).file.dataset,
        Tag.StructureSetROISequence,
      );
      return text(roi, 'x30060038');
    };
    expect(of('x'.repeat(60))).toBe(`${'x'.repeat(60)} 1.2`);
    expect(of('x'.repeat(61))).toBe('x'.repeat(61));
    expect(() => of('x'.repeat(65))).toThrow(UsageError);
  });

  test('of tissue are of no type that planning systems know', () => {
    const tissue = tumour(1, { category: code('85756007', 'Tissue'), type: code('85756007', 'Tissue') });
    const observed = items(encoded(source, new Uint8Array(4), [tissue]).file.dataset, 'x30060080');
    expect(text(observed[0], 'x300600a4')).toBe('');
  });
});

describe('a structure set', () => {
  const source = placedImages(
    { ...axial, columns: 1, rows: 1, heightsMm: [0, 3] },
    { StudyDate: '20200101' },
  );

  test('refers to every image of the CT, by which convert links it', () => {
    const { file } = encoded(source, Uint8Array.of(0, 1), [tumour(1)]);
    expect(readStructureSet(file).references).toEqual({
      seriesUids: ['2.25.1000'],
      frameOfReferenceUids: ['2.25.2000'],
    });
    const [frame] = items(file.dataset, Tag.ReferencedFrameOfReferenceSequence);
    const [study] = items(frame, Tag.RTReferencedStudySequence);
    expect(text(study, Tag.ReferencedSOPInstanceUID)).toBe('2.25.3000');
    const [series] = items(study, Tag.RTReferencedSeriesSequence);
    expect(
      items(series, Tag.ContourImageSequence).map((item) => text(item, Tag.ReferencedSOPInstanceUID)),
    ).toEqual(source.slices.map((slice) => text(slice.file.dataset, Tag.SOPInstanceUID)));
  });

  test('is dated as its CT, and waits for approval', () => {
    const { dataset } = encoded(source, Uint8Array.of(0, 1), [tumour(1)]).file;
    const of = (...tags: string[]) => tags.map((tag) => text(dataset, tag));
    expect(of('x30060002', 'x30060004', 'x30060008', 'x30060009', 'x300e0002')).toEqual([
      'SWINPREP',
      'Prediction',
      '20200102',
      '000000',
      'UNAPPROVED',
    ]);
    const undated = imagesOf([studySlice('a.dcm', { ContentDate: '' })]);
    const { dataset: without } = encoded(undated, new Uint8Array(4), [tumour(1)]).file;
    expect(without.elements.x30060008.length).toBe(0);
  });

  test('is the same for the same input, byte for byte, and another for other voxels', () => {
    const bytes = (labels: Uint8Array) => encoded(source, labels, [tumour(1)]).bytes;
    expect(bytes(Uint8Array.of(0, 1))).toEqual(bytes(Uint8Array.of(0, 1)));
    const uid = (labels: Uint8Array) => text(parsePart10('', bytes(labels))!.dataset, Tag.SOPInstanceUID);
    expect(uid(Uint8Array.of(1, 1))).not.toBe(uid(Uint8Array.of(0, 1)));
  });

  test.skipIf(!hasSharedData)('on frames of an Enhanced CT refers to them by their numbers', () => {
    const enhanced = encodedFile('pydicom-data/eCT_Supplemental.dcm');
    const [slice] = imagesOf([enhanced]).slices;
    const slices = [0, 1].map((frame) => ({ ...slice, frame, positionMm: [0, 0, 3 * frame] as const }));
    const { file } = encoded({ slices, spacingMm: 3 }, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0), [tumour(1)]);
    const [roi] = items(file.dataset, Tag.ROIContourSequence);
    const [contour] = items(roi, Tag.ContourSequence);
    expect(text(items(contour, Tag.ContourImageSequence)[0], Tag.ReferencedFrameNumber)).toBe('2');
  });

  test('is refused where labels have no segment, segments share a label, or there is none', () => {
    const labels = Uint8Array.of(0, 3);
    expect(() => encoded(source, labels, [tumour(1)])).toThrow(
      new CaseExclusion(
        'label-without-segment',
        'has voxels of label 3, which no segment stands for: describe it among the segments, or take it out',
      ),
    );
    expect(() => encoded(source, labels, [tumour(3), tumour(3)])).toThrow(UsageError);
    expect(() => encoded(source, labels, [])).toThrow(UsageError);
  });

  test('names no segment in what it says of its texts', () => {
    const named = tumour(2, { name: 'Größe' });
    expect(() => encoded(source, Uint8Array.of(0, 2), [named])).toThrow(
      /^0000\.dcm: the name of the segment of label 2 has letters outside ASCII/,
    );
  });
});

describe.skipIf(!hasSharedData)('published masks of Lung1', () => {
  describe.each(['LUNG1-001', 'LUNG1-002'])('of %s', (patient) => {
    test.each(HOLES)('come back voxel by voxel, holes %s', (holes) => {
      const planes = ctPlanes(filesInZip(shared('lung1', `${patient}.zip`)));
      const { slices, lattice } = stackSlices(planes, stackRules);
      const source = { slices, spacingMm: lattice.spacingMm[2] };
      const rois = ['GTV-1', 'Lung-Left', 'Spinal-Cord'];
      const masks = rois.map((roi) =>
        nrrdMask(shared('lung1-masks', patient, 'plastimatch-2020', `${roi}.nrrd`)),
      );
      const labels = new Uint8Array(masks[0].length);
      // A tumour lies over the lung it is in.
      for (let i = 0; i < labels.length; i++) labels[i] = masks[0][i] ? 1 : masks[1][i] ? 2 : 3 * masks[2][i];
      const segments = rois.map((name, i) => tumour(i + 1, { name }));
      const { file, total } = encoded(source, labels, segments, { holes });
      expect(total).toBeGreaterThan(200);
      for (const label of [1, 2, 3]) {
        const { mask, flags } = readBack(file, label, lattice);
        expect(compareMasks(mask, maskOf(labels, label)).differing).toBe(0);
        const codes = flags.map(({ code }) => code);
        expect(codes).not.toContain('contours-between-slices');
        expect(codes).not.toContain('contours-outside-ct');
      }
    });
  });
});
