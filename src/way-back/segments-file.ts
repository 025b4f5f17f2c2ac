import { z } from 'zod';
import { describeIssues } from '../config/issues.ts';
import type { Segment } from '../dicom/derived/segment.ts';
import { UsageError } from '../errors.ts';
import { segmentColour } from './segment-colour.ts';

/** Controls, and the backslash that parts values (PS3.5 6.2). */
const UNWRITABLE = /[\\\p{Cc}]/u;

/**
 * A text value of a DICOM element. Whether the character set of a CT has its letters is known with the CT.
 *
 * @param most its length by the value representation (PS3.5 6.2)
 */
export function dicomText(most: number): z.ZodType<string> {
  return z
    .string()
    .max(most, `is longer than the ${most} characters that its element holds`)
    .refine((text) => !UNWRITABLE.test(text), 'holds a backslash or a control character')
    .refine((text) => text.isWellFormed(), 'holds half a character');
}

/** Groups of a name (alphabetic, ideographic, phonetic), and components of each (PS3.5 6.2.1). */
const [MOST_GROUPS, MOST_COMPONENTS] = [3, 5];

/** A person's name, as its element may hold it. */
export const personName: z.ZodType<string> = dicomText(64).refine((name) => {
  const groups = name.split('=');
  return groups.length <= MOST_GROUPS && groups.every((group) => group.split('^').length <= MOST_COMPONENTS);
}, `is no person's name: it has at most ${MOST_GROUPS} groups (=) of ${MOST_COMPONENTS} components (^)`);

/** The same of what has to be there. */
export const filledText = (most: number) => dicomText(most).refine((text) => text.trim() !== '', 'is empty');

const code = z
  .strictObject({
    CodeValue: filledText(64),
    CodingSchemeDesignator: filledText(16),
    CodeMeaning: filledText(64),
  })
  .transform(({ CodeValue, CodingSchemeDesignator, CodeMeaning }) => ({
    value: CodeValue,
    scheme: CodingSchemeDesignator,
    meaning: CodeMeaning,
  }));

const component = z.int().min(0, 'is below 0').max(255, 'is above 255');

/** Largest value of an integer string (IS). */
export const MOST_INTEGER = 2 ** 31 - 1;

/** An integer string (IS). dcmqi has text; numbers are what one would write. */
const seriesNumber = z
  .union([z.string(), z.number()])
  .refine((value) => {
    const digits = String(value).trim();
    return /^\d{1,10}$/.test(digits) && Number(digits) <= MOST_INTEGER;
  }, `is no whole number from 0 to ${MOST_INTEGER}`)
  .transform(Number);

/** Keys that are of no use here are taken as they are, and told. */
const unused = z.unknown().optional();

const UNUSED_OF_SEGMENT = [
  'RecommendedDisplayCIELabValue',
  'TrackingIdentifier',
  'TrackingUniqueIdentifier',
  'segmentationFileName',
] as const;

const UNUSED = [
  'BodyPartExamined',
  'ClinicalTrialCoordinatingCenterName',
  'ClinicalTrialSeriesID',
  'ClinicalTrialTimePointID',
  'ContentDescription',
  'ContentLabel',
  'InstanceNumber',
  'segmentAttributesFileMapping',
] as const;

const unusedKeys = <K extends string>(keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, unused])) as Record<K, typeof unused>;

const attributes = z.strictObject({
  labelID: z.int().min(1, 'is below 1: 0 is the background').max(65535, 'is above 65535'),
  SegmentLabel: dicomText(64).optional(),
  SegmentDescription: dicomText(1024).optional(),
  SegmentAlgorithmType: z.enum(['MANUAL', 'SEMIAUTOMATIC', 'AUTOMATIC']),
  SegmentAlgorithmName: dicomText(64).optional(),
  SegmentedPropertyCategoryCodeSequence: code,
  SegmentedPropertyTypeCodeSequence: code,
  SegmentedPropertyTypeModifierCodeSequence: code.optional(),
  AnatomicRegionSequence: code.optional(),
  AnatomicRegionModifierSequence: code.optional(),
  recommendedDisplayRGBValue: z.tuple([component, component, component]).optional(),
  ...unusedKeys(UNUSED_OF_SEGMENT),
});

/** What dcmqi's itkimage2segimage takes: its doc/schemas/seg-schema.json, and what its examples have besides. */
const fileSchema = z.strictObject({
  '@schema': z.string().optional(),
  ContentCreatorName: personName.optional(),
  SeriesDescription: dicomText(64).optional(),
  SeriesNumber: seriesNumber.optional(),
  segmentAttributes: z.array(z.array(attributes)),
  ...unusedKeys(UNUSED),
});

/** What a segments file says. */
export interface SegmentsFile {
  /** For messages. */
  readonly name: string;
  /** Ascending by label. Of algorithms the names may be empty, and the versions are: there is no key for them. */
  readonly segments: readonly Segment[];
  readonly creator: string | undefined;
  readonly seriesDescription: string | undefined;
  readonly seriesNumber: number | undefined;
  /** Keys with a value that is not written. */
  readonly unused: readonly string[];
}

