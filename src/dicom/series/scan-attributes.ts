import type { DataSet } from 'dicom-parser';
import { acquisitionOf, attributesOf, type ImageFrame } from '../file/functional-groups.ts';
import { decimals, Tag, text } from '../file/part10.ts';
import { kernelOf } from './series.ts';

/** An attribute that can tell scans of one series apart. `name`: as DICOM PS3.6 has it. */
export type ScanAttribute =
  /** Images of one scan share it; '' where it is absent. */
  | { readonly name: string; readonly kind: 'value'; readonly valueOf: (image: ImageFrame) => string }
  /**
   * It may differ from image to image of one scan: a `delay` is much the same for all of them, a `clock` goes on while
   * they are acquired. Undefined where an image lacks it, or where it cannot be compared.
   */
  | {
      readonly name: string;
      readonly kind: 'delay' | 'clock';
      readonly momentsOf: (images: readonly ImageFrame[]) => number[] | undefined;
    };

/** The integer of an enhanced image's frame (UL or US), else that of the image (IS). */
function integer(image: ImageFrame, ofFrame: string, tag: string): string {
  const frame = attributesOf(image, Tag.FrameContentSequence);
  const binary = frame.elements[ofFrame]?.length === 2 ? frame.uint16(ofFrame) : frame.uint32(ofFrame);
  if (binary !== undefined) return String(binary);
  const written = text(acquisitionOf(image, Tag.FrameContentSequence, tag), tag);
  return /^[+-]?\d+$/.test(written) ? String(Number(written)) : written;
}

function imageType(image: ImageFrame): string {
  const frame = text(attributesOf(image, Tag.CTImageFrameTypeSequence), Tag.FrameType);
  return (frame || text(image.file.dataset, Tag.ImageType)).toUpperCase();
}

function all(moments: readonly (number | undefined)[]): number[] | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === moments.length ? known : undefined;
}

function triggerDelay(image: ImageFrame): number | undefined {
  const { TriggerTime, NominalCardiacTriggerDelayTime, CardiacSynchronizationSequence: sequence } = Tag;
  return (
    attributesOf(image, sequence).double(NominalCardiacTriggerDelayTime) ??
    decimals(acquisitionOf(image, sequence, TriggerTime), TriggerTime)?.[0]
  );
}

/** Seconds from 1970 to a date (DA), undefined where it is none. */
function daySeconds(date: string): number | undefined {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000;
}

/** Seconds from midnight to a time (TM), undefined where it is none. */
function timeSeconds(time: string): number | undefined {
  const [, hours, minutes = '0', seconds = '0'] =
    /^(\d{2})(?::?(\d{2})(?::?(\d{2}(?:\.\d*)?))?)?$/.exec(time) ?? [];
  return hours === undefined ? undefined : 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}

/** Seconds from 1970 to a date and time (DT), whose zone is one within a scan; undefined where it is none. */
function dateTimeSeconds(dateTime: string): number | undefined {
  const [, date = '', time = ''] = /^(\d{8})(\d{2,6}(?:\.\d*)?)(?:[+-]\d{4})?$/.exec(dateTime) ?? [];
  const [day, seconds] = [daySeconds(date), timeSeconds(time)];
  return day === undefined || seconds === undefined ? undefined : day + seconds;
}

function acquired(image: ImageFrame, tag: string): DataSet {
  return acquisitionOf(image, Tag.FrameContentSequence, tag);
}

const HALF_A_DAY_S = 43_200;

/** When images were acquired, in seconds. Times without dates tell no order where they may lie on both sides of midnight. */
function acquisitionMoments(images: readonly ImageFrame[]): number[] | undefined {
  const dated = all(
    images.map((image) => {
      const frame = text(attributesOf(image, Tag.FrameContentSequence), Tag.FrameAcquisitionDateTime);
      const { AcquisitionDateTime, AcquisitionDate, AcquisitionTime } = Tag;
      const whole = dateTimeSeconds(frame || text(acquired(image, AcquisitionDateTime), AcquisitionDateTime));
      if (whole !== undefined) return whole;
      const day = daySeconds(text(acquired(image, AcquisitionDate), AcquisitionDate));
      const time = timeSeconds(text(acquired(image, AcquisitionTime), AcquisitionTime));
      return day === undefined || time === undefined ? undefined : day + time;
    }),
  );
  if (dated !== undefined) return dated;
  const times = all(
    images.map((image) => timeSeconds(text(acquired(image, Tag.AcquisitionTime), Tag.AcquisitionTime))),
  );
  if (times === undefined) return undefined;
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[sorted.length - 1] - sorted[0] > HALF_A_DAY_S ? undefined : times;
}

