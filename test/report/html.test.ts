import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asIs, html } from '../../src/report/html.ts';

const NAMED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

test('text that stands in it opens no element and ends no attribute, and is read as it was', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[<>"'&a-z;#/!-]*$/));
  fc.assert(
    fc.property(text, (given) => {
      const { source } = html`<p title="${given}">${[given, given]}</p>`;
      const [, attribute, content] = /^<p title="([^"<>']*)">([^<>"']*)<\/p>$/.exec(source)!;
      const read = (escaped: string): string => escaped.replace(/&[#\w]+;/g, (name) => NAMED[name]);
      expect(read(attribute)).toBe(given);
      expect(read(content)).toBe(given + given);
    }),
  );
});

test('HTML in HTML stays what it is', () => {
  expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>${asIs('<b></b>')}`.source).toBe(
    '<ul><li>1</li><li>2</li></ul><b></b>',
  );
});
