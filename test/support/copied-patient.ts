import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withElements } from './edited-file.ts';
import { PATIENT_ID } from './layouts.ts';

/** Copies a patient's folder to another name beside it, which its files then name as well. */
export function copyPatient(raw: string, like: string, newcomer: string): void {
  const folder = join(raw, newcomer);
  cpSync(join(raw, like), folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path, withElements(readFileSync(path), { [PATIENT_ID]: newcomer }));
  }
}
