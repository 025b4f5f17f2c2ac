import { byCodeUnits } from '../../storage/key.ts';
import type { Entry } from '../../storage/store.ts';
import type { Look } from './look.ts';

/** Files of one folder that may be one series, by their names and sizes; a sample of them is looked at. */
export interface SeriesRun {
  /** In the order of the number that their names count by, or of the names. */
  readonly files: readonly Entry[];
  /** Whether their names differ in one number alone, which counts them. */
  readonly counted: boolean;
}

/** With fewer each is looked at. */
const FEWEST = 4;

/** Files of one series differ less in size from the next larger one: slices are alike, and compressed ones nearly. */
const LARGER = 1.05;
const LARGER_BYTES = 1024;

/** Numbers that are left out at most, against those that are there: a medium counts through, an export may start anew. */
const SPARSEST = 2;

const NUMBERS = /\d+/g;

/** The Imaging Data Commons names files so. */
const UUID = /[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

function bySize(files: readonly Entry[]): Entry[][] {
  const sorted = files.toSorted((a, b) => a.bytes - b.bytes || byCodeUnits(a.key, b.key));
  const groups: Entry[][] = [];
  sorted.forEach((file, i) => {
    const joins = i > 0 && file.bytes <= sorted[i - 1].bytes * LARGER + LARGER_BYTES;
    if (joins) groups[groups.length - 1].push(file);
    else groups.push([file]);
  });
  return groups;
}

/** The one number by which names of one pattern differ; undefined where they differ in several, or not by counting. */
function counterOf(files: readonly Entry[], nameOf: (file: Entry) => string): Map<Entry, number> | undefined {
  const numbers = files.map((file) => nameOf(file).replaceAll(UUID, '~').match(NUMBERS) ?? []);
  const places = numbers[0].map((_, i) => i).filter((i) => numbers.some((own) => own[i] !== numbers[0][i]));
  if (places.length !== 1) return undefined;
  const values = numbers.map((own) => Number(own[places[0]]));
  const [low, high] = values.reduce(([a, b], n) => [Math.min(a, n), Math.max(b, n)], [values[0], values[0]]);
  const distinct = new Set(values).size === values.length;
  if (!distinct || !Number.isSafeInteger(high) || high - low + 1 > SPARSEST * values.length) return undefined;
  return new Map(files.map((file, i) => [file, values[i]]));
}

/** The runs among the files that lie directly in a folder; every file is in one. */
export function seriesRuns(files: readonly Entry[]): SeriesRun[] {
  const nameOf = ({ key }: Entry): string => key.slice(key.lastIndexOf('/') + 1);
  const byPattern = Map.groupBy(files, (file) => nameOf(file).replaceAll(UUID, '~').replaceAll(NUMBERS, '#'));
  return [...byPattern.values()].flatMap(bySize).map((run) => {
    const counter = run.length < FEWEST ? undefined : counterOf(run, nameOf);
    return counter === undefined
      ? { files: run.toSorted((a, b) => byCodeUnits(a.key, b.key)), counted: false }
      : { files: run.toSorted((a, b) => counter.get(a)! - counter.get(b)!), counted: true };
  });
}

/** Whether a run is too short to be told by a sample. */
export function isShort({ files }: SeriesRun): boolean {
  return files.length < FEWEST;
}

/** Which files of a run are looked at: its ends, the second, by which two that alternate are told, and the middle. */
export function sampleOf({ files }: SeriesRun): number[] {
  const last = files.length - 1;
  return [...new Set([0, 1, last >> 1, last])];
}

/** What the header of a file of a run tells, by the number of the file in it. */
export type Sampled = readonly [file: number, look: Look];

/**
 * Whether a sample, the first and the last file at its ends, shows a run to be one series of one patient: all are of one,
 * and the folder is named by the series, or the files count as the images do. A heap of several patients shows neither.
 */
export function isOneSeries({ files, counted }: SeriesRun, sample: readonly Sampled[]): boolean {
  const [, first] = sample[0];
  const [, last] = sample[sample.length - 1];
  const same = sample.every(
    ([, look]) =>
      look.patientId === first.patientId &&
      look.issuer === first.issuer &&
      look.series === first.series &&
      look.identityRemoved === first.identityRemoved,
  );
  if (!same || first.series === '') return false;
  if (sample.every(([, { folderNames }]) => folderNames === 'uid')) return true;
  if (!counted) return false;
  if (sample.every(([, { folderNames }]) => folderNames === 'digits')) return true;
  const step = last.instance < first.instance ? -1 : 1;
  return (
    Math.abs(last.instance - first.instance) + 1 === files.length &&
    sample.every(([file, { instance }]) => instance === first.instance + step * file)
  );
}
