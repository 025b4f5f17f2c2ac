import readXlsx from 'read-excel-file/universal';
import { UsageError } from '../../errors.ts';
import type { Table } from './table-bytes.ts';

type Cell = string | number | boolean | Date | null | undefined;

/** A cell as text: numbers without a format, so 001 is 1 unless the cell is of text; dates as ISO 8601. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  return (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell)).trim();
}

function tableOf(data: readonly (readonly Cell[])[]): Table {
  const lines = data.map((row) => row.map(cellText)).filter((cells) => cells.some((cell) => cell !== ''));
  const [columns = [], ...rows] = lines;
  return { columns, rows };
}

/**
 * The sheet of an Excel workbook (Office Open XML, ECMA-376) that has the columns which are looked for; the first, where
 * none has. Throws a UsageError where it is no workbook, or where several sheets have them.
 *
 * @param found how many of the two columns that are looked for a line of names has
 */
export async function readWorkbook(
  file: string,
  bytes: Uint8Array,
  found: (columns: readonly string[]) => number,
): Promise<{ table: Table; told: string[] }> {
  const copy = new Uint8Array(bytes);
  const sheets = await readXlsx(copy.buffer).catch((cause: unknown) => {
    // The library's message may quote a cell.
    throw new UsageError(
      `${file}: is no Excel workbook that can be read: save the table anew as .xlsx, or as CSV in UTF-8`,
      { cause },
    );
  });
  const tables = sheets.map(({ sheet, data }) => ({ sheet, table: tableOf(data as Cell[][]) }));
  const fitting = tables.filter(({ table }) => found(table.columns) === 2);
  if (fitting.length > 1)
    throw new UsageError(
      `${file}: the sheets ${fitting.map(({ sheet }) => `"${sheet}"`).join(', ')} all have the columns of patient and stage: save the one that is meant as CSV, or delete the others`,
    );
  const filled = tables.filter(({ table }) => table.columns.length > 0);
  const { sheet, table } = fitting[0] ?? filled[0] ?? { sheet: '', table: { columns: [], rows: [] } };
  return { table, told: filled.length > 1 ? [`the clinical table is the sheet "${sheet}"`] : [] };
}
