import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';

/** A folder for the running test, which goes with it; a test that fails leaves it to be looked at. */
export function scratchFolder(): string {
  const folder = temporaryFolder();
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`left for inspection: ${folder}\n`);
    else rmSync(folder, { recursive: true });
  });
  return folder;
}
