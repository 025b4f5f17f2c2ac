import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './cli.ts';

/** Whether the program of ISA-L is here. */
export const hasIgzip = spawnSync('igzip', ['--version']).status === 0;

if (!hasIgzip) {
  process.stderr.write(
    'no igzip on the PATH (Debian: apt install isal): the tests that need it are skipped\n',
  );
}

/** A PATH on which a shell script goes by the name of igzip, before any other. */
export function pathWith(script: string, mode = 0o755): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'igzip'), `#!/bin/sh\n${script}\n`, { mode });
  return `${folder}:${process.env.PATH}`;
}
