import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../../errors.ts';

/** A patient's row of the clinical table. */
export interface ClinicalRow {
  readonly patientId: string;
  /** As written, trimmed. */
  readonly stage: string;
}

/** Reads the two columns that the split needs. Throws a UsageError naming the file, and the columns seen, where one is absent. */
export function parseClinical(
  file: string,
  bytes: Uint8Array,
  { idColumn, stageColumn }: { idColumn: string; stageColumn: string },
): ClinicalRow[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(bytes, { columns: true, bom: true, trim: true, skip_empty_lines: true }) as Record<
      string,
      string
    >[];
  } catch (cause) {
    // The library's message may quote a cell.
    const where = cause instanceof CsvError ? ` (${cause.code}, line ${cause.lines})` : '';
    throw new UsageError(`${file}: is no valid CSV${where}`, { cause });
  }
  const seen = Object.keys(rows[0] ?? {});
  for (const [key, column] of Object.entries({ idColumn, stageColumn })) {
    if (!seen.includes(column)) {
      throw new UsageError(
        `${file}: has no column "${column}" (set split.${key}); its columns are ${seen.join(', ') || '(none)'}`,
      );
    }
  }
  return rows.map((row) => ({ patientId: row[idColumn], stage: row[stageColumn] }));
}
