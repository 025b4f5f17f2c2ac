import { expect, test } from 'vitest';
import { contentMoment, neededContentMoment } from '../../../src/dicom/derived/content-moment.ts';
import { CaseExclusion, UsageError } from '../../../src/errors.ts';
import { imagesOf, studySlice } from '../../support/dicom/source-images.ts';

const ct = (elements: Parameters<typeof studySlice>[1]) =>
  imagesOf([studySlice('a.dcm', { ContentDate: '', ...elements })]);

test('the first valid date of the CT counts, with its own time', () => {
  const dates = { ContentDate: '20200230', AcquisitionDate: '20200229', SeriesDate: '20200301' };
  const times = { ContentTime: '010101', AcquisitionTime: '020202.123456', SeriesTime: '030303' };
  expect(contentMoment(ct({ ...dates, ...times }), {})).toEqual({ date: '20200229', time: '020202.123456' });
  expect(contentMoment(ct({ StudyDate: '19991231', StudyTime: '2359' }), {})).toEqual({
    date: '19991231',
    time: '2359',
  });
});

test('a date without a valid time is its midnight', () => {
  for (const time of ['', '240000', '1260', 'noon'])
    expect(contentMoment(ct({ SeriesDate: '20200301', SeriesTime: time }), {})?.time).toBe('000000');
});

test('dates and times of before DICOM 3 are written as today', () => {
  expect(contentMoment(ct({ ContentDate: '1993.04.30', ContentTime: '11:27:24' }), {})).toEqual({
    date: '19930430',
    time: '112724',
  });
});

test('what the rules say goes before the CT, and has to be valid', () => {
  const source = ct({ ContentDate: '20200102' });
  const contentDate = { date: '20240506', time: '070809' };
  expect(contentMoment(source, { contentDate })).toEqual(contentDate);
  expect(() => contentMoment(source, { contentDate: { date: '20241301', time: '070809' } })).toThrow(
    UsageError,
  );
  expect(() => contentMoment(source, { contentDate: { date: '20240506', time: '' } })).toThrow(UsageError);
});

test('a CT without any date has no moment, and an object that needs one is refused', () => {
  expect(contentMoment(ct({}), {})).toBeUndefined();
  expect(() => neededContentMoment(ct({}), {})).toThrow(CaseExclusion);
});
