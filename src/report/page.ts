import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { PageData } from './page-data.ts';

/** What `npm run build` made of src/pages. */
const asset = (name: string): string =>
  readFileSync(new URL(`../../dist/pages/${name}`, import.meta.url), 'utf8');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** `report/index.html`: one file that asks for nothing from anywhere. */
export function reportPage(data: PageData, sheets: readonly Uint8Array[] = []): Uint8Array {
  const [script, style] = [asset('report.js'), asset('report.css')];
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const json = deflateRawSync(JSON.stringify(data)).toString('base64');
  const blocks = sheets.map(
    (sheet, i) =>
      `<script type="text/plain" id="sheet-${i}">${Buffer.from(sheet).toString('base64')}</script>`,
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>swinprep report</title>
<style>${style}</style>
</head>
<body>
<main id="report"></main>
<script type="text/plain" id="data">${json}</script>
${blocks.join('\n')}
<script type="module">${script}</script>
</body>
</html>
`;
  return new TextEncoder().encode(html);
}
