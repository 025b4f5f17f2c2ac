import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from '../support/cli.ts';
import { elementBytes, part10Bytes } from '../support/dicom/encoded-dicom.ts';
import { codeBlocks, readDocument } from '../support/documents.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** What a header tells of whose a file is. */
function headerOf(patientId: string, series: string): Uint8Array {
  const elements = elementBytes([
    [0x00080060, 'CS', 'CT'],
    [0x00100020, 'LO', patientId],
    [0x00120062, 'CS', 'YES'],
    [0x0020000d, 'UI', `${series}.1`],
    [0x0020000e, 'UI', series],
    [0x7fe00010, 'OW', new Uint8Array(0)],
  ]);
  return part10Bytes('1.2.840.10008.1.2.1', elements);
}

/** Files of the names and sizes that TCIA's table of series tells, with as much in them as tells the patient. */
function writeListedCohort(folder: string): void {
  const text = readFileSync(shared('tables/tcia_metadata.csv'));
  const table = parse<Record<string, string>>(text, { columns: true, bom: true });
  for (const row of table) {
    const [size, unit] = row['File Size'].split(' ');
    const files = Number(row['Number of Images']);
    const series = join(folder, row['Subject ID'], row['Series UID']);
    mkdirSync(series, { recursive: true });
    const header = headerOf(row['Subject ID'], row['Series UID']);
    for (let i = 0; i < files; i++) {
      const file = openSync(join(series, `${i}.dcm`), 'w');
      writeSync(file, header);
      ftruncateSync(file, Math.floor((Number(size) * UNITS[unit]) / files));
      closeSync(file);
    }
  }
}

test.skipIf(!hasSharedData)('the worked estimates for 422 patients are what the command prints', async () => {
  const readme = readDocument('infra/README.md');
  const folder = temporaryFolder();
  const [raw, ...files] = ['raw', 'prices.yml', 'compared.yml'].map((name) => join(folder, name));
  writeListedCohort(raw);
  const prices = codeBlocks(readme, 'yaml');
  expect(prices).toHaveLength(files.length);
  for (const [i, file] of files.entries()) writeFileSync(file, prices[i]);
  const shown = codeBlocks(readme, 'console').map((block) => /^\$ swinprep (.*)\n([\s\S]*)$/.exec(block)!);
  expect(shown).toHaveLength(4);
  for (const [, command, output] of shown) {
    const args = command
      .split(' ')
      .map((arg) => ({ RAW: raw, 'prices.yml': files[0], 'compared.yml': files[1] })[arg] ?? arg);
    expect((await cli(args)).stdout).toBe(output);
  }
  rmSync(folder, { recursive: true });
});
