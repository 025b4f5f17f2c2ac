// Bundles the pages of src/pages for the browser into dist/pages: NAME.js with all that it needs, NAME.css, the licences
// of the packages in it, and the HTML of the viewer. Takes away what an earlier build left there.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = path.join(root, 'dist/pages');
mkdirSync(out, { recursive: true });

const written = new Set();
function write(name, text) {
  writeFileSync(path.join(out, name), text);
  written.add(name);
}

/** The folder of the package that a module is of; undefined for a module of this project. */
function packageOf(module) {
  const at = module.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const parts = module.slice(at + 'node_modules/'.length).split('/');
  const name = parts.slice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
  return path.join(module.slice(0, at), 'node_modules', name);
}

/** Name, version and licence of a package, and the text that its licence asks to be kept. */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  return { name: `${name} ${version} (${license})`, text };
}

/** Notices of packages, each text once. */
function noticesOf(folders) {
  const groups = Map.groupBy(folders.sort().map(noticeOf), ({ text }) => text);
  return [...groups]
    .map(([text, packages]) => `${packages.map(({ name }) => name).join('\n')}\n\n${text}\n`)
    .join('\n----\n\n');
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
  // Modules of the bundler itself lie in no folder.
  const packages = [...new Set(Object.keys(modules).map(packageOf))].filter(
    (folder) => folder !== undefined && existsSync(folder),
  );
  write(`${page}.js`, code);
  write(`${page}.licences.txt`, noticesOf(packages));
  write(`${page}.css`, styleOf(path.join(source, 'style.css')));
}
// The page of the report is put together by what writes it.
write('viewer.html', readFileSync(path.join(root, 'src/pages/viewer/viewer.html')));
for (const name of readdirSync(out)) if (!written.has(name)) rmSync(path.join(out, name));