type Attributes = z.infer<typeof attributes>;

const ofOne = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** Of what was drawn by hand there is none (DICOM PS3.3 C.8.20.2). */
function algorithmNameOf({
  SegmentAlgorithmType: type,
  SegmentAlgorithmName: name = '',
}: Attributes): string {
  return type === 'MANUAL' ? '' : name.trim();
}

function segmentOf(found: Attributes): Segment {
  const type = found.SegmentedPropertyTypeCodeSequence;
  return {
    label: found.labelID,
    // As itkimage2segimage does.
    name: found.SegmentLabel?.trim() || type.meaning,
    description: found.SegmentDescription ?? '',
    category: found.SegmentedPropertyCategoryCodeSequence,
    type,
    typeModifiers: ofOne(found.SegmentedPropertyTypeModifierCodeSequence),
    regions: ofOne(found.AnatomicRegionSequence),
    regionModifiers: ofOne(found.AnatomicRegionModifierSequence),
    algorithm: { type: found.SegmentAlgorithmType, name: algorithmNameOf(found), version: '' },
    colour: found.recommendedDisplayRGBValue ?? segmentColour(found.labelID),
  };
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== '';

/** All labels lie in one map here, whichever file they were to come from. Throws a UsageError where one is told twice. */
function byLabel(name: string, groups: readonly (readonly Attributes[])[]): Attributes[] {
  const places = new Map<number, string>();
  for (const [i, group] of groups.entries())
    for (const [j, { labelID }] of group.entries()) {
      const place = `segmentAttributes[${i}][${j}]`;
      const other = places.get(labelID);
      if (other !== undefined)
        throw new UsageError(
          `${name}: ${place}.labelID: ${labelID} is that of ${other} too; here all labels are of one map: give each its own`,
        );
      places.set(labelID, place);
    }
  return groups.flat().sort((a, b) => a.labelID - b.labelID);
}

/**
 * Reads the JSON by which dcmqi's itkimage2segimage is told of segments. Throws a UsageError that names file and key where it
 * is none, holds a key that is not known, or tells a label twice.
 */
export function readSegmentsFile(name: string, bytes: Uint8Array): SegmentsFile {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UsageError(`${name}: is no valid JSON, which is UTF-8`, { cause });
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error.issues).map((line) => `\n  ${line}`);
    throw new UsageError(`${name}: is not as dcmqi's itkimage2segimage takes it:${problems.join('')}`);
  }
  const { data } = parsed;
  const segments = byLabel(name, data.segmentAttributes);
  if (segments.length === 0) throw new UsageError(`${name}: segmentAttributes: describes no segment`);
  const ofSegments = UNUSED_OF_SEGMENT.filter((key) => segments.some((segment) => hasValue(segment[key])));
  const namesHand = segments.some((s) => hasValue(s.SegmentAlgorithmName) && algorithmNameOf(s) === '');
  return {
    name,
    segments: segments.map(segmentOf),
    creator: data.ContentCreatorName,
    seriesDescription: data.SeriesDescription,
    seriesNumber: data.SeriesNumber,
    unused: [
      ...UNUSED.filter((key) => hasValue(data[key])),
      ...ofSegments,
      ...(namesHand ? ['SegmentAlgorithmName of MANUAL segments'] : []),
    ],
  };
}

/** What the command line says of what made the segments. */
export interface AlgorithmOptions {
  readonly algorithmName: string | undefined;
  readonly algorithmVersion: string | undefined;
}

/**
 * The segments of a file, of which the command line may name the algorithm. Throws a UsageError where one that was not drawn by
 * hand has none (DICOM PS3.3 C.8.20.2), or where an option is given that says nothing.
 */
export function namedSegments(
  { name, segments }: SegmentsFile,
  { algorithmName, algorithmVersion }: AlgorithmOptions,
): readonly Segment[] {
  const drawn = segments.filter(({ algorithm }) => algorithm.type !== 'MANUAL');
  const nameless = drawn.filter(({ algorithm }) => algorithm.name === '');
  if (algorithmName === undefined && nameless.length > 0)
    throw new UsageError(
      `${name}: SegmentAlgorithmName of labelID ${nameless[0].label}: is missing, and its SegmentAlgorithmType is ${nameless[0].algorithm.type}: name it there, or by --algorithm-name`,
    );
  if (algorithmName !== undefined && nameless.length === 0)
    throw new UsageError(
      `--algorithm-name: ${name} names the algorithm of every segment that has one; leave the option out`,
    );
  if (algorithmVersion !== undefined && drawn.length === 0)
    throw new UsageError(`--algorithm-version: every segment of ${name} is MANUAL; leave the option out`);
  return segments.map((segment) => {
    const { type, name: own } = segment.algorithm;
    if (type === 'MANUAL') return segment;
    const algorithm = { type, name: own || algorithmName!, version: algorithmVersion ?? '' };
    return { ...segment, algorithm };
  });
}
