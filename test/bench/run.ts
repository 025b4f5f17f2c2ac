/** `npm run bench -- [options]`: swinprep, its peers and the floor, measured side by side; see README.md. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hasSharedData } from '../support/shared-data.ts';
import { type CampaignOptions, listRows, runCampaign } from './campaign.ts';
import { reportOf } from './report.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    cases: { type: 'string', default: '12' },
    'few-cases': { type: 'string', default: '2' },
    cohort: { type: 'string', default: hasSharedData ? 'lung1' : 'generated' },
    'grid-size': { type: 'string' },
    long: { type: 'boolean', default: false },
    scratch: { type: 'string' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

function whole(name: 'rounds' | 'cases' | 'few-cases' | 'grid-size'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name}: must be a whole number from 1 on`);
  return number;
}

function cohortOf(name: string): CampaignOptions['cohort'] {
  if (name !== 'lung1' && name !== 'generated') throw new Error('--cohort: lung1 or generated');
  if (name === 'lung1' && !hasSharedData)
    throw new Error('--cohort lung1: the real patients are not here; see README.md');
  return name;
}

try {
  const options: CampaignOptions = {
    cohort: cohortOf(values.cohort),
    cases: whole('cases'),
    fewCases: whole('few-cases'),
    rounds: whole('rounds'),
    rows: values.rows?.split(','),
    long: values.long,
    gridSize: values['grid-size'] === undefined ? undefined : whole('grid-size'),
    scratch: values.scratch,
    say: (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
  };
  if (values.list) {
    for (const { name, title } of listRows(options)) process.stdout.write(`${name.padEnd(18)} ${title}\n`);
  } else {
    const result = await runCampaign(options);
    process.stdout.write(reportOf(result));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
    process.exitCode = result.failed.length === 0 ? 0 : 1;
  }
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`);
  process.exitCode = 1;
}
