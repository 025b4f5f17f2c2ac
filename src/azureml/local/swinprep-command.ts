import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { quoted } from './job-process.ts';

/**
 * Makes a folder with a program `swinprep` that runs the script `cli` in this Node, so that the command of a
 * component.yml runs here as it does in the image, where `swinprep` is on the PATH.
 */
export async function installSwinprepCommand(
  cli: string,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'swinprep-bin-'));
  const program = [process.execPath, path.resolve(cli)].map(quoted).join(' ');
  // `exec`: the process that the caller knows, and signals, is Node itself.
  await writeFile(path.join(folder, 'swinprep'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
