import { fileURLToPath } from 'node:url';
import type { WorkspaceClient } from '../../azureml/arm/client.ts';
import { uploadCode } from '../../azureml/arm/code/upload-code.ts';
import { connect } from '../../azureml/arm/connect.ts';
import type { WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import { register } from '../../azureml/arm/register.ts';
import type { ArmRequest } from '../../azureml/request-bodies/asset-body.ts';
import { componentRequest } from '../../azureml/request-bodies/component-body.ts';
import { readEnvironmentRequest } from '../../azureml/request-bodies/requests.ts';
import { loadComponent } from '../../azureml/yaml/component.ts';
import { kindOf, lintFiles, yamlFilesIn } from '../../azureml/yaml/lint.ts';
import { codeFolders } from '../../azureml/yaml/settings/code.ts';
import { UsageError } from '../../errors.ts';
import { say, tell } from './command.ts';

const shipped = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
/** The components and pipelines that come with swinprep. */
const FOLDERS = ['components', 'pipelines'].map(shipped);

/** `swinprep azure lint`. Returns the exit code. */
export async function lint(given: readonly string[]): Promise<number> {
  const files = given.length > 0 ? given : await yamlFilesIn(FOLDERS);
  const { checked, problems, unchecked } = await lintFiles(files);
  for (const line of unchecked) tell(`not checked: ${line}`);
  for (const problem of problems) tell(problem);
  say(`lint: ${checked.length} Azure ML files checked, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

/** The requests for files that are environments and components; environments come first. */
async function assetRequests(
  files: readonly string[],
  image: string | undefined,
  client: WorkspaceClient,
): Promise<ArmRequest[]> {
  const environments: ArmRequest[] = [];
  const components: ArmRequest[] = [];
  for (const file of files) {
    const problems: string[] = [];
    const kind = await kindOf(file, (problem) => problems.push(problem));
    if (kind === 'environment') environments.push(await readEnvironmentRequest(file, image));
    else if (kind === 'component') components.push(await registeredRequest(file, client));
    else throw new UsageError(problems[0] ?? `${file}: is a ${kind}, neither environment nor component`);
  }
  return [...environments, ...components];
}

/** The request for a component, the code of which has been uploaded. */
async function registeredRequest(file: string, client: WorkspaceClient): Promise<ArmRequest> {
  const component = await loadComponent(file);
  const code = await uploadCode(client, codeFolders(component.code, file));
  return componentRequest(component, { workspace: client.workspace, uploads: { code } });
}

/** Registers environments and components, by default those that come with swinprep. */
export async function registerFiles(
  given: readonly string[],
  image: string | undefined,
  options: WorkspaceOptions,
): Promise<void> {
  const files =
    given.length > 0
      ? given
      : [shipped('pipelines/environment.yml'), ...(await yamlFilesIn([shipped('components')]))];
  const client = await connect(options);
  const requests = await assetRequests(files, image, client);
  for (const request of requests) say(`${request.path.slice(1)}: ${await register(client, request)}`);
}
