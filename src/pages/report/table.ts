import { type Child, element } from '../element.ts';

/** A table for people: rows with a heading cell each, numbers to the right. */
export function table(
  caption: string | null,
  header: readonly string[],
  rows: readonly (readonly [heading: Child, ...cells: Child[]])[],
): HTMLTableElement {
  const isNumber = header.map((_, i) => rows.length > 0 && rows.every((row) => isNumeric(row[i])));
  const kind = (i: number): string | null => (isNumber[i] ? 'number' : null);
  return element(
    'table',
    {},
    ...(caption === null ? [] : [element('caption', {}, caption)]),
    element(
      'thead',
      {},
      element('tr', {}, ...header.map((text, i) => element('th', { scope: 'col', class: kind(i) }, text))),
    ),
    element(
      'tbody',
      {},
      ...rows.map(([heading, ...cells]) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, heading),
          ...cells.map((cell, i) => element('td', { class: kind(i + 1) }, cell)),
        ),
      ),
    ),
  );
}

const isNumeric = (cell: Child): boolean =>
  typeof cell === 'number' || (typeof cell === 'string' && /^-?[\d.]+( %)?$/.test(cell));
