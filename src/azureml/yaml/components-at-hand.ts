import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Component, readComponent } from './component.ts';
import { notAtHand, type RegisteredJob } from './jobs/component-job.ts';
import type { PartialPipelineJob, PipelineNode } from './pipeline.ts';
import { readYaml } from './yaml-file.ts';

/** The components that come with swinprep. */
const SHIPPED = fileURLToPath(new URL('../../../components', import.meta.url));

const namedSchema = z.looseObject({
  type: z.literal('command'),
  name: z.string(),
  version: z.union([z.string(), z.number()]).transform(String),
});

const silent = (): void => {};

/** Where a file of a component of that name and version lies, of those that a pipeline could mean. */
export type FindComponent = (
  name: string,
  version: string | undefined,
) => Promise<{ component: Component; file: string } | undefined>;

/**
 * Finds the file of a component among those that the pipeline names, those beside it, and those that come with swinprep, in
 * this order. Without a version any is taken. A file in which something is wrong is passed over.
 */
export function componentsAtHand({ file, jobs }: PartialPipelineJob): FindComponent {
  let reading: Promise<readonly Named[]> | undefined;
  const named = Object.values(jobs).flatMap((node) =>
    node?.kind === 'component' ? [node.component.file] : [],
  );
  async function all(): Promise<readonly Named[]> {
    const folders = [...(await yamlIn(path.dirname(file), false)), ...(await yamlIn(SHIPPED, true))];
    const found = await Promise.all([...new Set([...named, ...folders])].map(nameOf));
    return found.filter((entry) => entry !== undefined);
  }
  return async (name, version) => {
    reading ??= all();
    for (const entry of await reading) {
      if (entry.name !== name || (version !== undefined && entry.version !== version)) continue;
      const component = await readComponent(entry.file, silent);
      if (component !== undefined) return { component, file: entry.file };
    }
    return undefined;
  };
}

interface Named {
  readonly file: string;
  readonly name: string;
  readonly version: string;
}

async function nameOf(file: string): Promise<Named | undefined> {
  const content = await readYaml(file, namedSchema, silent);
  return content && { file, name: content.name, version: content.version };
}

async function yamlIn(folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The pipeline with the ports of those registered components of whose name and version a file is at hand: a version of a
 * component never changes once it is registered.
 */
export async function withKnownPorts(pipeline: PartialPipelineJob): Promise<PartialPipelineJob> {
  const find = componentsAtHand(pipeline);
  const jobs: Record<string, PipelineNode | null> = {};
  for (const [name, node] of Object.entries(pipeline.jobs))
    jobs[name] = node?.kind === 'registered' ? await knownPorts(node, find) : node;
  return { ...pipeline, jobs };
}

async function knownPorts(node: RegisteredJob, find: FindComponent): Promise<RegisteredJob> {
  const { name, version, text } = node.component;
  const found = version === undefined ? undefined : await find(name, version);
  if (found === undefined) return node;
  const instead = `${text} itself: its inputs and outputs were held against ${found.file}, of the same name and version`;
  const unchecked = node.unchecked.map((line) => (line === notAtHand(node.component) ? instead : line));
  return { ...node, ports: found.component, unchecked };
}
