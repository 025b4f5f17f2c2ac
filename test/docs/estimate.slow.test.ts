import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from '../support/cli.ts';
import { codeBlocks, readDocument } from '../support/documents.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** Files of the names and sizes that TCIA's table of series tells, with nothing in them and no room taken. */
function writeListedCohort(folder: string): void {
  const text = readFileSync(shared('tables/tcia_metadata.csv'));
  const table = parse<Record<string, string>>(text, { columns: true, bom: true });
  for (const row of table) {
    const [size, unit] = row['File Size'].split(' ');
    const files = Number(row['Number of Images']);
    const series = join(folder, row['Subject ID'], row['Series UID']);
    mkdirSync(series, { recursive: true });
    for (let i = 0; i < files; i++) {
      const file = openSync(join(series, `${i}.dcm`), 'w');
      ftruncateSync(file, Math.floor((Number(size) * UNITS[unit]) / files));
      closeSync(file);
    }
  }
}

test.skipIf(!hasSharedData)('the worked estimates for 422 patients are what the command prints', async () => {
  const readme = readDocument('infra/README.md');
  const folder = temporaryFolder();
  const [raw, prices] = [join(folder, 'raw'), join(folder, 'prices.yml')];
  writeListedCohort(raw);
  writeFileSync(prices, codeBlocks(readme, 'yaml')[0]);
  const shown = codeBlocks(readme, 'console').map((block) => /^\$ swinprep (.*)\n([\s\S]*)$/.exec(block)!);
  expect(shown).toHaveLength(3);
  for (const [, command, output] of shown) {
    const args = command.split(' ').map((arg) => ({ RAW: raw, 'prices.yml': prices })[arg] ?? arg);
    expect((await cli(args)).stdout).toBe(output);
  }
  rmSync(folder, { recursive: true });
});
