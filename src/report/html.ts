/** HTML as it is written. Only `html` and `asIs` make it, so that no text of the data can be taken for it. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Part = Html | string | number | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function sourceOf(part: Part): string {
  if (part instanceof Html) return part.source;
  if (typeof part === 'object') return part.map(sourceOf).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** HTML with what stands in it: text is escaped, in elements as in quoted attributes, and lists follow each other. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.map((piece, i) => piece + (i < parts.length ? sourceOf(parts[i]) : '')).join(''));
}

/** What is HTML, CSS or a script already. */
export const asIs = (source: string): Html => new Html(source);
