import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'fflate';
import { counted } from '../counted.ts';
import { asIs, type Html, html } from './html.ts';
import type { PageData } from './page-data.ts';
import { staticSections } from './sections.ts';

/** In the folder of the manifest. */
export const REPORT_FILE = 'report/index.html';

/** What `npm run build` made of src/pages. */
const asset = (name: string): string =>
  readFileSync(new URL(`../../dist/pages/${name}`, import.meta.url), 'utf8');

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Raw DEFLATE of JSON, by JavaScript: the bytes are the same on every machine and Node version. */
const deflated = (data: PageData): Uint8Array =>
  deflateSync(new TextEncoder().encode(JSON.stringify(data)), { level: 9 });

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * A bundled script or sheet as it may stand within its element: what would end or turn that element stands in strings and
 * regular expressions alone, where `\x3c` (`\3c ` in CSS) is the same character.
 */
export const inlined = {
  script: (source: string): string => source.replace(/<(?=!--|\/?script)/gi, '\\x3c'),
  style: (source: string): string => source.replace(/<(?=\/style)/gi, '\\3c '),
};

/** The script and the sheet of the page as they stand in it. */
const inPage = () => ({
  script: inlined.script(asset('report.js')),
  style: inlined.style(asset('report.css')),
});

/** What the page may do. Only one that the server of the review gives has somebody to ask. */
export function reportPolicy(served: boolean, { script, style } = inPage()): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    `img-src blob: data:${served ? " 'self'" : ''}`,
    ...(served ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** `report/index.html`: one file that asks for nothing from anywhere. The same data give the same bytes. */
export function reportPage(data: PageData, sheets: readonly Uint8Array[] = []): Uint8Array {
  const { script, style } = inPage();
  const policy = reportPolicy(data.review !== null, { script, style });
  const { summary, swinprep_version } = data.manifest;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>swinprep report: ${counted(summary.num_ok, 'patient')}</title>
<style>${asIs(style)}</style>
</head>
<body>
<header>
<h1>swinprep report</h1>
<p>${counted(summary.num_ok, 'patient')} with an ROI, ${summary.num_excluded} left out; by swinprep ${swinprep_version}.</p>
${WITHOUT_SCRIPT}
</header>
<main id="report">
${staticSections(data.manifest)}<section id="distributions"></section>
<section id="patients"></section>
<section id="changes"></section>
</main>
<script type="text/plain" id="licences">${licences()}</script>
<script type="text/plain" id="data">${base64(deflated(data))}</script>
${sheets.map((sheet, i) => html`<script type="text/plain" id="sheet-${i}">${base64(sheet)}</script>\n`)}<script type="module">${asIs(script)}</script>
</body>
</html>
`;
  return new TextEncoder().encode(page.source);
}

const WITHOUT_SCRIPT = html`<noscript>
<p>Plots, the table of patients with their pictures, and what has changed since the last run take JavaScript, which does not
run here. The same is in the files beside this one: <code>contact_sheet.png</code> has the pictures,
<code>manifest.json</code>, <code>failures.json</code> and <code>roi_changes.json</code> all of the data.</p>
</noscript>`;

/** What the licences of the packages in the script ask to be kept. Its text is not rendered; `<` is escaped. */
function licences(): Html {
  return html`${asset('report.licences.txt')}`;
}
