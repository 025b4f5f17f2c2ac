import path from 'node:path';
import { type ResolveUri, uriResolver } from '../arm/resolve-uri.ts';
import { TakenAssets } from '../taken-assets.ts';
import { bindJobs } from '../yaml/bindings/bind-jobs.ts';
import type { BoundNode, Scope } from '../yaml/bindings/input-binding.ts';
import { typeOfOutput } from '../yaml/bindings/output-type.ts';
import { type DataType, isDataType, quotingProblem } from '../yaml/data-type.ts';
import { type Reference, renderCommand } from '../yaml/expressions.ts';
import { resolveInputs } from '../yaml/input-value.ts';
import { readStarted } from '../yaml/schedule.ts';
import { type Report, throwProblems } from '../yaml/yaml-file.ts';
import { checkHere, checkValues, type LocalJob, localJob, withLocalComponents } from './local-jobs.ts';
import { localValues, type RemoteData } from './local-values.ts';

export interface PlanOptions {
  /** Values of pipeline inputs by name, in place of those in the file. Paths in them are relative to `cwd`. */
  readonly set?: Readonly<Record<string, string>>;
  /** The output `o` of the job `j` lies at `artifactsDir/j/o`. Relative to `cwd`. */
  readonly artifactsDir: string;
  /** Working directory of the commands. Default: that of this process. */
  readonly cwd?: string;
  /** Looks datastores and data assets up. Default: in the workspace that the environment names. */
  readonly resolveUri?: ResolveUri | undefined;
  /** Whether the commands run elsewhere, in a container: then they are not looked for on this machine. */
  readonly elsewhere?: boolean | undefined;
  /** Which of the places are data assets; those of the plan are added. */
  readonly assetPlaces?: TakenAssets | undefined;
}

/** An output of a job: the absolute path of a file or folder. */
export interface PlannedOutput {
  readonly type: DataType;
  readonly path: string;
}

export interface PlannedJob {
  readonly name: string;
  readonly displayName: string;
  /** The jobs whose outputs it reads. */
  readonly dependsOn: readonly string[];
  /** For `bash -c`, with every value in place. */
  readonly command: string;
  /** Absolute path of the folder whose copy is its working directory; without one it is that of the plan. */
  readonly code?: string | undefined;
  /** Says what is taken for a component that is registered in a workspace. */
  readonly instead?: string | undefined;
  /** `environment_variables` of the job. */
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, PlannedOutput>>;
}

/** A pipeline in which everything has been checked and every value is known. */
export interface Plan {
  readonly file: string;
  readonly displayName: string;
  readonly cwd: string;
  readonly artifactsDir: string;
  /** Whether jobs that do not need a failed one still start. */
  readonly continueOnStepFailure: boolean;
  /** Which places of the jobs are data assets. */
  readonly assetPlaces?: TakenAssets | undefined;
  /** What has to be brought here before the jobs start. */
  readonly remote: readonly RemoteData[];
  /** Each job after those it depends on. */
  readonly jobs: readonly PlannedJob[];
}

/**
 * Reads a pipeline, or the one that a schedule starts, and its components, resolves every value and checks what can be
 * checked before anything starts: unknown keys and names, missing inputs, placeholders, types, enums and bounds, dangling
 * bindings, rings. Throws one UsageError that lists all that is wrong, each with its job and key. Writes nothing.
 */
export async function planPipeline(file: string, options: PlanOptions): Promise<Plan> {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  const cwd = path.resolve(options.cwd ?? '.');
  const artifactsDir = path.resolve(cwd, options.artifactsDir);
  const unquotable = quotingProblem(artifactsDir);
  if (unquotable !== undefined) report(`artifacts folder: ${unquotable}`);

  const remote: RemoteData[] = [];
  const { resolveUri = uriResolver(), assetPlaces = new TakenAssets() } = options;
  const reader = localValues(path.join(artifactsDir, 'inputs'), resolveUri, remote, assetPlaces);
  const read = await readStarted(file, report);
  const local = read && (await withLocalComponents(read, report));
  const pipeline = local?.pipeline;
  const scope = pipeline && {
    pipeline,
    inputs: await resolveInputs(pipeline, options.set ?? {}, cwd, report, reader),
    reader,
    artifactPath: (job: string, output: string) => path.join(artifactsDir, job, output),
  };
  const bound = scope && (await bindJobs(scope, report));
  for (const [name, node] of Object.entries(pipeline?.jobs ?? {})) {
    if (node === null || options.elsewhere === true) continue;
    await checkHere(node, pipeline!.file, cwd, (problem) => report(`job ${name}, ${problem}`));
  }
  for (const [name, { inputs }] of bound ?? []) {
    const { template } = localJob(pipeline!.jobs[name]!, file, undefined);
    const textAt = ({ of, name: port }: Reference): string | undefined =>
      of === 'inputs' ? inputs.get(port) : scope!.artifactPath(name, port);
    checkValues(template, textAt, (problem) => report(`job ${name}, ${problem}`));
  }
  throwProblems(`${file} cannot run`, problems);

  return {
    file,
    displayName: pipeline!.display_name ?? path.basename(file),
    cwd,
    artifactsDir,
    continueOnStepFailure: pipeline!.settings.continue_on_step_failure ?? true,
    assetPlaces,
    remote,
    jobs: bound!.map(([name, job]) => {
      const node = localJob(pipeline!.jobs[name]!, pipeline!.file, local!.instead.get(name));
      return planJob(name, node, job, scope!);
    }),
  };
}

function planJob(name: string, node: LocalJob, { inputs, dependsOn }: BoundNode, scope: Scope): PlannedJob {
  const outputs = Object.keys(node.ports?.outputs ?? {}).map((output) => {
    const type = typeOfOutput({ job: name, output }, scope.pipeline);
    return [
      output,
      { type: isDataType(type) ? type : 'uri_file', path: scope.artifactPath(name, output) },
    ] as const;
  });
  return {
    name,
    displayName: node.displayName ?? name,
    dependsOn: [...dependsOn],
    command: renderCommand(node.template, {
      inputs,
      outputs: new Map(outputs.map(([output, place]) => [output, place.path])),
    }),
    environment: node.variables,
    outputs: Object.fromEntries(outputs),
    ...(node.code !== undefined && { code: node.code }),
    ...(node.instead !== undefined && { instead: node.instead }),
  };
}
