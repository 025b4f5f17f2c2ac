// After tsc: makes the command line executable and writes the JSON Schemas of every file that swinprep writes.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { JSON_FILES, jsonSchemaOf, schemaFile } from '../dist/json-schema/json-schemas.js';

const dist = new URL('../dist/', import.meta.url);

chmodSync(new URL('cli.js', dist), 0o755);
mkdirSync(new URL('schemas/', dist), { recursive: true });
for (const file of JSON_FILES) {
  const text = `${JSON.stringify(jsonSchemaOf(file), null, 2)}\n`;
  writeFileSync(new URL(`schemas/${schemaFile(file)}`, dist), text);
}
