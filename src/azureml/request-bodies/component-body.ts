import { createHash } from 'node:crypto';
import { assetPath, type Workspace } from '../workspace.ts';
import type { Component } from '../yaml/component.ts';
import type { ComponentInput } from '../yaml/component-ports.ts';
import { textOf } from '../yaml/data-type.ts';
import type { ArmRequest } from './asset-body.ts';
import { environmentReference } from './environment-body.ts';
import type { Uploads } from './jobs/job-body.ts';

/** Name under which Azure ML keeps the components of jobs that name a file. */
const ANONYMOUS = 'azureml_anonymous';

/** `ComponentVersion` of Azure Resource Manager, under the component's own name and version. */
export function componentRequest(component: Component, workspace: Workspace): ArmRequest {
  const { name, version } = component;
  return request({ ...specOf(component, workspace), name, version }, version, component);
}

/** What a component's body needs beside its file. */
export interface ComponentContext {
  readonly workspace: Workspace;
  readonly uploads?: Uploads | undefined;
}

/** As azure-ai-ml sends a component that a pipeline names by its file. */
export function anonymousComponentRequest(
  component: Component,
  { workspace, uploads }: ComponentContext,
): ArmRequest {
  return anonymousRequest(specOf(component, workspace, uploads), component);
}

/** A component without a name: its version is a hash of the content. */
export function anonymousRequest(
  spec: Readonly<Record<string, unknown>>,
  { description, tags }: { readonly description?: string | undefined; readonly tags?: object | undefined },
): ArmRequest {
  const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  const version = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return request({ ...spec, name: ANONYMOUS, version: '1' }, version, { description, tags });
}

function request(
  spec: { readonly name: string; readonly version: string },
  version: string,
  { description, tags }: { readonly description?: string | undefined; readonly tags?: object | undefined },
): ArmRequest {
  return {
    path: assetPath('components', spec.name, version),
    body: {
      properties: {
        componentSpec: spec,
        description,
        tags: tags ?? {},
        properties: {},
        isAnonymous: spec.name === ANONYMOUS,
        isArchived: false,
      },
    },
  };
}

/** The component as YAML has it, with texts for numbers and the id of its environment. */
function specOf(component: Component, workspace: Workspace, uploads?: Uploads) {
  const { $schema, display_name, description, tags, type, command, outputs, resources, distribution } =
    component;
  return {
    $schema,
    display_name,
    description,
    tags,
    type,
    is_deterministic: component.is_deterministic ?? true,
    inputs: Object.fromEntries(
      Object.entries(component.inputs).map(([input, rule]) => [input, inputSpec(rule)]),
    ),
    outputs,
    environment: environmentReference(component.environment, workspace, uploads),
    resources,
    distribution,
    command,
    _source: 'YAML.COMPONENT',
  };
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
