import { UsageError } from '../../errors.ts';
import { type ColumnNames, clinicalColumns, columnsFound, stageCell } from './clinical-columns.ts';
import { readDelimited } from './delimited-text.ts';
import { assertReadable, decodeText, isZip } from './table-bytes.ts';

/** A patient's row of the clinical table. */
export interface ClinicalRow {
  readonly patientId: string;
  /** As written, trimmed. */
  readonly stage: string;
}

export interface ClinicalTable {
  readonly rows: readonly ClinicalRow[];
  /** What was chosen in reading it, where there was a choice. */
  readonly told: readonly string[];
}

/** Lines below the names that say them again, and the numbers of the columns: the tables of TCGA have them. */
function isNameAgain(id: string, column: string): boolean {
  return id === column || /^CDE_ID:/i.test(id);
}

/**
 * Reads the patients and stages of a clinical table: comma, semicolon or tab separated, in UTF-8 or UTF-16, or an Excel
 * workbook (.xlsx). Throws a UsageError naming the file, and what to do, where it is none of these, has no row, or where a
 * column is absent or could be several.
 */
export async function readClinical(
  file: string,
  bytes: Uint8Array,
  names: ColumnNames,
): Promise<ClinicalTable> {
  assertReadable(file, bytes);
  const found = (columns: readonly string[]): number => columnsFound(columns, names);
  const { table, told } = isZip(bytes)
    ? await (await import('./workbook.ts')).readWorkbook(file, bytes, found)
    : { table: readDelimited(file, decodeText(file, bytes), found), told: [] };
  const { columns, rows } = table;
  if (columns.length === 0) throw new UsageError(`${file}: is empty`);
  const { id, stage, told: chosen } = clinicalColumns(file, columns, names);
  if (rows.length === 0)
    throw new UsageError(`${file}: has no row below the names of its columns: add one for each patient`);
  const all = rows.map((row) => ({
    patientId: (row[id] ?? '').trim(),
    stage: stageCell(columns[stage], (row[stage] ?? '').trim()),
  }));
  if (
    [columns[id], columns[stage], ...all.map((row) => row.patientId)].some((text) => text.includes('\ufffd'))
  )
    throw new UsageError(
      `${file}: its patients are in an encoding that is not read: save it as CSV in UTF-8`,
    );
  const patients = all.filter(({ patientId }, i) => i > 1 || !isNameAgain(patientId, columns[id]));
  const named = patients.filter(({ patientId }) => patientId !== '');
  const without = patients.length - named.length;
  return {
    rows: named,
    told: [
      ...told,
      ...chosen,
      ...(without > 0
        ? [`rows of the clinical table that name no patient, and are left out: ${without}`]
        : []),
    ],
  };
}
