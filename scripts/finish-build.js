// After tsc: makes the command line executable, writes the JSON Schemas of every file that swinprep writes, and takes away
// what earlier sources were built to, but for the pages, which build-pages.js keeps. Not before: a run or a test of this checkout may
// be reading dist.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { JSON_FILES, jsonSchemaOf, schemaFile } from '../dist/json-schema/json-schemas.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const schemas = path.join(dist, 'schemas');

chmodSync(path.join(dist, 'cli.js'), 0o755);
mkdirSync(schemas, { recursive: true });
for (const file of JSON_FILES) {
  const text = `${JSON.stringify(jsonSchemaOf(file), null, 2)}\n`;
  writeFileSync(path.join(schemas, schemaFile(file)), text);
}

const written = new Set([
  path.join(dist, 'kernels.wasm'),
  ...JSON_FILES.map((file) => path.join(schemas, schemaFile(file))),
]);
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.parentPath === path.join(dist, 'pages')) continue;
  const file = path.join(entry.parentPath, entry.name);
  const source = path.relative(dist, file).replace(/\.(d\.ts|js|js\.map)$/, '.ts');
  if (!written.has(file) && !existsSync(path.join(root, 'src', source))) rmSync(file);
}
