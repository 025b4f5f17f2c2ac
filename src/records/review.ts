import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { csvTable, withoutApostrophe } from './csv-table.ts';
import type { Flag } from './record.ts';

/** Why a reviewer leaves a patient out, by code, as a sentence for people. */
export const REVIEW_REASONS = {
  'mask-beside-tumour': 'the mask lies beside the tumour',
  'mask-incomplete': 'a part of the tumour is not in the mask',
  'mask-too-large': 'the mask holds more than the tumour',
  'mask-of-something-else': 'the mask is of another structure, or of another tumour',
  'wrong-series': 'the CT is not the series that was wanted',
  'image-artefact': 'metal, motion or noise hides the tumour',
  'image-incomplete': 'the CT does not hold the whole tumour',
  'stage-doubtful': 'what is seen does not go with the stage of the clinical table',
  other: 'for another reason: see the comment in review.csv',
} as const;

export type ReviewReason = keyof typeof REVIEW_REASONS;

/** Code of the patients that a review leaves out. */
export const REVIEW_CODE = 'review';

const reason = z.enum(Object.keys(REVIEW_REASONS) as [ReviewReason, ...ReviewReason[]]);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 of 64 hexadecimal digits');
const utc = z.iso.datetime({ error: 'is no time in UTC, such as 2026-11-29T08:15:00Z' });

/** What a reviewer decided of a patient, as a row of `review.csv`. */
export const decisionSchema = z
  .strictObject({
    patient_id: z.string().min(1, 'is empty'),
    decision: z.enum(['accept', 'exclude']),
    /** Null with `accept`. */
    reason: reason.nullable(),
    comment: z.string(),
    reviewer: z.string(),
    decided_utc: utc,
    /** Of `interim/PATIENT/tumor.nii.gz`, the mask looked at. */
    mask_sha256: sha256,
    /** Codes of the flags that the reviewer saw; null, in the file `*` or no such column: all of them. */
    flags: z.array(z.string()).nullable(),
  })
  .refine((row) => (row.decision === 'exclude') === (row.reason !== null), {
    error: 'exclude takes a reason, accept takes none',
    path: ['reason'],
  });

export type Decision = z.infer<typeof decisionSchema>;

export const REVIEW_FILE = 'review.csv';

const COLUMNS = [
  'patient_id',
  'decision',
  'reason',
  'comment',
  'reviewer',
  'decided_utc',
  'mask_sha256',
  'flags',
] as const;

/** `review.csv`: a row a patient, in order of their ids. */
export function encodeReview(decisions: readonly Decision[]): Uint8Array {
  const rows = [...decisions].sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1)).map(cells);
  return new TextEncoder().encode(csvTable(COLUMNS, rows));
}

/** All flags, in the column `flags`. */
const ALL = '*';

