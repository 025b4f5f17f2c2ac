import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { assetId, assetPath, type Workspace, workspaceId } from '../workspace.ts';
import { condaFile, type JobEnvironment } from '../yaml/settings/environment.ts';
import type { ArmRequest } from './asset-body.ts';
import type { Uploads } from './jobs/job-body.ts';

/** Name under which Azure ML keeps environments that are written out where they are used. */
const ANONYMOUS = 'CliV2AnonymousEnvironment';

/** `EnvironmentVersion` of Azure Resource Manager for an environment without a name; its version is a hash of it. */
function anonymousRequest(environment: Exclude<JobEnvironment, string>, file: string): ArmRequest {
  const { image, description, tags, os_type } = environment;
  const properties = {
    image,
    condaFile: condaText(environment, file),
    description,
    tags,
    osType: os_type && os_type[0].toUpperCase() + os_type.slice(1),
    isAnonymous: true,
    isArchived: false,
  };
  const version = createHash('sha256').update(JSON.stringify(properties)).digest('hex');
  return { path: assetPath('environments', ANONYMOUS, version), body: { properties } };
}

/** What the `environment` of a `file` needs in the workspace before. */
export function environmentRequests(environment: JobEnvironment, file: string): ArmRequest[] {
  return typeof environment === 'string' ? [] : [anonymousRequest(environment, file)];
}

/** What a component names its environment by. azure-ai-ml puts the newest version in place of `@latest`. */
export function environmentReference(
  environment: JobEnvironment,
  file: string,
  workspace: Workspace,
  uploads?: Partial<Uploads>,
): string {
  if (typeof environment !== 'string')
    return `azureml:${workspaceId(workspace)}${anonymousRequest(environment, file).path}`;
  if (environment.startsWith('azureml://')) return environment;
  return `azureml:${uploads?.assets?.get(environment) ?? assetId(workspace, 'environments', environment)}`;
}

/** The conda file as PyYAML writes it with sorted keys. */
function condaText(environment: Exclude<JobEnvironment, string>, file: string): string | undefined {
  const place = condaFile(environment, file);
  const content: unknown = place === undefined ? environment.conda_file : parse(readFileSync(place, 'utf8'));
  if (content === undefined) return undefined;
  return stringify(content, {
    sortMapEntries: true,
    indentSeq: false,
    collectionStyle: 'block',
    lineWidth: 80,
  });
}
