import { createHash } from 'node:crypto';
import { assetPath, type Workspace } from '../workspace.ts';
import type { Component } from '../yaml/component.ts';
import type { ArmRequest } from './asset-body.ts';
import { codeReference } from './code-body.ts';
import { environmentReference } from './environment-body.ts';
import type { Uploads } from './jobs/job-body.ts';
import { headOfComponent } from './jobs/port-specs.ts';

/** Name under which Azure ML keeps the components of jobs that name a file. */
const ANONYMOUS = 'azureml_anonymous';

/** `ComponentVersion` of Azure Resource Manager, under the component's own name and version. */
export function componentRequest(component: Component, context: ComponentContext): ArmRequest {
  const { name, version } = component;
  return request({ ...specOf(component, context), name, version }, version, component);
}

/** What a component's body needs beside its file. */
export interface ComponentContext {
  readonly workspace: Workspace;
  readonly uploads?: Partial<Uploads> | undefined;
  /** Whether it is written out in a job. */
  readonly isInline?: boolean | undefined;
}

/** What stands beside the spec of a component. */
interface About {
  readonly description?: string | undefined;
  readonly tags?: object | undefined;
  readonly properties?: object | undefined;
  /** Undefined for a pipeline, of which azure-ai-ml does not say it. */
  readonly isArchived?: false | undefined;
}

/** As azure-ai-ml sends a component that a pipeline names by its file. */
export function anonymousComponentRequest(component: Component, context: ComponentContext): ArmRequest {
  const { description, tags } = component;
  return anonymousRequest(specOf(component, context), { description, tags });
}

/** A component without a name: its version is a hash of the content. */
export function anonymousRequest(spec: Readonly<Record<string, unknown>>, about: About): ArmRequest {
  const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  const version = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return request({ ...spec, name: ANONYMOUS, version: '1' }, version, about);
}

function request(
  spec: { readonly name: string; readonly version: string },
  version: string,
  about: About,
): ArmRequest {
  const { description, tags, properties } = about;
  return {
    path: assetPath('components', spec.name, version),
    body: {
      properties: {
        componentSpec: spec,
        description,
        tags: tags ?? {},
        properties: properties ?? {},
        isAnonymous: spec.name === ANONYMOUS,
        isArchived: 'isArchived' in about ? about.isArchived : false,
      },
    },
  };
}

/** The component as YAML has it, with texts for numbers, and ids of its environment and code. */
function specOf(component: Component, { workspace, uploads, isInline = false }: ComponentContext) {
  const { environment, resources, distribution, command, code, file } = component;
  return {
    ...headOfComponent(component),
    environment: environmentReference(environment, file, workspace, uploads),
    resources,
    distribution,
    command,
    code: codeReference(code, file, uploads?.code),
    _source: isInline ? 'YAML.JOB' : 'YAML.COMPONENT',
  };
}
