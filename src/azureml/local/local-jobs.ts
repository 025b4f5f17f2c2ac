import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { componentsAtHand } from '../yaml/components-at-hand.ts';
import { changesInShell, type Literal, textOf } from '../yaml/data-type.ts';
import { type CommandTemplate, type Quotes, type Reference, referencesOf } from '../yaml/expressions.ts';
import { withoutQuery } from '../yaml/input-value.ts';
import type { JobBase } from '../yaml/jobs/job.ts';
import type { PartialPipelineJob, PipelineNode } from '../yaml/pipeline.ts';
import type { Report } from '../yaml/yaml-file.ts';

/** A job that runs a command on this machine. */
export interface LocalJob extends JobBase {
  readonly displayName: string | undefined;
  readonly template: CommandTemplate;
  readonly variables: Readonly<Record<string, string>>;
  /** Absolute path of the folder whose copy is the working directory. */
  readonly code: string | undefined;
  /** What the job names, where a file is taken in its place. */
  readonly instead: string | undefined;
}

/**
 * The pipeline with the component's file in place of each registered component. Those of which none is at hand, and jobs of
 * other types, are reported and left out.
 */
export async function withLocalComponents(
  pipeline: PartialPipelineJob,
  report: Report,
): Promise<{ readonly pipeline: PartialPipelineJob; readonly instead: ReadonlyMap<string, string> }> {
  const find = componentsAtHand(pipeline);
  const instead = new Map<string, string>();
  const jobs: Record<string, PipelineNode | null> = {};
  for (const [name, node] of Object.entries(pipeline.jobs)) {
    jobs[name] = node;
    if (node === null) continue;
    if (node.kind === 'registered') {
      const { text, name: wanted, version } = node.component;
      const found = await find(wanted, version);
      jobs[name] =
        found === undefined
          ? null
          : { ...node, kind: 'component', ports: found.component, component: found.component };
      if (found === undefined)
        report(
          `job ${name}: ${text} is not at hand: no component.yml of the name ${wanted}${version === undefined ? '' : ` and the version ${version}`} comes with swinprep or lies beside ${pipeline.file}`,
        );
      else instead.set(name, `${text} is ${found.file} here, version ${found.component.version}`);
    } else if (node.kind !== 'component' && node.kind !== 'command') {
      report(`job ${name}: a job of the type ${node.written.type} does not run on this machine`);
      jobs[name] = null;
    }
  }
  for (const key of ['on_init', 'on_finalize'] as const) {
    if (pipeline.settings[key] !== undefined) report(`settings.${key}: is not known on this machine`);
  }
  return { pipeline: { ...pipeline, jobs }, instead };
}

/** The command of a job that runs here. Only such jobs are left after `withLocalComponents`. */
export function localJob(node: PipelineNode, file: string, instead: string | undefined): LocalJob {
  if (node.kind !== 'component' && node.kind !== 'command')
    throw new Error(`a job of the kind ${node.kind} does not run here`);
  const { template, code } = node.kind === 'component' ? node.component : node;
  const folder = path.dirname(node.kind === 'component' ? node.component.file : file);
  return {
    ...node,
    displayName: node.display_name ?? (node.kind === 'component' ? node.component.display_name : undefined),
    template,
    variables: Object.fromEntries(
      Object.entries<Literal>(node.environment_variables).map(([name, value]) => [name, textOf(value)]),
    ),
    code: code === undefined ? undefined : path.resolve(folder, code.replace(/^file:/, '')),
    instead,
  };
}

/** Reports code that does not lie on this machine, and a command whose first word bash does not find. */
export async function checkHere(
  node: PipelineNode,
  file: string,
  cwd: string,
  report: Report,
): Promise<void> {
  const { code } = localJob(node, file, undefined);
  if (code !== undefined && !(await isFolder(code))) {
    report(`code: ${code} is no folder on this machine`);
    return;
  }
  if (node.kind !== 'command') return;
  const word = /^\s*(?:[A-Za-z_]\w*=\S*\s+)*([\w./+-]+)(?=[\s;|&]|$)/.exec(node.command)?.[1];
  if (word === undefined || word === 'swinprep') return;
  try {
    await promisify(execFile)('bash', ['--norc', '-c', 'type -- "$1"', 'bash', word], { cwd: code ?? cwd });
  } catch {
    report(`command: there is no ${word} on this machine; the environment of the job is not used here`);
  }
}

/** Reports values that the shell takes for something else where they stand in the command without single quotes. */
export function checkValues(
  template: CommandTemplate,
  textAt: (reference: Reference) => string | undefined,
  report: Report,
): void {
  for (const { reference } of referencesOf(template)) {
    const { of, name, quotes } = reference;
    const value = textAt(reference);
    if (value === undefined) continue;
    const surely = isPlainShell(template, quotes) ? quotes : '';
    if (surely === "'" || !changesInShell(value, surely)) continue;
    report(
      `command: \${{${of}.${name}}} may stand without quotes, and ${withoutQuery(value)} holds blanks or signs of the shell`,
    );
  }
}

/**
 * Whether the quotes of a reference are surely those of the shell: comments and here-documents have quotes that are none,
 * and a substitution between double quotes begins anew.
 */
function isPlainShell(template: CommandTemplate, quotes: Quotes): boolean {
  const parts = template.flatMap((part) => (part.kind === 'optional' ? part.parts : [part]));
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  return !/<<|(?:^|\s)#/.test(text) && !(quotes === '"' && /\$\(|`/.test(text));
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined))?.isDirectory() === true;
}
