import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import type { WorkspaceClient } from '../../azureml/arm/client.ts';
import { connectTo } from '../../azureml/arm/connect.ts';
import { contentFingerprint } from '../../azureml/arm/content-fingerprint.ts';
import { withContent } from '../../azureml/arm/content-input.ts';
import { endedByThemselves } from '../../azureml/arm/failure.ts';
import { findWorkspace, type WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import { followJob, isFinal, type JobStatus, jobStatus, logFiles } from '../../azureml/arm/jobs.ts';
import { register } from '../../azureml/arm/register.ts';
import { uriResolver } from '../../azureml/arm/resolve-uri.ts';
import { prepareJob } from '../../azureml/arm/submit.ts';
import type { ArmRequest } from '../../azureml/bodies/asset-body.ts';
import { componentRequest } from '../../azureml/bodies/component-body.ts';
import {
  jobRequest,
  type ReadyJob,
  readDataRequest,
  readEnvironmentRequest,
  readyJob,
  readySchedule,
  readyScheduleRequest,
} from '../../azureml/bodies/requests.ts';
import { loadComponent } from '../../azureml/yaml/component.ts';
import { parseSettings } from '../../azureml/yaml/input-value.ts';
import { kindOf, lintFiles, yamlFilesIn } from '../../azureml/yaml/lint.ts';
import { UsageError } from '../../errors.ts';
import { fingerprintOptions, runOptions } from '../options/options.ts';

const say = (line: string): void => console.log(line);
const tell = (line: string): void => console.error(line);

const shipped = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
/** The components and pipelines that come with swinprep. */
const FOLDERS = ['components', 'pipelines'].map(shipped);

async function connect(options: WorkspaceOptions): Promise<WorkspaceClient> {
  return connectTo(await findWorkspace(options));
}

/** `swinprep azure lint`. Returns the exit code. */
async function lint(given: readonly string[]): Promise<number> {
  const files = given.length > 0 ? given : await yamlFilesIn(FOLDERS);
  const { checked, problems } = await lintFiles(files);
  for (const problem of problems) tell(problem);
  say(`lint: ${checked.length} Azure ML files checked, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

/** The requests for files that are environments and components; environments come first. */
async function assetRequests(
  files: readonly string[],
  image: string | undefined,
  client: WorkspaceClient,
): Promise<ArmRequest[]> {
  const environments: ArmRequest[] = [];
  const components: ArmRequest[] = [];
  for (const file of files) {
    const problems: string[] = [];
    const kind = await kindOf(file, (problem) => problems.push(problem));
    if (kind === 'environment') environments.push(await readEnvironmentRequest(file, image));
    else if (kind === 'component')
      components.push(componentRequest(await loadComponent(file), client.workspace));
    else throw new UsageError(problems[0] ?? `${file}: is a ${kind}, neither environment nor component`);
  }
  return [...environments, ...components];
}

async function registerFiles(
  given: readonly string[],
  image: string | undefined,
  options: WorkspaceOptions,
): Promise<void> {
  const files =
    given.length > 0
      ? given
      : [shipped('pipelines/environment.yml'), ...(await yamlFilesIn([shipped('components')]))];
  const client = await connect(options);
  const requests = await assetRequests(files, image, client);
  for (const request of requests) say(`${request.path.slice(1)}: ${await register(client, request)}`);
}

/** A name that sorts by time and is nobody else's. */
function newJobId(): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `swinprep_${time}_${randomBytes(3).toString('hex')}`;
}

interface SubmitOptions {
  readonly name?: string | undefined;
  readonly follow: boolean;
  readonly retryPreempted: number;
  readonly poll: number;
}

/** Submits a pipeline, and again where it failed and Azure ML does not say that a command did. Returns the exit code. */
async function submit(client: WorkspaceClient, ready: ReadyJob, options: SubmitOptions): Promise<number> {
  const uploaded = await prepareJob(client, ready);
  const first = options.name ?? newJobId();
  for (let attempt = 0; ; attempt++) {
    const id = attempt === 0 ? first : `${first}_retry${attempt}`;
    await client.put(jobRequest(ready, id, client.workspace, uploaded));
    say(id);
    if (!options.follow && options.retryPreempted === 0) return 0;
    const status = await followJob(client, id, showChange, options.poll);
    const retry = status.state === 'Failed' || status.state === 'NotResponding';
    if (!retry || attempt >= options.retryPreempted) return exitCode(status);
    const ended = await endedByThemselves(client, status, ready.pipeline);
    if (ended.length > 0) {
      tell(
        `${id}: ${ended.join(', ')} ended with an error of its own, no node was taken away; not submitted again`,
      );
      return exitCode(status);
    }
    tell(`${id}: ${status.state}; submitted again, ${attempt + 1} of ${options.retryPreempted}`);
  }
}

function showChange(what: string, state: string): void {
  tell(`${new Date().toISOString().slice(11, 19)} ${what}: ${state}`);
}

function exitCode({ state }: JobStatus): number {
  return isFinal(state) && state !== 'Completed' ? 1 : 0;
}

async function showStatus(
  client: WorkspaceClient,
  id: string,
  follow: boolean,
  poll: number,
): Promise<number> {
  const status = follow ? await followJob(client, id, showChange, poll) : await jobStatus(client, id);
  say(`${id}: ${status.state}`);
  for (const step of status.steps) say(`  ${step.name}: ${step.state}`);
  if (status.studio !== undefined) say(status.studio);
  return exitCode(status);
}

/** Prints the logs of a job's steps, or of one of them. */
async function showLogs(client: WorkspaceClient, id: string, step: string | undefined): Promise<void> {
  const { steps } = await jobStatus(client, id);
  const wanted = step === undefined ? steps : steps.filter(({ name }) => name === step);
  if (wanted.length === 0)
    throw new UsageError(
      step === undefined
        ? `${id}: no step has started`
        : `${id}: no step ${step} has started; those that have: ${steps.map(({ name }) => name).join(', ') || 'none'}`,
    );
  for (const { id: run, name } of wanted) {
    for (const [file, url] of await logFiles(client, run)) {
      if (!/^(?:user_logs|azureml-logs)\//.test(file)) continue;
      say(`--- ${name}: ${file}`);
      // The URL holds a SAS and is never shown.
      const text = await fetch(url)
        .then((answer) => (answer.ok ? answer.text() : undefined))
        .catch(() => undefined);
      say(text === undefined ? '(cannot be read)' : text.trimEnd());
    }
  }
}

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
export function azureCommands(yargs: Argv<WorkspaceOptions>, done: (exitCode: number) => void): Argv {
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
        const ready = await readyJob(argv.pipeline, set);
        const client = await connect(argv);
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
        const ready = await readySchedule(argv.file, parseSettings(argv.set));
        const client = await connect(argv);
        const request = readyScheduleRequest(ready, client.workspace, await prepareJob(client, ready));
        await client.put(request);
        say(`${request.path.slice(1)}: created or replaced`);
      },
    )
    .command(
      'data <file>',
      'Register a data asset; the same version again must name the same place',
      (y) =>
        y.positional('file', file('Data YAML, such as pipelines/roi-data.yml')).options({
          path: { type: 'string', requiresArg: true, description: 'URI in place of the one in the file' },
          as: { type: 'string', requiresArg: true, description: 'Version in place of the one in the file' },
        }),
      async (argv) => {
        const client = await connect(argv);
        const request = await readDataRequest(argv.file, {
          ...(argv.path === undefined ? {} : { path: argv.path }),
          ...(argv.as === undefined ? {} : { version: argv.as }),
        });
        say(`${request.path.slice(1)}: ${await register(client, request)}`);
      },
    )
    .demandCommand(1, 1, 'Give a command of azure; --help lists them.');
}
