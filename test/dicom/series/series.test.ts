import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DicomFile } from '../../../src/dicom/file/part10.ts';
import { whyBehind } from '../../../src/dicom/series/series-choice.ts';
import { ctSeries } from '../../../src/dicom/series/series-grouping.ts';
import { ctSlice, ctStack } from '../../support/dicom/ct-files.ts';
import { rules } from '../../support/dicom/rules.ts';

const strict = { ...rules, minSlices: 4, kernelPreference: ['^B30'] };

function seriesOf(uid: string, count: number, spacingMm: number, kernel = ''): DicomFile[] {
  return ctStack(count, spacingMm, { SeriesInstanceUID: uid, ConvolutionKernel: kernel });
}

function reasonOf(files: readonly DicomFile[]): string[] {
  const { candidates, rejected } = ctSeries(files, strict);
  expect(candidates).toEqual([]);
  return rejected.map((r) => r.reason);
}

describe('what is no candidate is listed with its reason', () => {
  test.each([
    ['a localizer', { ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }, 'localizer'],
    ['a screen capture', { ImageType: ['DERIVED', 'SECONDARY', 'SCREEN SAVE'] }, 'screen capture'],
    ['a protocol page', { ImageType: ['DERIVED', 'SECONDARY', 'OTHER', 'CT_SOM5 PROT'] }, 'protocol page'],
    ['a perfusion map', { ImageType: ['DERIVED', 'PRIMARY', 'PERFUSION', 'RCBF'] }, 'perfusion map'],
    [
      'a calibration scan',
      { SeriesDescription: 'Daily calibration' },
      'description matches calibration (series.rejectDescriptions)',
    ],
    ['a dose distribution', { Modality: 'RTDOSE' }, 'is no CT but RTDOSE'],
    ['an MR', { Modality: 'MR' }, 'is no CT but MR'],
    ['pixels that are no HU', { RescaleType: 'ED' }, 'pixels are ED, not HU'],
    ['a multi-frame image', { NumberOfFrames: 2 }, 'multi-frame without the positions of its frames'],
    [
      'images without a position',
      { ImagePositionPatient: [] },
      'position, orientation or pixel spacing absent or malformed',
    ],
    ['a sagittal stack', { ImageOrientationPatient: [0, 1, 0, 0, 0, -1] }, 'slices are not axial'],
  ])('%s', (_, elements, reason) => {
    expect(reasonOf(ctStack(5, 3, elements))).toEqual([reason]);
  });

  test('too few slices', () => {
    expect(reasonOf(ctStack(3, 3))).toEqual(['fewer than 4 slices (series.minSlices)']);
  });

  test('time points of a 4-D series', () => {
    expect(reasonOf([...ctStack(5, 3), ...ctStack(5, 3), ...ctStack(5, 3)])).toEqual([
      '4-D: 3 images at each position',
    ]);
  });

  test('the images of a rejected series are counted', () => {
    const localizers = ctStack(2, 3, {
      ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'],
      SeriesInstanceUID: '2.25.7',
    });
    const { candidates, rejected } = ctSeries([...ctStack(5, 3), ...localizers], strict);
    expect(candidates).toHaveLength(1);
    expect(rejected).toEqual([{ modality: 'CT', images: 2, reason: 'localizer' }]);
  });
});

test('slices of one series with another matrix or orientation are a series of their own', () => {
  const tilted = ctStack(4, 3, { ImageOrientationPatient: [1, 0, 0, 0, 0.94, 0.342] });
  const large = ctStack(4, 3, { Rows: 4, Columns: 4, PixelData: new Uint8Array(32) });
  const { candidates } = ctSeries([...ctStack(5, 3), ...tilted, ...large], strict);
  expect(candidates.map((c) => c.planes.length).sort()).toEqual([4, 4, 5]);
});

test('the same images stored twice are no time points', () => {
  const stack = ctStack(4, 3);
  const copies = stack.map((file) => ({ ...file, name: `copy/${file.name}` }));
  const { candidates, rejected } = ctSeries([...stack, ...copies], strict);
  expect(candidates).toHaveLength(1);
  expect(rejected).toEqual([]);
});

test('study times that differ within a series do not split it', () => {
  const files = [0, 1, 2, 3].map((k) =>
    ctSlice(`${k}`, { ImagePositionPatient: [0, 0, 3 * k], StudyTime: `10150${k}` }),
  );
  expect(ctSeries(files, strict).candidates).toHaveLength(1);
});

describe('among several candidates', () => {
  test.each([
    [
      'thinner slices',
      seriesOf('2.25.9', 10, 1),
      seriesOf('2.25.1', 30, 3),
      'thicker slices: 3.00 mm against 1.00 mm',
    ],
    [
      'then larger coverage',
      seriesOf('2.25.9', 30, 3),
      seriesOf('2.25.1', 20, 3),
      'smaller coverage: 57 mm against 87 mm',
    ],
    [
      'then the kernel',
      seriesOf('2.25.9', 20, 3, 'B30f'),
      seriesOf('2.25.1', 20, 3, 'B70f'),
      'kernel less wanted (series.kernelPreference)',
    ],
  ])('%s', (_, better, worse, reason) => {
    const { candidates } = ctSeries([...worse, ...better], strict);
    expect(candidates.map((c) => c.seriesUid)).toEqual(['2.25.9', '2.25.1']);
    expect(whyBehind(candidates[0], candidates[1], strict)).toBe(reason);
    expect(whyBehind(candidates[1], candidates[0], strict)).toBeUndefined();
  });

  test('ties go to the lower UID', () => {
    const { candidates } = ctSeries([...seriesOf('2.25.8', 20, 3), ...seriesOf('2.25.3', 20, 3)], strict);
    expect(candidates.map((c) => c.seriesUid)).toEqual(['2.25.3', '2.25.8']);
    expect(whyBehind(candidates[0], candidates[1], strict)).toBeUndefined();
  });

  test('the order of the files does not matter', () => {
    const files = [...seriesOf('2.25.4', 6, 3), ...seriesOf('2.25.5', 6, 1.5), ...seriesOf('2.25.6', 7, 3)];
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(ctSeries(shuffled, strict).candidates.map((c) => c.seriesUid)).toEqual([
          '2.25.5',
          '2.25.6',
          '2.25.4',
        ]);
      }),
    );
  });
});
