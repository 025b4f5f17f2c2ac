import { CaseExclusion, UsageError } from '../../errors.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import type { DerivedRules } from './derived-object.ts';
import type { SourceImages } from './source-images.ts';

/** Date YYYYMMDD and time HHMMSS, with a fraction where there is one (VRs DA and TM, DICOM PS3.5 6.2). */
export interface ContentMoment {
  readonly date: string;
  readonly time: string;
}

const STUDY_DATE = 'x00080020';
const STUDY_TIME = 'x00080030';

/** Where a CT says when it was made, what is nearest to its pixels first. */
const MOMENTS = [
  [Tag.ContentDate, Tag.ContentTime],
  [Tag.AcquisitionDate, Tag.AcquisitionTime],
  [Tag.SeriesDate, Tag.SeriesTime],
  [STUDY_DATE, STUDY_TIME],
] as const;

/** A date, also as it was written before DICOM 3 (2004.01.19); undefined where it is none. */
function dateOf(text: string): string | undefined {
  const date = text.replaceAll('.', '');
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(date)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day] = parts;
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? date : undefined;
}

/** A time of day, also as it was written before DICOM 3 (10:15:00); undefined where it is none. */
function timeOf(text: string): string | undefined {
  const time = text.replaceAll(':', '');
  const valid = /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/.test(time);
  return valid ? time : undefined;
}

function momentOf({ dataset }: DicomFile): ContentMoment | undefined {
  for (const [dateTag, timeTag] of MOMENTS) {
    const date = dateOf(text(dataset, dateTag));
    // A day whose time was taken out has its midnight.
    if (date !== undefined) return { date, time: timeOf(text(dataset, timeTag)) ?? '000000' };
  }
  return undefined;
}

/**
 * When the content of an object was made: as the rules say, else when the CT was, by the first of its Content, Acquisition, Series
 * and Study Date that is one; undefined where none is. Throws a UsageError where the rules give none.
 */
export function contentMoment(
  { slices }: SourceImages,
  { contentDate }: Pick<DerivedRules, 'contentDate'>,
): ContentMoment | undefined {
  if (contentDate === undefined) return momentOf(slices[0].file);
  const [date, time] = [dateOf(contentDate.date), timeOf(contentDate.time)];
  if (date === undefined || time === undefined)
    throw new UsageError('the content date has to be YYYYMMDD, and its time HHMMSS');
  return { date, time };
}

/** The same for an object that has to have one. Throws a CaseExclusion where there is none. */
export function neededContentMoment(
  source: SourceImages,
  rules: Pick<DerivedRules, 'contentDate'>,
): ContentMoment {
  const moment = contentMoment(source, rules);
  if (moment !== undefined) return moment;
  throw new CaseExclusion(
    'no-content-date',
    'has no valid Content, Acquisition, Series or Study Date, and the object needs one: give the content date',
    { file: source.slices[0].file.name },
  );
}
