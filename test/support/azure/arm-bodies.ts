import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { pinLabels } from '../../../src/azureml/arm/assets/pinned-inputs.ts';
import type { WorkspaceClient } from '../../../src/azureml/arm/client.ts';
import { readCodeFolder } from '../../../src/azureml/arm/code/code-folder.ts';
import type { ArmRequest } from '../../../src/azureml/request-bodies/asset-body.ts';
import { codePath, codeRequest } from '../../../src/azureml/request-bodies/code-body.ts';
import { componentRequest } from '../../../src/azureml/request-bodies/component-body.ts';
import type { Uploads } from '../../../src/azureml/request-bodies/jobs/job-body.ts';
import { localData } from '../../../src/azureml/request-bodies/pipeline-body.ts';
import {
  codeFolders,
  componentRequests,
  jobRequest,
  readDataRequest,
  readEnvironmentRequest,
  readyJob,
  readySchedule,
  readyScheduleRequest,
} from '../../../src/azureml/request-bodies/requests.ts';
import { workspaceId } from '../../../src/azureml/workspace.ts';
import { loadComponent } from '../../../src/azureml/yaml/component.ts';
import type { AzureFileKind } from '../../../src/azureml/yaml/lint.ts';

/** The workspace of the recorded bodies. */
export const WORKSPACE = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'rg',
  workspaceName: 'ws',
};

export const FILES = path.resolve(import.meta.dirname, '../../azureml/arm/files');

export const KINDS: Readonly<Record<string, AzureFileKind>> = {
  'environment.yml': 'environment',
  'data.yml': 'data asset',
  'make.yml': 'component',
  'use.yml': 'component',
  'pipeline.yml': 'pipeline',
  'weekly.yml': 'schedule',
  'nightly.yml': 'schedule',
};

/** Every PUT request that stands for a file, in order. */
export async function requestsFor(kind: AzureFileKind, file: string): Promise<ArmRequest[]> {
  switch (kind) {
    case 'environment':
      return [await readEnvironmentRequest(file)];
    case 'data asset':
      return [await readDataRequest(file)];
    case 'component':
      return [componentRequest(await loadComponent(file), { workspace: WORKSPACE })];
    case 'pipeline': {
      const ready = await pinLabels(NEWEST_DATA, await readyJob(file, {}), { texts: false, tell: () => {} });
      const { code, requests } = await uploadedCode(codeFolders(ready));
      const uploaded = { ...uploads(localData(ready.pipeline, ready.inputs)), code };
      return [
        ...requests,
        ...componentRequests(ready, WORKSPACE, uploaded),
        jobRequest(ready, 'job', WORKSPACE, uploaded),
      ];
    }
    case 'schedule': {
      const ready = await readySchedule(file, {});
      const uploaded = uploads(localData(ready.pipeline, ready.inputs));
      return [
        ...componentRequests(ready, WORKSPACE, uploaded),
        readyScheduleRequest(ready, WORKSPACE, uploaded),
      ];
    }
    default:
      throw new Error(`${file}: a ${kind} is sent with a job alone`);
  }
}

function uploads(files: readonly string[]): Uploads {
  const folder = `azureml://datastores/workspaceblobstore/paths/LocalUpload/${'0'.repeat(64)}`;
  return {
    data: new Map(
      files.map((file) => [
        file,
        `${folder}/${path.basename(file)}${statSync(file).isDirectory() ? '/' : ''}`,
      ]),
    ),
    code: new Map(),
    assets: NEWEST,
  };
}

/** What `@latest` stands for in the workspace of the recorded bodies. */
const NEWEST = new Map(
  ['environments/tool', 'components/swinprep_convert', 'components/swinprep_split'].map((place) => [
    `azureml:${path.basename(place)}@latest`,
    `${workspaceId(WORKSPACE)}/${place}/versions/7`,
  ]),
);

/** Stands for a client of that workspace, whose newest version of each data asset is the seventh. */
const NEWEST_DATA = {
  workspace: WORKSPACE,
  get: async (place: string) => ({
    properties: /versions\/[^/]+$/.test(place) ? { dataType: 'uri_folder' } : { latestVersion: '7' },
  }),
} as unknown as WorkspaceClient;

/** Code folders as they would be after they were uploaded to the workspace of the recorded bodies. */
async function uploadedCode(folders: readonly string[]) {
  const code = new Map<string, string>();
  const requests: ArmRequest[] = [];
  for (const folder of folders) {
    const { hash } = await readCodeFolder(folder);
    code.set(folder, workspaceId(WORKSPACE) + codePath(hash));
    const place = `https://account.blob.core.windows.net/container/${path.basename(folder)}`;
    requests.push(codeRequest(hash, place));
  }
  return { code, requests };
}

/**
 * Requests as JSON without what is chosen anew each time: ids of jobs, versions of nameless components (each tool has a
 * hash of its own; here the component's command stands for it) and of uploads. Names of frequencies and week days are
 * in lower case, times without `T`, as azure-ai-ml writes them.
 */
export function comparable(requests: readonly ArmRequest[]): unknown {
  let text = JSON.stringify(requests);
  for (const { path: place, body } of requests) {
    const version = /azureml_anonymous\/versions\/(.+)$/.exec(place)?.[1];
    if (version === undefined) continue;
    const { command } = (body as { properties: { componentSpec: { command: string } } }).properties
      .componentSpec;
    text = text.replaceAll(version, JSON.stringify(command.slice(0, 20)).slice(1, -1));
  }
  text = text
    .replace(/LocalUpload\/[0-9a-f]{64}/g, 'LocalUpload/HASH')
    .replace(/"\/jobs\/[^"]*"/g, '"/jobs/JOB"')
    .replace(/"(Minute|Hour|Day|Week|Month|[A-Z][a-z]+day)"/g, (word) => word.toLowerCase())
    .replace(/("startTime":"[\d-]+)T/g, '$1 ');
  return JSON.parse(text);
}

/**
 * As `comparable`, for requests whose order and names are each tool's own: every asset without a name is named by what it
 * says, those that say the same are one, and they stand in the order of their names, the job last.
 * azure-ai-ml sends the version of the hash of code as a number, where the contract has a text.
 */
export function comparableSet(requests: readonly ArmRequest[]): unknown {
  let rest = JSON.parse(
    JSON.stringify(requests).replace(/"hash_version":(\d+)/g, '"hash_version":"$1"'),
  ) as ArmRequest[];
  const assets = new Map<string, ArmRequest>();
  while (rest.length > 1) {
    const [{ path: place, body }, ...others] = rest;
    const name = place.replace(/^\/(\w+)\/.*/, `/$1/${hashOf(body)}`);
    assets.set(name, { path: name, body });
    rest = JSON.parse(JSON.stringify(others).replaceAll(place, name)) as ArmRequest[];
  }
  const sorted = [...assets].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
  return comparable([...sorted, ...rest]);
}

/** The same for the same keys and values, in whatever order. */
function hashOf(body: unknown): string {
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
