import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { temporaryFolder } from '../cli.ts';

const SCRIPT = path.join(import.meta.dirname, '../../../scripts/build-function.js');

export interface FunctionApp {
  /** Where the archive that is deployed has been unpacked, far from any node_modules. */
  readonly folder: string;
  readonly files: readonly string[];
  remove(): void;
}

/** Builds the function app, and unpacks the archive as Azure does. */
export function buildFunctionApp(): FunctionApp {
  const out = temporaryFolder();
  execFileSync(process.execPath, [SCRIPT, out]);
  const folder = path.join(out, 'unpacked');
  const entries = Object.entries(unzipSync(readFileSync(path.join(out, 'swinprep-function.zip'))));
  for (const [name, bytes] of entries) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  return {
    folder,
    files: entries.map(([name]) => name),
    remove: () => rmSync(out, { recursive: true }),
  };
}
