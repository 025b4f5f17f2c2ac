import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCertificate } from './azure/certificate.ts';

/** One folder for all that a run of tests leaves behind, taken away at its end: whole cohorts add up to gigabytes. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'swinprep-tests-'));
  process.env.TMPDIR = folder;
  writeCertificate(folder);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
