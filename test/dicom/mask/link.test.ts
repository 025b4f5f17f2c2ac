import { expect, test } from 'vitest';
import { linkSeries } from '../../../src/dicom/mask/link.ts';

const series = [
  { seriesUid: '1.1', frameOfReferenceUid: '9.1' },
  { seriesUid: '1.2', frameOfReferenceUid: '9.2' },
  { seriesUid: '1.3', frameOfReferenceUid: '9.2' },
  { seriesUid: '1.3', frameOfReferenceUid: '' },
];

test('the series that a mask lists comes before its frame of reference', () => {
  expect(linkSeries({ seriesUids: ['7', '1.2'], frameOfReferenceUids: ['9.1'] }, series)).toEqual({
    rule: 'series-uid',
    series: [series[1]],
  });
});

test('all parts of a series are linked, in the order of the candidates', () => {
  expect(linkSeries({ seriesUids: ['1.3'], frameOfReferenceUids: [] }, series)?.series).toEqual([
    series[2],
    series[3],
  ]);
});

test('without a listed series the frame of reference links', () => {
  expect(linkSeries({ seriesUids: ['7'], frameOfReferenceUids: ['9.2'] }, series)).toEqual({
    rule: 'frame-of-reference-uid',
    series: [series[1], series[2]],
  });
});

test('frames of reference that are absent on both sides are not the same', () => {
  expect(linkSeries({ seriesUids: [], frameOfReferenceUids: [''] }, series)?.rule).toBe('patient');
});

test('broken references leave every series of the patient, for geometry to tell', () => {
  expect(linkSeries({ seriesUids: ['7'], frameOfReferenceUids: ['8'] }, series)).toEqual({
    rule: 'patient',
    series,
  });
});

test('without candidates there is no link', () => {
  expect(linkSeries({ seriesUids: ['1.1'], frameOfReferenceUids: [] }, [])).toBeUndefined();
});
