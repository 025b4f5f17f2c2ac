import { type Html, html } from './html.ts';

/** A table for people: rows with a heading cell each, numbers to the right. */
export function htmlTable(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly [heading: string | Html, ...cells: (string | number)[]])[],
): Html {
  const heads = header.map((text) => html`<th scope="col">${text}</th>`);
  return html`<table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map(([heading, ...cells]) => html`<tr><th scope="row">${heading}</th>${cells.map(cell)}</tr>\n`)}</tbody>
</table>`;
}

function cell(value: string | number): Html {
  return typeof value === 'number' ? html`<td class="number">${value}</td>` : html`<td>${value}</td>`;
}
