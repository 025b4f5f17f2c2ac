/**
 * `azurite-server.ts RAW`: an Azurite in memory with the files of a folder in `bench/raw`. Prints its URL when it is ready
 * and ends when its standard input does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startAzurite } from '../../src/demo/embedded-azurite.ts';
import { openStore } from '../../src/storage/open.ts';

const [, , raw] = process.argv;
const azurite = await startAzurite();
const store = await openStore(`${azurite.url}/bench/raw`);
for (const entry of readdirSync(raw, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  await store.write(relative(raw, file).replaceAll('\\', '/'), readFileSync(file));
}
process.stdout.write(`${azurite.url}\n`);
process.stdin.resume().on('end', () => process.exit(0));
