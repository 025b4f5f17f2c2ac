import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, readJson, temporaryFolder } from '../../support/cli.ts';

test('convert --limit takes the first patients by id and says so', async () => {
  const work = temporaryFolder();
  await cli(['phantom', '--patients', '2', '--full', '0', '--out', join(work, 'in')]);
  const places = ['--raw', join(work, 'in/raw'), '--interim', join(work, 'interim')];
  const { stderr } = await cli(['convert', ...places, '--cases', join(work, 'cases'), '--limit', '1']);
  expect(stderr).toContain('--limit: 1 of 2 patients, the first by id');
  const { cases } = readJson<{ cases: { patient_id: string }[] }>(work, 'cases/cases.json');
  expect(cases.map(({ patient_id }) => patient_id)).toEqual(['PHANTOM-001']);
});
