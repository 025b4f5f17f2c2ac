import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../../errors.ts';
import type { Table } from './table-bytes.ts';

const DELIMITERS = [',', ';', '\t'];

/** Lines by which the delimiter is decided. */
const LINES_TRIED = 200;

interface Line {
  readonly cells: readonly string[];
  /** Of the file, from 1; the last one of a row with line breaks. */
  readonly number: number;
}

/** A text as one delimiter divides it. */
interface Divided {
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly lines: readonly Line[];
  readonly error?: CsvError | undefined;
}

function read(text: string, delimiter: string, to: number): Line[] {
  const records = parse(text, {
    columns: false,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
    delimiter,
    to,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return records
    .map(({ record, info }) => ({ cells: record, number: info.lines }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
}

/** Lines of a text from its first, as many as asked for; -1: all of them. */
function divided(text: string, delimiter: string, to: number): Divided {
  let header: readonly string[] = [];
  try {
    header = read(text, delimiter, 1)[0]?.cells ?? [];
    const [first, ...lines] = read(text, delimiter, to);
    return { delimiter, header: first?.cells ?? [], lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { delimiter, header, lines: [], error };
  }
}

/** Cells up to the last that is not empty. */
function widthOf(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell !== '') + 1;
}

/** Whether a row has a cell for each named column, and nothing where no column is named. */
function fits(header: readonly string[], cells: readonly string[]): boolean {
  const named = widthOf(header);
  return cells.length >= named && widthOf(cells) <= Math.max(named, header.length);
}

/**
 * A table of comma, semicolon or tab separated values. The delimiter is that which makes names of the columns that are
 * looked for, and rows as long as the line of names; `sep=` in the first line, as Excel reads it, says it by itself. Cells
 * beyond the named columns are left out where they are empty. Throws a UsageError that names file and line, and quotes no
 * cell.
 *
 * @param found how many of the columns that are looked for a line of names has
 */
export function readDelimited(
  file: string,
  text: string,
  found: (columns: readonly string[]) => number,
): Table {
  const said = /^sep=(.)\r?\n/i.exec(text);
  const body = said === null ? text : text.slice(said[0].length);
  const ways = (said === null ? DELIMITERS : [said[1]])
    .map((delimiter) => divided(body, delimiter, LINES_TRIED))
    .map((way) => ({
      ...way,
      found: found(way.header),
      even: way.lines.filter(({ cells }) => fits(way.header, cells)).length / Math.max(1, way.lines.length),
    }));
  // The sort is stable: a comma where nothing tells another.
  const [best] = ways.sort(
    (a, b) =>
      b.found - a.found ||
      Number(a.error !== undefined) - Number(b.error !== undefined) ||
      Number(b.header.length > 1) - Number(a.header.length > 1) ||
      b.even - a.even ||
      b.header.length - a.header.length,
  );
  const { header, lines, error } = divided(body, best.delimiter, -1);
  // The library's message may quote a cell.
  const invalid = (code: string, line: number) =>
    new UsageError(`${file}: is no valid CSV (${code}, line ${line + (said === null ? 0 : 1)})`);
  if (error !== undefined) throw invalid(error.code, Number(error.lines));
  const uneven = lines.find(({ cells }) => !fits(header, cells));
  if (uneven !== undefined) throw invalid('CSV_RECORD_INCONSISTENT_COLUMNS', uneven.number);
  return { columns: header, rows: lines.map(({ cells }) => cells) };
}