function cells({ flags, reason: why, ...decision }: Decision): string[] {
  const row = { ...decision, reason: why ?? '', flags: flags?.join(' ') ?? ALL };
  return COLUMNS.map((column) => row[column]);
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${file}: is not encoded as UTF-8; save it as "CSV UTF-8"`, { cause });
  }
}

/** The names of the columns, and the rows below with their numbers from 1. */
interface ReviewTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly number: number; readonly cells: readonly string[] }[];
}

const isEmpty = (cell: string): boolean => cell.trim() === '';

function readTable(file: string, bytes: Uint8Array): ReviewTable {
  const text = textOf(file, bytes);
  // A spreadsheet saves with semicolons where the comma is the decimal mark.
  const [delimiter = ','] = /[,;\t]/.exec(/^[^\r\n]*/.exec(text)![0]) ?? [];
  let all: string[][];
  try {
    // A row that was added by hand may end in another way than the others.
    const record_delimiter = ['\r\n', '\n', '\r'];
    all = parse(text, { delimiter, record_delimiter, relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The library's message may quote a comment.
    throw new UsageError(`${file}: is no valid CSV (${error.code}, line ${error.lines})`);
  }
  const start = all.findIndex((cells) => !cells.every(isEmpty));
  const columns = (all[start] ?? []).map((name) => name.trim());
  // Spreadsheets leave rows of which nothing is left but the delimiters.
  const rows = all
    .slice(start + 1)
    .map((cells, i) => ({ number: i + 1, cells }))
    .filter(({ cells }) => !cells.every(isEmpty));
  const twice = COLUMNS.find((column) => columns.indexOf(column) !== columns.lastIndexOf(column));
  if (twice !== undefined) throw new UsageError(`${file}: has the column ${twice} twice; leave one of them`);
  return { columns, rows };
}

/**
 * Reads a `review.csv`, by swinprep or as a spreadsheet or a hand leaves it; the column `flags` may be absent. Throws a
 * UsageError naming the file and the row, from 1 below the names of the columns, where a column is absent or twice, a value is
 * none of those allowed, or a patient has two rows. It quotes no patient and no comment.
 */
export function parseReview(file: string, bytes: Uint8Array): Decision[] {
  const { columns, rows } = readTable(file, bytes);
  const missing = COLUMNS.filter((column) => column !== 'flags' && !columns.includes(column));
  if (columns.length > 0 && missing.length > 0)
    throw new UsageError(
      `${file}: has no column ${missing.join(', ')}; give a review.csv, with the columns ${COLUMNS.join(',')}`,
    );
  const rowOf = new Map<string, number>();
  return rows.map(({ number, cells }) => {
    const wrong = (why: string): UsageError => new UsageError(`${file}: row ${number}${why}`);
    if (!cells.slice(columns.length).every(isEmpty))
      throw wrong(' has more cells than there are columns; put a text that holds the delimiter in quotes');
    // Spreadsheets leave out cells at the end of a row where they are empty.
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
    const decision = decisionOf(row, wrong);
    const earlier = rowOf.get(decision.patient_id);
    if (earlier !== undefined)
      throw wrong(` decides on the patient of row ${earlier} again; leave one of them`);
    rowOf.set(decision.patient_id, number);
    return decision;
  });
}

/** Columns of a `review.csv` that `encodeReview` does not write; throws as `parseReview`. */
export function columnsBeside(file: string, bytes: Uint8Array): string[] {
  const known: readonly string[] = COLUMNS;
  const { columns, rows } = readTable(file, bytes);
  return columns.flatMap((column, i) => {
    if (column !== '') return known.includes(column) ? [] : [column];
    return rows.every(({ cells }) => isEmpty(cells[i] ?? '')) ? [] : ['without a name'];
  });
}

function decisionOf(row: Record<string, string>, wrong: (why: string) => UsageError): Decision {
  const texts = Object.fromEntries(
    Object.entries(row).map(([column, text]) => [column, withoutApostrophe(text)]),
  );
  const { reason: why, flags = ALL } = texts;
  const parsed = decisionSchema.safeParse({
    ...Object.fromEntries(COLUMNS.map((column) => [column, texts[column]])),
    reason: why === '' ? null : why,
    flags: flags === ALL ? null : flags.split(' ').filter((code) => code !== ''),
  });
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw wrong(`, ${String(path[0])}: ${message}`);
}

const decided = z.strictObject({ patient_id: z.string(), decision: z.enum(['accept', 'exclude']) });

/** What a run made of a review: each decision is in one of the lists. */
export const reviewOutcomeSchema = z.strictObject({
  num_decisions: z.int(),
  excluded: z.array(z.strictObject({ patient_id: z.string(), reason })),
  accepted: z.array(
    z.strictObject({
      patient_id: z.string(),
      /** Codes of the flags that count as seen; null: all. */
      flags: z.array(z.string()).nullable(),
    }),
  ),
  /** Not applied, for the mask is another one than was looked at, or there is none (null). */
  stale: z.array(decided.extend({ looked_at_sha256: sha256, mask_sha256: sha256.nullable() })),
  /** Of nobody in this cohort; `mask_of`: the one patient here whose mask was looked at, perhaps the same by another name. */
  unknown: z.array(decided.extend({ mask_of: z.string().nullable() })),
});

export type ReviewOutcome = z.infer<typeof reviewOutcomeSchema>;

/** Flags as a reviewer leaves them who has seen those with `codes`; null: all. */
export function markSeen(flags: readonly Flag[], codes: readonly string[] | null): Flag[] {
  return flags.map((found) =>
    codes === null || codes.includes(found.code) ? { ...found, seen: true } : found,
  );
}

/** Flags as they were found, whoever has seen them. */
export function withoutSeen(flags: readonly Flag[]): Flag[] {
  return flags.map(({ seen: _seen, ...found }) => found);
}
