/** `npm run bench -- [options]`: swinprep, its peers and the floor, measured side by side; see README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hasSharedData } from '../support/shared-data.ts';
import { barsOf, COMMIT_BEFORE, ROWS_OF_BARS } from './bars.ts';
import { type CampaignOptions, listRows, runCampaign } from './campaign.ts';
import { reportOf } from './report.ts';
import type { BenchResult } from './result.ts';
import { stagePlot } from './stage-plot.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    cases: { type: 'string' },
    'few-cases': { type: 'string' },
    bars: { type: 'boolean', default: false },
    before: { type: 'string' },
    cohort: { type: 'string', default: hasSharedData ? 'lung1' : 'generated' },
    'grid-size': { type: 'string' },
    long: { type: 'boolean', default: false },
    scratch: { type: 'string' },
    json: { type: 'string' },
    plot: { type: 'string' },
    from: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

function whole(name: 'rounds' | 'cases' | 'few-cases' | 'grid-size', otherwise?: number): number {
  const number = Number(values[name] ?? otherwise);
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

/** Those named, and with `--bars` those that the bars need. */
function rowsWanted(): readonly string[] | undefined {
  const named = values.rows?.split(',');
  return values.bars ? [...new Set([...ROWS_OF_BARS, ...(named ?? [])])] : named;
}

/** The table, and the plot where one is asked for. */
function show(result: BenchResult): void {
  process.stdout.write(reportOf(result));
  if (values.plot !== undefined) writeFileSync(values.plot, stagePlot(result));
}

try {
  const cases = whole('cases', 12);
  const options: CampaignOptions = {
    cohort: cohortOf(values.cohort),
    cases,
    // The bars are of as many cases for everyone.
    fewCases: whole('few-cases', values.bars ? cases : 2),
    rounds: whole('rounds'),
    rows: rowsWanted(),
    before: values.before ?? (values.bars ? COMMIT_BEFORE : undefined),
    long: values.long,
    gridSize: values['grid-size'] === undefined ? undefined : whole('grid-size'),
    scratch: values.scratch,
    say: (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
  };
  if (values.list) {
    for (const { name, title } of listRows(options)) process.stdout.write(`${name.padEnd(21)} ${title}\n`);
  } else if (values.from !== undefined) {
    const earlier: BenchResult = JSON.parse(readFileSync(values.from, 'utf8'));
    show({ ...earlier, bars: barsOf(earlier.rows) });
  } else {
    const result = await runCampaign(options);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
    show(result);
    process.exitCode = result.failed.length === 0 ? 0 : 1;
  }
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`);
  process.exitCode = 1;
}
