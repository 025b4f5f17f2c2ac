import type { Argv } from 'yargs';
import { pinLabels } from '../../azureml/arm/assets/pinned-inputs.ts';
import { connect } from '../../azureml/arm/connect.ts';
import { contentFingerprint } from '../../azureml/arm/content-fingerprint.ts';
import { withContent } from '../../azureml/arm/content-input.ts';
import type { WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import { jobStatus } from '../../azureml/arm/jobs.ts';
import { uriResolver } from '../../azureml/arm/resolve-uri.ts';
import { prepareJob } from '../../azureml/arm/submit.ts';
import { readyJob, readySchedule, readyScheduleRequest } from '../../azureml/request-bodies/requests.ts';
import { parseSettings } from '../../azureml/yaml/input-value.ts';
import { fingerprintOptions, runOptions } from '../options/options.ts';
import { dataOptions, registerData } from './azure-data.ts';
import { lint, registerFiles } from './azure-files.ts';
import { showLogs, showStatus, submit } from './azure-jobs.ts';
import { say, tell } from './command.ts';

const set = { set: runOptions.set } as const;
const follow = {
  follow: { type: 'boolean', default: false, description: 'Stay and show every change until the job ends' },
  poll: { type: 'number', default: 15, description: 'Seconds between two looks' },
} as const;
const job = {
  type: 'string',
  demandOption: true,
  description: 'Name of the job, as submit printed it',
} as const;
const file = (description: string) => ({ type: 'string', demandOption: true, description }) as const;

/** The commands below `swinprep azure`, which have the options of the workspace already; `done` takes the exit code. */
export function azureCommands(
  yargs: Argv<WorkspaceOptions>,
  done: (exitCode: number) => void,
): Argv<WorkspaceOptions> {
  return yargs
    .command(
      'lint [files..]',
      'Check Azure ML files: keys, names, commands, bindings and their types, triggers',
      (y) =>
        y.positional('files', {
          type: 'string',
          array: true,
          default: [] as string[],
          description: 'YAML files; by default all that come with swinprep',
        }),
      async (argv) => done(await lint(argv.files)),
    )
    .command(
      'register [files..]',
      'Register environment and components; what is there and the same is left alone',
      (y) =>
        y
          .positional('files', {
            type: 'string',
            array: true,
            default: [] as string[],
            description: 'environment.yml, component.yml; by default those of swinprep',
          })
          .options({
            image: {
              type: 'string',
              requiresArg: true,
              description: 'Image of the environment, such as REGISTRY.azurecr.io/swinprep:VERSION',
            },
          }),
      async (argv) => registerFiles(argv.files, argv.image, argv),
    )
    .command(
      'submit <pipeline>',
      'Start a pipeline; prints the name of the job',
      (y) =>
        y.positional('pipeline', file('Pipeline YAML, such as pipelines/smoke.yml')).options({
          ...set,
          name: { type: 'string', requiresArg: true, description: 'Name of the job (default: a new one)' },
          'retry-preempted': {
            type: 'number',
            default: 0,
            description:
              'Submit again, up to so many times, when the job fails, unless Azure ML says of every failed step, on one node, that its command ended with an error',
          },
          content: {
            type: 'boolean',
            default: true,
            description:
              'Fill the input content by the fingerprint of the data (--no-content: leave it unknown)',
          },
          ...follow,
        }),
      async (argv) => {
        const set = parseSettings(argv.set);
        const written = await readyJob(argv.pipeline, set);
        const client = await connect(argv);
        const ready = await pinLabels(client, written, { texts: true, tell });
        const filled = argv.content ? await withContent(ready, set, uriResolver(argv), tell) : ready;
        done(await submit(client, filled, argv));
      },
    )
    .command(
      'fingerprint',
      'The fingerprint of the data that submit gives a job as its input content, from listings',
      (y) => y.options(fingerprintOptions),
      async ({ raw, clinical, ...workspace }) =>
        say(await contentFingerprint(raw, clinical, uriResolver(workspace))),
    )
    .command(
      'status <job>',
      'Where a job and its steps stand',
      (y) => y.positional('job', job).options(follow),
      async (argv) => done(await showStatus(await connect(argv), argv.job, argv.follow, argv.poll)),
    )
    .command(
      'logs <job>',
      'What the steps of a job have printed',
      (y) =>
        y.positional('job', job).options({
          step: { type: 'string', requiresArg: true, description: 'One step alone, such as convert' },
        }),
      async (argv) => showLogs(await connect(argv), argv.job, argv.step),
    )
    .command(
      'cancel <job>',
      'Cancel a job',
      (y) => y.positional('job', job),
      async (argv) => {
        const client = await connect(argv);
        await client.post(`/jobs/${encodeURIComponent(argv.job)}/cancel`);
        say(`${argv.job}: ${(await jobStatus(client, argv.job)).state}`);
      },
    )
    .command(
      'schedule <file>',
      'Create or replace a schedule',
      (y) => y.positional('file', file('Schedule YAML, such as pipelines/rerun-nightly.yml')).options(set),
      async (argv) => {
        const written = await readySchedule(argv.file, parseSettings(argv.set));
        const client = await connect(argv);
        const ready = await pinLabels(client, written, { texts: false, tell });
        const request = readyScheduleRequest(ready, client.workspace, await prepareJob(client, ready));
        await client.put(request);
        say(`${request.path.slice(1)}: created or replaced`);
      },
    )
    .command(
      'data <file>',
      'Register a data asset, a set of ROIs with its lineage as tags; the same version again must be the same',
      (y) => y.positional('file', file('Data YAML, such as pipelines/roi-data.yml')).options(dataOptions),
      async (argv) => registerData(argv),
    )
    .demandCommand(1, 1, 'Give a command of azure; --help lists them.');
}
