import { csvTable } from '../../records/csv-table.ts';
import type { Split } from '../../records/split.ts';

export const SPLIT_CSV_FILE = 'split.csv';

const HEADER = ['patient_id', 'split', 'stage', 'pinned_to', 'code', 'reason'];

/** `split.csv`, the split as a table for people: a row a patient with its side, or why it has none. */
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
  return csvTable(HEADER, rows);
}
