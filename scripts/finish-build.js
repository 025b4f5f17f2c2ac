// After all else: makes the command line executable, writes the JSON Schemas of every file that swinprep writes, and takes away
// what earlier sources were built to. Not before: a run or a test of this checkout may be reading it.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { JSON_FILES, jsonSchemaOf, schemaFile } from '../build/json-schema/json-schemas.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = path.join(root, 'build');
const schemas = path.join(root, 'dist/schemas');

chmodSync(path.join(root, 'dist/cli.js'), 0o755);
mkdirSync(schemas, { recursive: true });
const written = new Set(JSON_FILES.map(schemaFile));
for (const file of JSON_FILES) {
  const text = `${JSON.stringify(jsonSchemaOf(file), null, 2)}\n`;
  writeFileSync(path.join(schemas, schemaFile(file)), text);
}
for (const name of readdirSync(schemas)) if (!written.has(name)) rmSync(path.join(schemas, name));

for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = path.join(entry.parentPath, entry.name);
  const source = path.relative(modules, file).replace(/\.js(\.map)?$/, '.ts');
  if (!existsSync(path.join(root, 'src', source))) rmSync(file);
}
