import { createHash } from 'node:crypto';
import { assetId, assetPath, type Workspace } from '../workspace.ts';
import type { Component } from '../yaml/component.ts';
import type { ComponentInput } from '../yaml/component-ports.ts';
import { textOf } from '../yaml/data-type.ts';
import type { JobEnvironment } from '../yaml/jobs/environment.ts';
import type { ArmRequest } from './asset-body.ts';

/** Name under which Azure ML keeps the components of jobs that name a file. */
const ANONYMOUS = 'azureml_anonymous';

/** `ComponentVersion` of Azure Resource Manager, under the component's own name and version. */
export function componentRequest(component: Component, workspace: Workspace): ArmRequest {
  return request(component, workspace, component.name, component.version);
}

/** As azure-ai-ml sends a component that a pipeline names by its file; the version is a hash of the content. */
export function anonymousComponentRequest(component: Component, workspace: Workspace): ArmRequest {
  const hash = createHash('sha256')
    .update(JSON.stringify(specOf(component, workspace, '', '')))
    .digest('hex');
  const version = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return request(component, workspace, ANONYMOUS, version);
}

function request(component: Component, workspace: Workspace, name: string, version: string): ArmRequest {
  const isAnonymous = name === ANONYMOUS;
  return {
    path: assetPath('components', name, version),
    body: {
      properties: {
        componentSpec: specOf(component, workspace, name, isAnonymous ? '1' : version),
        description: component.description,
        tags: component.tags ?? {},
        properties: {},
        isAnonymous,
        isArchived: false,
      },
    },
  };
}

/** The component as YAML has it, with texts for numbers and the id of its environment. */
function specOf(component: Component, workspace: Workspace, name: string, version: string) {
  const { $schema, display_name, description, tags, type, command, outputs, resources, distribution } =
    component;
  return {
    $schema,
    name,
    version,
    display_name,
    description,
    tags,
    type,
    is_deterministic: component.is_deterministic ?? true,
    inputs: Object.fromEntries(
      Object.entries(component.inputs).map(([input, rule]) => [input, inputSpec(rule)]),
    ),
    outputs,
    environment: environmentId(component.environment, workspace),
    resources,
    distribution,
    command,
    _source: 'YAML.COMPONENT',
  };
}

function environmentId(environment: JobEnvironment, workspace: Workspace): string {
  if (typeof environment !== 'string') throw new Error('an environment without a name');
  return `azureml:${assetId(workspace, 'environments', environment)}`;
}

function inputSpec({
  type,
  description,
  default: preset,
  optional,
  min,
  max,
  mode,
  ...rest
}: ComponentInput) {
  return {
    type,
    description,
    default: preset === undefined ? undefined : textOf(preset),
    optional: optional === true ? true : undefined,
    enum: rest.enum,
    min: min === undefined ? undefined : textOf(min),
    max: max === undefined ? undefined : textOf(max),
    mode,
  };
}
