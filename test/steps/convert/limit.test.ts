import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJson, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { writePhantoms } from '../../support/phantoms.ts';

test('convert --limit takes the first patients by id and says so', async () => {
  const work = temporaryFolder();
  await writePhantoms(join(work, 'in'), 2);
  const places = ['--raw', join(work, 'in/raw'), '--interim', join(work, 'interim')];
  const args = ['convert', ...places, '--cases', join(work, 'cases'), '--limit', '1'];
  const { stderr } = await inProcess.command(args);
  expect(stderr).toContain('--limit: 1 of 2 patients, the first by id');
  const { cases } = readJson<{ cases: { patient_id: string }[] }>(work, 'cases/cases.json');
  expect(cases.map(({ patient_id }) => patient_id)).toEqual(['PHANTOM-001']);
});
