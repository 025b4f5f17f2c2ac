import type { Split } from '../../records/split.ts';

export const SPLIT_CSV_FILE = 'split.csv';

const HEADER = ['patient_id', 'split', 'stage', 'pinned_to', 'code', 'reason'];

/** First characters that make a spreadsheet take a cell for a formula, the full-width ones too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A field by RFC 4180. What a spreadsheet would run as a formula gets an apostrophe in front. */
function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * `split.csv`, the split as a table for people (RFC 4180, CRLF): a row a patient with its side, or why it has none.
 * A byte order mark stands in front where there is more than ASCII, without which Excel takes it for another encoding.
 */
export function splitCsv({ patients, excluded, retired }: Split): string {
  const pinOf = new Map(retired.map(({ patient_id, split }) => [patient_id, split]));
  const isExcluded = new Set(excluded.map((e) => e.patient_id));
  const rows = [
    ...patients.map((p) => [
      p.patient_id,
      p.split,
      p.stage === '' ? 'unlabeled' : p.stage,
      p.pinned ? p.split : '',
      '',
      '',
    ]),
    ...excluded.map((e) => [
      e.patient_id,
      'excluded',
      e.stage,
      pinOf.get(e.patient_id) ?? '',
      e.code,
      e.message,
    ]),
    ...retired
      .filter((r) => !isExcluded.has(r.patient_id))
      .map((r) => [
        r.patient_id,
        'retired',
        r.stage,
        r.split,
        'not-here',
        'in an earlier split, not in these data',
      ]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = [HEADER, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
  return /[^\0-\x7f]/.test(text) ? `\ufeff${text}` : text;
}
