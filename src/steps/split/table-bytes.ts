import { UsageError } from '../../errors.ts';

/** A table as it was read: the names of its columns, and its rows with as many cells as there are columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function startsWith(bytes: Uint8Array, ...signature: number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** Kinds of file that hold tables too, by their first bytes. */
function otherKind(bytes: Uint8Array): string | undefined {
  // OLE2 compound file: Excel before 2007, or a workbook under a password.
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0))
    return 'an Excel workbook of before 2007, or one with a password';
  if (startsWith(bytes, 0x50, 0x41, 0x52, 0x31)) return 'a Parquet file'; // PAR1
  if (startsWith(bytes, 0x1f, 0x8b)) return 'a gzip file';
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200)).trimStart().toLowerCase();
  if (head.startsWith('<!doctype') || head.startsWith('<html') || head.startsWith('<?xml'))
    return 'a web page or XML';
  if (head.startsWith('pk\x03\x04') && head.includes('application/vnd.oasis.opendocument'))
    return 'an OpenDocument spreadsheet';
  return undefined;
}

/** Whether a file is a zip archive, as an Excel workbook is. */
export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, 0x50, 0x4b, 0x03, 0x04);
}

/** Throws a UsageError that says what to do where the bytes are of another kind of file with tables. */
export function assertReadable(file: string, bytes: Uint8Array): void {
  const kind = otherKind(bytes);
  if (kind !== undefined)
    throw new UsageError(
      `${file}: is ${kind}, which is not read: save the table as .xlsx, or as CSV in UTF-8`,
    );
}

/**
 * The text of a file, in the encoding that its byte order mark tells, or in UTF-8. `Unicode text` of Excel is UTF-16.
 * Throws a UsageError where it is no text.
 */
export function decodeText(file: string, bytes: Uint8Array): string {
  const encoding = startsWith(bytes, 0xff, 0xfe)
    ? 'utf-16le'
    : startsWith(bytes, 0xfe, 0xff)
      ? 'utf-16be'
      : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  if (text.includes('\0'))
    throw new UsageError(`${file}: is no text: save the table as .xlsx, or as CSV in UTF-8`);
  return text;
}
