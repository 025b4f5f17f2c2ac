import type { Argv } from 'yargs';
import type { WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import { UsageError } from '../../errors.ts';
import { estimate } from '../../estimate/estimate.ts';
import { encodeJson } from '../../records/json.ts';
import { estimateLines } from '../lines/estimate.ts';
import { progressReport } from '../lines/progress.ts';
import { URI_FORMS } from '../options/shared-options.ts';
import { say } from './command.ts';

const number = (description: string) => ({ type: 'number', requiresArg: true, description }) as const;
const text = (description: string) => ({ type: 'string', requiresArg: true, description }) as const;

const OPTIONS = {
  raw: { ...text(`Raw data, as --raw of convert: ${URI_FORMS}`), demandOption: true },
  config: text('YAML file with the configuration of the run: it says how patients are found and named'),
  prices: {
    ...text('YAML file with your prices, as infra/prices.example.yml has them (a path or URI)'),
    demandOption: true,
  },
  nodes: { ...number('Nodes that work at a time'), demandOption: true },
  cores: { ...number('Cores of a node'), demandOption: true },
  'start-minutes': {
    ...number('Minutes from asking for a node to its first patient'),
    demandOption: true,
  },
  'idle-minutes': {
    ...number('Minutes that a node waits for more work and is paid for (idleTime of the cluster)'),
    demandOption: true,
  },
  'serverless-start-minutes': number(
    'The same from asking for a serverless node, which every step does anew; default: --start-minutes',
  ),
  'repeated-work': {
    ...number(
      'Share of the work that is done again since nodes are taken away, such as 0.1; of dedicated nodes none is',
    ),
    default: 0,
  },
  measured: text('Artifacts of a run with --profile, by which the work is told'),
  'core-minutes': number('Instead: minutes of one core a patient'),
  'core-seconds-per-gb': number('Instead: seconds of one core a GB of raw data'),
  interim: text(
    'Where a run over some of the patients has put its volumes: what is stored is taken from there',
  ),
  roi: text('Where it has put the ROIs'),
  'interim-ratio': number('Instead: bytes in interim for each byte of raw data'),
  'roi-ratio': number('Instead: bytes in roi for each byte of raw data'),
  'egress-gb': { ...number('GB that will leave the region'), default: 0 },
  json: { type: 'boolean', default: false, description: 'Print one JSON document' },
} as const;

/** Options that may not be 0. */
const ABOVE_ZERO = ['nodes', 'cores', 'core-minutes', 'core-seconds-per-gb', 'interim-ratio', 'roi-ratio'];
const FROM_ZERO = ['start-minutes', 'serverless-start-minutes', 'idle-minutes', 'repeated-work', 'egress-gb'];

function checkAmounts(argv: Record<string, unknown>): true {
  for (const name of [...ABOVE_ZERO, ...FROM_ZERO]) {
    const value = argv[name];
    if (value === undefined) continue;
    if (!(Number(value) >= 0) || (ABOVE_ZERO.includes(name) && value === 0))
      throw new UsageError(
        `--${name}: must be a number ${FROM_ZERO.includes(name) ? 'from 0 on' : 'above 0'}`,
      );
  }
  for (const name of ['nodes', 'cores'])
    if (!Number.isInteger(argv[name])) throw new UsageError(`--${name}: must be a whole number`);
  return true;
}

/** `swinprep azure estimate`, which asks no Azure but the store of the cohort. */
export function estimateCommand(y: Argv<WorkspaceOptions>): Argv<WorkspaceOptions> {
  return y.command(
    'estimate',
    'What a first run over a cohort takes and costs, on a cluster or serverless, from a listing, a measured run and your prices',
    (command) => command.options(OPTIONS).check(checkAmounts),
    async (argv) => {
      const found = await estimate({ ...argv, coresPerNode: argv.cores, report: progressReport() });
      if (argv.json) say(new TextDecoder().decode(encodeJson(found)).trimEnd());
      else for (const line of estimateLines(found)) say(line);
    },
  );
}