/** The attributes in the order in which they are asked (DICOM PS3.3 C.7.6.1, C.7.6.16.2.2, C.7.6.18, C.8.2.1). */
export const SCAN_ATTRIBUTES: readonly ScanAttribute[] = [
  {
    name: 'Acquisition Number',
    kind: 'value',
    valueOf: (image) => integer(image, Tag.FrameAcquisitionNumber, Tag.AcquisitionNumber),
  },
  {
    name: 'Temporal Position',
    kind: 'value',
    valueOf: (image) => integer(image, Tag.TemporalPositionIndex, Tag.TemporalPositionIdentifier),
  },
  { name: 'Trigger Time', kind: 'delay', momentsOf: (images) => all(images.map(triggerDelay)) },
  { name: 'Acquisition Time', kind: 'clock', momentsOf: acquisitionMoments },
  { name: 'Image Type', kind: 'value', valueOf: imageType },
  { name: 'Convolution Kernel', kind: 'value', valueOf: kernelOf },
];

function byValue(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isFinite(difference) && difference !== 0 ? difference : a < b ? -1 : Number(a > b);
}

function middle(ascending: readonly number[]): number {
  return ascending[ascending.length >> 1];
}

/** More scans than any series has. */
const MOST_SCANS = 256;

/** How much longer a pause between scans is than what passes between the images of one. */
const CLEARLY_LONGER = 2;

/** How uneven the times between images of one scan may be: a longer one may be a pause between two. */
const MOST_UNEVEN = 4;

/**
 * Where ascending moments may be cut into those of scans, few cuts first: each list holds the indices that begin a scan.
 * Only pauses that stand out are cut at, and none that stands out is left within a scan.
 */
function cuts(ascending: readonly number[], kind: 'delay' | 'clock'): number[][] {
  const pauses = ascending.slice(1).map((moment, i) => ({ index: i + 1, length: moment - ascending[i] }));
  pauses.sort((a, b) => b.length - a.length || a.index - b.index);
  const found: number[][] = [];
  for (let count = 1; count <= Math.min(pauses.length, MOST_SCANS - 1); count++) {
    const [shortest, rest] = [pauses[count - 1].length, pauses.slice(count)];
    const longest = rest[0]?.length ?? 0;
    if (!(shortest > 0) || shortest < CLEARLY_LONGER * longest) continue;
    const starts = pauses
      .slice(0, count)
      .map(({ index }) => index)
      .sort((a, b) => a - b);
    if (kind === 'clock') {
      const moved = rest.flatMap(({ length }) => (length > 0 ? [length] : [])).reverse();
      if (moved.length > 0 && longest > MOST_UNEVEN * middle(moved)) continue;
    } else {
      const ends = [...starts, ascending.length];
      const widths = ends.map((end, i) => ascending[end - 1] - ascending[i === 0 ? 0 : starts[i - 1]]);
      if (widths.some((width) => width >= shortest)) continue;
    }
    found.push(starts);
  }
  return found;
}

/**
 * The ways in which an attribute divides images into parts in the order of its values, the images of each in the order
 * given: one way for values, several for moments, none where all have the same or it is absent.
 */
export function divisions<T extends ImageFrame>(images: readonly T[], attribute: ScanAttribute): T[][][] {
  if (attribute.kind === 'value') {
    const parts = new Map<string, T[]>();
    for (const image of images) {
      const value = attribute.valueOf(image);
      const part = parts.get(value);
      if (part === undefined) parts.set(value, [image]);
      else part.push(image);
    }
    if (parts.size < 2 || parts.size > MOST_SCANS) return [];
    return [[...parts].sort(([a], [b]) => byValue(a, b)).map(([, part]) => part)];
  }
  const moments = attribute.momentsOf(images);
  if (moments === undefined) return [];
  const order = [...moments.keys()].sort((a, b) => moments[a] - moments[b]);
  const ascending = order.map((i) => moments[i]);
  return cuts(ascending, attribute.kind).map((starts) =>
    [0, ...starts].map((start, i) =>
      order
        .slice(start, starts[i])
        .sort((a, b) => a - b)
        .map((k) => images[k]),
    ),
  );
}
