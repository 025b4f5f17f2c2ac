import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { temporaryFolder } from '../support/cli.ts';

/**
 * A temporary folder with what lies in `sources`, and the packages that its package.json pins. Throws an Error with what npm
 * says where they cannot be had.
 */
export function withNodePackages(sources: string): string {
  const folder = temporaryFolder();
  cpSync(sources, folder, { recursive: true });
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm could not install what ${sources} pins: ${stderr}`);
  return folder;
}
