import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'swinprep-tests-';

/** Whether a folder is that of a run of tests. */
export const isScratch = (folder: string): boolean => basename(folder).startsWith(PREFIX);

import { writeCertificate } from './azure/certificate.ts';

/** One folder for all that a run of tests leaves behind, taken away at its end: whole cohorts add up to gigabytes. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  process.env.TMPDIR = folder;
  writeCertificate(folder);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
