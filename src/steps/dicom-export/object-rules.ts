import type { DerivedRules } from '../../dicom/derived/derived-object.ts';
import { checkedUidRoot } from '../../dicom/derived/uids.ts';
import { UsageError } from '../../errors.ts';
import type { DicomKind } from '../../records/way-back/mapped.ts';
import type { Report } from '../../runner/report.ts';
import { displayUri } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import type { DescribedSegments } from '../../way-back/segments.ts';
import {
  type AlgorithmOptions,
  dicomText,
  filledText,
  MOST_INTEGER,
  namedSegments,
  personName,
  readSegmentsFile,
  type SegmentsFile,
} from '../../way-back/segments-file.ts';

/** Options of the objects, as the command line has them: what is undefined was not given. */
export interface ObjectOptions extends AlgorithmOptions {
  readonly kind: DicomKind;
  /** Of a SEG alone, as the next two. */
  readonly type?: 'auto' | 'binary' | 'labelmap' | 'fractional' | undefined;
  readonly frames?: 'occupied' | 'all' | undefined;
  readonly compress?: 'none' | 'deflate' | 'rle' | 'deflate-frames' | undefined;
  /** Of an RTSTRUCT alone. */
  readonly holes?: 'keyhole' | 'separate' | undefined;
  /** A JSON file as dcmqi's itkimage2segimage takes it: a path or URI. */
  readonly segments?: string | undefined;
  readonly uidRoot?: string | undefined;
  /** YYYYMMDD or YYYYMMDDHHMMSS. */
  readonly contentDate?: string | undefined;
  readonly seriesDescription?: string | undefined;
  readonly seriesNumber?: number | undefined;
  readonly creator?: string | undefined;
}

/** How the objects of a run are written, the same for all patients. */
export interface ObjectRules extends DerivedRules {
  readonly kind: DicomKind;
  readonly type: NonNullable<ObjectOptions['type']>;
  readonly frames: NonNullable<ObjectOptions['frames']>;
  readonly compression: NonNullable<ObjectOptions['compress']>;
  readonly holes: NonNullable<ObjectOptions['holes']>;
  /** Undefined: by default. */
  readonly described: DescribedSegments | undefined;
  /** Of segments by default. */
  readonly algorithm: AlgorithmOptions;
}

const OF_KIND = {
  'dicom-seg': { others: ['holes'], number: 300 },
  rtstruct: { others: ['type', 'frames', 'compress'], number: 301 },
} as const satisfies Record<DicomKind, object>;

const DESCRIPTIONS = { masks: 'Tumour segmentation', predictions: 'Predicted segmentation' } as const;

/** Refuses options that say nothing of the kind of object. */
function assertOfKind(options: ObjectOptions): void {
  for (const option of OF_KIND[options.kind].others)
    if (options[option] !== undefined)
      throw new UsageError(`--${option}: says nothing of ${options.kind}; leave it out`);
  if (options.compress === 'rle' && !['labelmap', 'fractional'].includes(options.type ?? 'auto'))
    throw new UsageError(
      '--compress rle: is not made for pixels of one bit; give --type labelmap or fractional with it, or --compress deflate',
    );
}

/** The moment that an option names. Throws a UsageError where it is none. */
function contentDateOf(text: string): NonNullable<DerivedRules['contentDate']> {
  const [, date, time = '000000'] = /^(\d{8})(\d{6})?$/.exec(text) ?? [];
  if (date !== undefined) {
    const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
    const [h, m, s] = [time.slice(0, 2), time.slice(2, 4), time.slice(4)];
    const iso = `${year}-${month}-${day}T${h}:${m}:${s}.000Z`;
    const moment = new Date(iso);
    // A day that is in no calendar becomes another one.
    if (!Number.isNaN(moment.getTime()) && moment.toISOString() === iso) return { date, time };
  }
  throw new UsageError(`--content-date ${text}: is no moment; give YYYYMMDD or YYYYMMDDHHMMSS`);
}

function checkedText(option: string, text: string | undefined, rules = dicomText(64)): string | undefined {
  const problem = text === undefined ? undefined : rules.safeParse(text).error?.issues[0].message;
  if (problem !== undefined) throw new UsageError(`--${option}: ${problem}`);
  return text;
}

/** An option that names something, and so is not empty. */
const checkedName = (option: string, text: string | undefined) => checkedText(option, text, filledText(64));

/** Throws a UsageError where a number is more than its element holds. */
function checkedSeriesNumber(number: number | undefined): number | undefined {
  if (number !== undefined && number > MOST_INTEGER)
    throw new UsageError(`--series-number: is above ${MOST_INTEGER}`);
  return number;
}

function uidRootOf(root: string): string {
  try {
    return checkedUidRoot(root);
  } catch (cause) {
    throw new UsageError(`--uid-root: ${(cause as Error).message}`, { cause });
  }
}

/** Refuses predictions of which it is not told what made them. */
function assertAlgorithm({ algorithmName, algorithmVersion }: AlgorithmOptions): void {
  const missing = [
    ...(algorithmName ? [] : ['--algorithm-name']),
    ...(algorithmVersion ? [] : ['--algorithm-version']),
  ];
  if (missing.length > 0)
    throw new UsageError(
      `${missing.join(' and ')}: what made the predictions has to be told; or name it in a file, --segments`,
    );
}

async function readSegments(uri: string, report: Report): Promise<SegmentsFile> {
  const file = readSegmentsFile(displayUri(uri), await readObject(uri));
  if (file.unused.length > 0)
    report({ kind: 'note', message: `${file.name}: is not written: ${file.unused.join(', ')}` });
  return file;
}

/**
 * How the objects are written: as the options say, then the segments file, then by default. Throws a UsageError where an option
 * says nothing of the kind, or is none, or the file is wrong.
 *
 * @param what masks that convert wrote, or predictions, of which it has to be told what made them
 */
export async function objectRules(
  options: ObjectOptions,
  what: keyof typeof DESCRIPTIONS,
  report: Report,
): Promise<ObjectRules> {
  assertOfKind(options);
  const algorithm: AlgorithmOptions = {
    algorithmName: checkedName('algorithm-name', options.algorithmName),
    algorithmVersion: checkedName('algorithm-version', options.algorithmVersion),
  };
  const file = options.segments === undefined ? undefined : await readSegments(options.segments, report);
  if (file === undefined && what === 'predictions') assertAlgorithm(algorithm);
  const { kind, uidRoot, contentDate } = options;
  return {
    kind,
    type: options.type ?? 'auto',
    frames: options.frames ?? 'occupied',
    compression: options.compress ?? 'none',
    holes: options.holes ?? 'keyhole',
    described: file && { file: file.name, segments: namedSegments(file, algorithm) },
    algorithm,
    uidRoot: uidRoot === undefined ? undefined : uidRootOf(uidRoot),
    contentDate: contentDate === undefined ? undefined : contentDateOf(contentDate),
    seriesDescription:
      checkedText('series-description', options.seriesDescription) ??
      file?.seriesDescription ??
      DESCRIPTIONS[what],
    seriesNumber: checkedSeriesNumber(options.seriesNumber) ?? file?.seriesNumber ?? OF_KIND[kind].number,
    creator: checkedText('creator', options.creator, personName) ?? file?.creator ?? '',
  };
}
