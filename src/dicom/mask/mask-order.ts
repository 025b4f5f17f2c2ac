import type { DataSet } from 'dicom-parser';
import { text } from '../file/part10.ts';

/**
 * How an ROI was drawn: Segment Algorithm Type (DICOM PS3.3 C.8.20.2) or ROI Generation Algorithm (C.8.8.5). By hand, by
 * a program that a person led, by a program alone; from the most to the least of a person. What does not tell stands
 * before what tells that no person drew it.
 */
export const ALGORITHMS = ['MANUAL', 'SEMIAUTOMATIC', 'unknown', 'AUTOMATIC'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** What a data set tells of how it was drawn, as a key of an ROI; none where it does not tell. */
export function algorithmOf(dataset: DataSet, tag: string): { readonly algorithm?: Algorithm } {
  const algorithm = ALGORITHMS.find((known) => known === text(dataset, tag).toUpperCase());
  return algorithm === undefined ? {} : { algorithm };
}

/** One of the dates of an object, of a kind that others have too. For comparing alone: no date may reach an output. */
export interface MaskDate {
  /** YYYYMMDD (DICOM PS3.5 6.2, DA); '' where there is none. */
  readonly date: string;
  /** HHMMSS.FFFFFF (TM), with zeros for what is not told; '' where there is none. */
  readonly time: string;
}

/** As DA writes it (DICOM PS3.5 6.2); a filler such as 99999999 is none. */
const DATE = /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

export function maskDate(dataset: DataSet, dateTag: string, timeTag: string): MaskDate {
  // ACR-NEMA wrote 2010.01.31 and 12:30:00.
  const date = text(dataset, dateTag).replaceAll('.', '');
  const time = text(dataset, timeTag).replaceAll(':', '');
  const [, clock, fraction = ''] = /^((?:\d\d){1,3})(?:\.(\d{1,6}))?$/.exec(time) ?? [];
  return {
    date: DATE.test(date) ? date : '',
    time: clock === undefined ? '' : `${clock.padEnd(6, '0')}.${fraction.padEnd(6, '0')}`,
  };
}

/** Where a mask stands among others, each the lower the better, in the order in which they decide. */
export interface MaskRank {
  /** Its place in `mask.sources`. */
  readonly source: number;
  /** 1 where it names series that it was drawn on, none of them a candidate, and another of its source names one that is. */
  readonly elsewhere: number;
  /** The pattern of `mask.roiNames` that its ROI matches. */
  readonly roiNames: number;
  /** The rule by which it is linked to the CT series. */
  readonly link: number;
  /** Whether a person or a program drew it, by `ALGORITHMS`. */
  readonly program: number;
  /** The place of the series among those that this mask may belong to. */
  readonly series: number;
  /** Among those that have all of the above alike: 0 of the newest. */
  readonly older: number;
}

/** What two masks of one CT differ by, the first of which decides: in their headers, then in size, else by their UIDs. */
export type MaskCriterion = 'roiNames' | 'link' | 'program' | 'older' | 'smaller' | 'uid';

/** The criteria that headers tell, in their order. */
const HEADER_CRITERIA = ['roiNames', 'link', 'program', 'older'] as const;

/** A mask as far as its order needs it known. */
export interface RankedMask {
  readonly rank: MaskRank;
  readonly object: {
    /** Of the same kinds, in the same order, for all of a source. */
    readonly dates: readonly MaskDate[];
    readonly instanceUid: string;
    /** Its bytes: the last thing to tell two objects apart. */
    readonly content: Uint8Array;
  };
}

const BEFORE_DATES = ['source', 'elsewhere', 'roiNames', 'link', 'program', 'series'] as const;

function compareBeforeDates(a: MaskRank, b: MaskRank): number {
  for (const key of BEFORE_DATES) if (a[key] !== b[key]) return a[key] - b[key];
  return 0;
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What masks can be compared by that all of them have: like with like. */
function commonDates(masks: readonly RankedMask[]): ((mask: RankedMask) => string)[] {
  return masks[0].object.dates.flatMap((_, kind) => {
    const dates = masks.map(({ object }) => object.dates[kind]);
    if (dates.some(({ date }) => date === '')) return [];
    const day = (mask: RankedMask) => mask.object.dates[kind].date;
    if (dates.some(({ time }) => time === '')) return [day];
    return [(mask: RankedMask) => `${day(mask)} ${mask.object.dates[kind].time}`];
  });
}

/** By UID, then by content. */
function compareObjects(a: RankedMask, b: RankedMask): number {
  return (
    compareTexts(a.object.instanceUid, b.object.instanceUid) ||
    Buffer.compare(a.object.content, b.object.content)
  );
}

function byAge<T extends RankedMask>(alike: readonly T[]): T[] {
  const dates = commonDates(alike);
  const newestFirst = (a: T, b: T): number => {
    for (const of of dates) {
      const order = compareTexts(of(b), of(a));
      if (order !== 0) return order;
    }
    return 0;
  };
  const sorted = alike.toSorted((a, b) => newestFirst(a, b) || compareObjects(a, b));
  let older = 0;
  return sorted.map((mask, i) => {
    if (i > 0 && newestFirst(sorted[i - 1], mask) !== 0) older++;
    return { ...mask, rank: { ...mask.rank, older } };
  });
}

/**
 * Masks, best first: by the criteria of `MaskRank`, then by UID and content. Size is told by pixels alone: among those
 * that are alike in their whole rank it has yet to decide. Neither the order in which they come nor any file name matters.
 */
export function inOrder<T extends RankedMask>(masks: readonly T[]): T[] {
  const sorted = masks.toSorted((a, b) => compareBeforeDates(a.rank, b.rank));
  const alike: T[][] = [];
  for (const mask of sorted) {
    const last = alike.at(-1);
    if (last !== undefined && compareBeforeDates(last[0].rank, mask.rank) === 0) last.push(mask);
    else alike.push([mask]);
  }
  return alike.flatMap(byAge);
}

/** The first criterion of headers by which a mask of a CT stands behind another; undefined where they are alike. */
export function behindBy(ahead: MaskRank, mask: MaskRank): (typeof HEADER_CRITERIA)[number] | undefined {
  return HEADER_CRITERIA.find((criterion) => mask[criterion] > ahead[criterion]);
}
