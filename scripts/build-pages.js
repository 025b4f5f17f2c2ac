// Bundles the pages of src/pages for the browser into dist/pages: NAME.js with all that it needs, NAME.css, the licences
// of the packages in it, and the HTML of the viewer. Takes away what an earlier build left there.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { licencesOf } from './licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = path.join(root, 'dist/pages');
mkdirSync(out, { recursive: true });

const written = new Set();
function write(name, text) {
  writeFileSync(path.join(out, name), text);
  written.add(name);
}

/** A sheet with those that it imports in their places. */
function styleOf(file) {
  const imported = (_, name) => styleOf(path.join(path.dirname(file), name));
  return readFileSync(file, 'utf8').replace(/^@import "([^"]+)";\n/gm, imported);
}

for (const page of ['report', 'viewer']) {
  const source = path.join(root, 'src/pages', page);
  const { output } = await build({
    input: path.join(source, 'main.ts'),
    platform: 'browser',
    tsconfig: path.join(root, 'tsconfig.pages.json'),
    logLevel: 'warn',
    write: false,
    output: {
      // A module, so that it may await at its top and leaves nothing behind it.
      format: 'esm',
      codeSplitting: false,
      minify: true,
    },
  });
  const [{ code, modules }] = output;
  write(`${page}.js`, code);
  write(`${page}.licences.txt`, licencesOf(Object.keys(modules)));
  write(`${page}.css`, styleOf(path.join(source, 'style.css')));
}
// The page of the report is put together by what writes it.
write('viewer.html', readFileSync(path.join(root, 'src/pages/viewer/viewer.html')));
for (const name of readdirSync(out)) if (!written.has(name)) rmSync(path.join(out, name));
