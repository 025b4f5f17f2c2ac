/**
 * First characters that make a spreadsheet take a cell for a formula, the full-width ones too; behind apostrophes as well, so
 * that one in front can be told from those of the text.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A field by RFC 4180. What a spreadsheet would run as a formula gets an apostrophe in front. */
function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What `field` was given, once a reader of CSV has taken the quotes away. */
export function withoutApostrophe(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/**
 * A table for people (RFC 4180, CRLF). A byte order mark stands in front where there is more than ASCII, without which Excel
 * takes it for another encoding.
 */
export function csvTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const text = [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
  return /[^\0-\x7f]/.test(text) ? `\ufeff${text}` : text;
}
