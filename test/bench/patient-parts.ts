import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A patient's files lie in two folders: most of them are the CT, the other is the mask object. */
export function partsOf(patient: string): { ct: string; maskObject: string } {
  const files = readdirSync(patient, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const count = (folder: string): number => files.filter((file) => dirname(file) === folder).length;
  const [ct] = [...new Set(files.map(dirname))].sort((x, y) => count(y) - count(x));
  return { ct, maskObject: files.find((file) => dirname(file) !== ct) ?? '' };
}
