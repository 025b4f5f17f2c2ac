import { workspaceId } from '../../workspace.ts';
import type { ParallelComponent, ParallelJob } from '../../yaml/jobs/parallel-job.ts';
import { codeFolders } from '../../yaml/settings/code.ts';
import type { ParallelSettings } from '../../yaml/settings/parallel-settings.ts';
import type { ArmRequest } from '../asset-body.ts';
import { codeReference } from '../code-body.ts';
import { anonymousRequest } from '../component-body.ts';
import { environmentReference, environmentRequests } from '../environment-body.ts';
import { computeId, identityBody, resourcesBody } from './command-settings.ts';
import { registeredComponent } from './component-id.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { emptyToNothing, inputBodies, outputBodies } from './job-values.ts';
import { headOfComponent, specsOfValues } from './port-specs.ts';

/** A job that hands its data to a script in mini batches. */
export const parallelJob: JobBody<ParallelJob> = {
  needs: (node, place) => {
    const { component } = node;
    if (component !== undefined && !('file' in component)) return [];
    const task = (component ?? node).task;
    const file = component?.file ?? place.pipeline.file;
    return [
      ...(task === undefined ? [] : environmentRequests(task.environment, file)),
      componentOf(node, place),
    ];
  },
  code: (node, pipeline) => {
    const { component } = node;
    if (component !== undefined && !('file' in component)) return [];
    return codeFolders((component ?? node).task?.code, component?.file ?? pipeline.file);
  },
  body: (node, place) => {
    const { component, compute, identity } = node;
    const own = component !== undefined && 'file' in component ? component : undefined;
    const settings = { ...settingsOfComponent(own), ...written(node) };
    return {
      name: place.name,
      type: 'parallel',
      display_name: node.display_name,
      tags: node.tags,
      properties: node.properties,
      comment: node.comment,
      computeId: compute && computeId(compute, place.workspace),
      identity: identity && identityBody(identity),
      resources: settings.resources && resourcesBody(settings.resources),
      task: taskBody(
        settings.task,
        settings.task === own?.task ? (own?.file ?? place.pipeline.file) : place.pipeline.file,
        place,
      ),
      input_data: settings.input_data,
      mini_batch_size: settings.mini_batch_size && batchSize(settings.mini_batch_size),
      partition_keys: settings.partition_keys && JSON.stringify(settings.partition_keys),
      retry_settings: settings.retry_settings,
      logging_level: settings.logging_level,
      max_concurrency_per_instance: settings.max_concurrency_per_instance,
      error_threshold: settings.error_threshold,
      mini_batch_error_threshold: settings.mini_batch_error_threshold,
      environment_variables: emptyToNothing(node.environment_variables),
      inputs: inputBodies(node, place),
      outputs: outputBodies(node),
      ...(component !== undefined && !('file' in component)
        ? registeredComponent(component, place)
        : {
            componentId: workspaceId(place.workspace) + componentOf(node, place).path,
            _source: component === undefined ? 'YAML.JOB' : 'YAML.COMPONENT',
          }),
    };
  },
};

/** What azure-ai-ml takes of a component into its job; it leaves the level of logging and the threshold of items there. */
function settingsOfComponent(component: ParallelComponent | undefined): Partial<ParallelSettings> {
  if (component === undefined) return {};
  const { logging_level: _, error_threshold: __, ...settings } = written(component);
  return settings;
}

const SETTINGS = [
  'task',
  'logging_level',
  'mini_batch_size',
  'partition_keys',
  'input_data',
  'resources',
  'retry_settings',
  'max_concurrency_per_instance',
  'error_threshold',
  'mini_batch_error_threshold',
] as const satisfies readonly (keyof ParallelSettings)[];

/** Those settings of a job or component that it has. */
function written(of: ParallelSettings): Partial<ParallelSettings> {
  return Object.fromEntries(SETTINGS.flatMap((key) => (of[key] === undefined ? [] : [[key, of[key]]])));
}

function componentOf(node: ParallelJob, place: NodePlace): ArmRequest {
  const component = node.component !== undefined && 'file' in node.component ? node.component : undefined;
  const of = component ?? node;
  const { resources, task, ...settings } = written(of);
  const head = component === undefined ? undefined : headOfComponent(component);
  return anonymousRequest(
    {
      ...(head ?? { type: 'parallel', is_deterministic: true, ...specsOfValues(node, place.pipeline) }),
      ...settings,
      partition_keys: settings.partition_keys && JSON.stringify(settings.partition_keys),
      mini_batch_size: settings.mini_batch_size && componentBatchSize(settings.mini_batch_size),
      resources: resources && resourcesBody(resources),
      task: taskBody(task, component?.file ?? place.pipeline.file, place),
      _source: component === undefined ? 'YAML.JOB' : 'YAML.COMPONENT',
    },
    { description: component?.description, tags: component?.tags },
  );
}

function taskBody(task: ParallelSettings['task'], file: string, { workspace, uploads }: NodePlace) {
  return (
    task && {
      ...task,
      code: codeReference(task.code, file, uploads.code),
      environment: environmentReference(task.environment, file, workspace, uploads),
    }
  );
}

const UNITS = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** Files or bytes; a binding stays as it is. */
function batchSize(text: string): number | string {
  const [, count, unit] = /^(\d+)([kmg]b)?$/i.exec(text) ?? [];
  if (count === undefined) return text;
  return Number(count) * (unit === undefined ? 1 : UNITS[unit.toLowerCase() as keyof typeof UNITS]);
}

/** As text, and none where the job binds it to something, as azure-ai-ml has it. */
function componentBatchSize(text: string): string {
  const size = batchSize(text);
  return typeof size === 'number' ? String(size) : '0';
}
