import { createHash } from 'node:crypto';
import { assetId, assetPath, type Workspace, workspaceId } from '../workspace.ts';
import type { JobEnvironment } from '../yaml/jobs/environment.ts';
import type { ArmRequest } from './asset-body.ts';
import type { Uploads } from './jobs/job-body.ts';

/** Name under which Azure ML keeps environments that are written out where they are used. */
const ANONYMOUS = 'CliV2AnonymousEnvironment';

/** `EnvironmentVersion` of Azure Resource Manager for an environment without a name; its version is a hash of it. */
export function anonymousEnvironmentRequest(environment: Exclude<JobEnvironment, string>): ArmRequest {
  const { image, conda_file, description, tags, os_type } = environment;
  const properties = {
    image,
    condaFile: conda_file === undefined ? undefined : condaText(conda_file),
    description,
    tags,
    osType: os_type && os_type[0].toUpperCase() + os_type.slice(1),
    isAnonymous: true,
    isArchived: false,
  };
  const version = createHash('sha256').update(JSON.stringify(properties)).digest('hex');
  return { path: assetPath('environments', ANONYMOUS, version), body: { properties } };
}

/** Of what `environment:` is, the request that it needs before. */
export function environmentRequests(environment: JobEnvironment): ArmRequest[] {
  return typeof environment === 'string' ? [] : [anonymousEnvironmentRequest(environment)];
}

/** What a component names its environment by. azure-ai-ml puts the newest version in place of `@latest`. */
export function environmentReference(
  environment: JobEnvironment,
  workspace: Workspace,
  uploads?: Partial<Uploads>,
): string {
  if (typeof environment !== 'string')
    return `azureml:${workspaceId(workspace)}${anonymousEnvironmentRequest(environment).path}`;
  if (environment.startsWith('azureml://')) return environment;
  return `azureml:${uploads?.assets?.get(environment) ?? assetId(workspace, 'environments', environment)}`;
}

function condaText(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}
