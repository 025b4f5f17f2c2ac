// Bundles what tsc made of src in build/ into dist: the command line, the process that stays, worker threads and the work of each
// step on a patient, with most packages in them. Every step is a process with threads of its own, and to load a thousand
// modules takes it longer than many a patient. Takes away what an earlier build left in dist, but for its pages, kernels
// and schemas.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { licencesOf } from './licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = path.join(root, 'build');
const dist = path.join(root, 'dist');

const steps = readdirSync(path.join(modules, 'steps'))
  .map((step) => `steps/${step}/patient`)
  .filter((work) => existsSync(path.join(modules, `${work}.js`)));
const entries = ['cli', 'step-process', 'runner/worker', ...steps];

/** Packages that find files of their own beside their code. */
const EXTERNAL = [/^tinypool/, /^azurite/, /^@cornerstonejs\//];

const PLACES = '\0places';

/** Has a module find files as if it lay in dist under its own name, whatever chunk it is in: chunks lie in one folder there. */
const ownPlaces = {
  name: 'own-places',
  resolveId: (id) => (id === PLACES ? { id: PLACES } : undefined),
  load: (id) =>
    id === PLACES
      ? 'export const placeOf = (file) => new URL(file, new URL("..", import.meta.url)).href;'
      : undefined,
  transform(code, id) {
    if (!id.startsWith(modules) || !code.includes('import.meta.url')) return undefined;
    const file = path.relative(modules, id).split(path.sep).join('/');
    const placed = code.replaceAll('import.meta.url', `placeOf$(${JSON.stringify(file)})`);
    return { code: `import { placeOf as placeOf$ } from '${PLACES}';\n${placed}`, map: null };
  },
};

const LATER = '\0later/';

/** Of what yargs is made of: what lays out its help, and takes longer to load than all the rest. */
const FOR_HELP = ['cliui', 'string-width'];

/** Loads packages that yargs needs for its help when it calls them: most processes never show any. */
const laterForHelp = {
  name: 'later-for-help',
  resolveId: (id, importer) =>
    FOR_HELP.includes(id) && importer?.includes('/node_modules/yargs/')
      ? { id: `${LATER}${id}`, moduleSideEffects: false }
      : undefined,
  load(id) {
    if (!id.startsWith(LATER)) return undefined;
    // A module that is required is loaded where that is called.
    const file = JSON.stringify(fileURLToPath(import.meta.resolve(id.slice(LATER.length))));
    return `module.exports = (...args) => { const it = require(${file}); return (it.default ?? it)(...args); };`;
  },
};

const { output } = await build({
  input: Object.fromEntries(entries.map((entry) => [entry, path.join(modules, `${entry}.js`)])),
  platform: 'node',
  external: EXTERNAL,
  plugins: [ownPlaces, laterForHelp],
  logLevel: 'warn',
  output: {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: { groups: [{ name: 'places', test: (id) => id === PLACES }] },
    comments: { legal: true, annotation: false, jsdoc: false },
  },
});

const licences = path.join(dist, 'licences.txt');
writeFileSync(licences, licencesOf(output.flatMap(({ modules }) => Object.keys(modules ?? {}))));

const made = new Set([licences, ...output.map(({ fileName }) => path.join(dist, fileName))]);
const KEPT = ['pages', 'schemas', 'kernels.wasm'].map((name) => path.join(dist, name));
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  const kept = KEPT.some((place) => file === place || file.startsWith(`${place}${path.sep}`));
  if (entry.isFile() && !kept && !made.has(file)) rmSync(file);
}
