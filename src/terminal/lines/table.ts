import { largest } from '../../kernels/intensity/extremes.ts';

/** Columns padded to the widest cell, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => largest(cells.map((row) => row[column].length)));
  const line = (row: readonly string[], numeric: (column: number) => boolean): string =>
    row
      .map((cell, column) => (numeric(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const numbers = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const isNumber = (column: number): boolean => numbers[column];
  return [
    line(cells[0], isNumber),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.slice(1).map((row) => line(row, isNumber)),
  ].join('\n');
}
