/** `npm run fuzz -- --seed S --cases N [--only K]`: as many damaged files as wanted. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '10000' },
    only: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

const seed = Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const { cases, outcomes, failures } = await runCampaign({
  seed,
  first: only ?? 0,
  end: only === undefined ? Number(values.cases) : only + 1,
  processes: only === undefined ? Number(values.processes) : 1,
  progress: (done) => process.stderr.write(`${done} cases\r`),
});

const counts = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, n]) => `${n} ${outcome}`);
process.stdout.write(`seed ${seed}: ${cases} cases: ${counts.join(', ')}\n`);
for (const { index, what } of failures)
  process.stdout.write(`\nFAILED, again by: npm run fuzz -- --seed ${seed} --only ${index}\n${what}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
