import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import type { Workspace } from '../workspace.ts';
import { readYaml, throwProblems } from '../yaml/yaml-file.ts';

/** What the command line says of the workspace. */
export interface WorkspaceOptions {
  readonly subscription?: string | undefined;
  readonly group?: string | undefined;
  readonly workspace?: string | undefined;
}

/** Azure ML's own file, which the portal hands out. */
const configSchema = z.looseObject({
  subscription_id: z.string(),
  resource_group: z.string(),
  workspace_name: z.string(),
});

/**
 * The workspace, each part of it by the first that has it: option, environment variable, `config.json` or
 * `.azureml/config.json` in `cwd` or a folder above. Throws a UsageError that names what is missing.
 */
export async function findWorkspace(
  options: WorkspaceOptions,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): Promise<Workspace> {
  // The variables that Azure ML sets for a job, too.
  const subscription = options.subscription || env.AZURE_SUBSCRIPTION_ID || env.AZUREML_ARM_SUBSCRIPTION;
  const group = options.group || env.AZURE_RESOURCE_GROUP || env.AZUREML_ARM_RESOURCEGROUP;
  const workspace = options.workspace || env.AZURE_ML_WORKSPACE || env.AZUREML_ARM_WORKSPACE_NAME;
  const complete = Boolean(subscription && group && workspace);
  const config = complete ? undefined : await readConfigJson(cwd);
  const found = {
    subscriptionId: subscription || config?.subscription_id,
    resourceGroup: group || config?.resource_group,
    workspaceName: workspace || config?.workspace_name,
  };
  const missing = [
    ['subscription', 'AZURE_SUBSCRIPTION_ID', found.subscriptionId],
    ['group', 'AZURE_RESOURCE_GROUP', found.resourceGroup],
    ['workspace', 'AZURE_ML_WORKSPACE', found.workspaceName],
  ].flatMap(([name, variable, value]) => (value ? [] : [`--${name} (or ${variable})`]));
  if (missing.length > 0) {
    throw new UsageError(
      `which workspace? Give ${missing.join(', ')}, or put the config.json of the workspace into this folder`,
    );
  }
  return found as Workspace;
}

async function readConfigJson(cwd: string): Promise<z.infer<typeof configSchema> | undefined> {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    for (const name of ['config.json', '.azureml/config.json']) {
      const file = path.join(folder, name);
      const text = await readFile(file, 'utf8').catch(() => '');
      // Many a tool has a config.json of its own.
      if (!text.includes('workspace_name')) continue;
      const problems: string[] = [];
      const config = await readYaml(file, configSchema, (problem) => problems.push(problem));
      throwProblems(`${file} does not name a workspace`, problems);
      return config;
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}
