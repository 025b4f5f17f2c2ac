import type { WorkspaceClient } from '../../azureml/arm/client.ts';
import { connect } from '../../azureml/arm/connect.ts';
import { assertContent, isContentFingerprint } from '../../azureml/arm/content-fingerprint.ts';
import type { WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import { register } from '../../azureml/arm/register.ts';
import { parseAssetReference } from '../../azureml/asset-reference.ts';
import { dataRequest } from '../../azureml/request-bodies/asset-body.ts';
import { type Lineage, lineageTags, withLineage } from '../../azureml/request-bodies/lineage-tags.ts';
import { readDataAsset } from '../../azureml/request-bodies/requests.ts';
import { isRemote } from '../../azureml/yaml/remote-values.ts';
import { UsageError } from '../../errors.ts';
import { MANIFEST_FILE, manifestSchema } from '../../records/manifest.ts';
import { readArtifact } from '../../runner/artifact.ts';
import { say } from './command.ts';

interface DataOptions extends WorkspaceOptions {
  readonly file: string;
  readonly path?: string | undefined;
  readonly as?: string | undefined;
  readonly manifest?: string | undefined;
  readonly job?: string | undefined;
  readonly content?: string | undefined;
}

export const dataOptions = {
  path: { type: 'string', requiresArg: true, description: 'URI in place of the one in the file' },
  as: { type: 'string', requiresArg: true, description: 'Version in place of the one in the file' },
  manifest: {
    type: 'string',
    requiresArg: true,
    description:
      'Folder of the manifest.json of the ROIs (a path or URI): constants, counts, configuration and version become tags, no patient does',
  },
  job: {
    type: 'string',
    requiresArg: true,
    description:
      'With --manifest, the job that wrote the ROIs, a tag with its inputs content and preset (default: inside a job this one)',
  },
  content: {
    type: 'string',
    requiresArg: true,
    description:
      'With --manifest, the fingerprint that "azure fingerprint" prints, as a tag (default: the input content of the job)',
  },
} as const;

/** `swinprep azure data`. */
export async function registerData(
  options: DataOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const { file, path, as: version, manifest } = options;
  const read = await readDataAsset(file, {
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
  });
  assertPlace(read.path);
  if (manifest === undefined && (options.job ?? options.content) !== undefined)
    throw new UsageError('--job, --content: go with --manifest, the folder of the manifest.json');
  const client = await connect(options);
  const asset =
    manifest === undefined
      ? read
      : withLineage(read, lineageTags(await lineageOf(client, { ...options, manifest }, env)));
  const request = dataRequest(asset);
  say(`${request.path.slice(1)}: ${await register(client, request)}`);
}

/** Azure keeps whatever text it is given. */
function assertPlace(place: string): void {
  if (parseAssetReference(place, 'data') !== undefined)
    throw new UsageError(`path: ${place} is a data asset itself; give the place where it lies`);
  if (!isRemote(place))
    throw new UsageError(
      `path: ${place} is on this machine; upload it (azcopy) and give its URI, such as azureml://datastores/D/paths/P`,
    );
}

async function lineageOf(
  client: WorkspaceClient,
  { manifest: place, job, content }: DataOptions & { readonly manifest: string },
  env: NodeJS.ProcessEnv,
): Promise<Lineage> {
  if (content !== undefined) assertContent(content);
  const manifest = await readArtifact(place, MANIFEST_FILE, manifestSchema, 'pass2-write');
  // A step's own run is the child of the job that people know.
  const name = job ?? (env.AZUREML_ROOT_RUN_ID || env.AZUREML_RUN_ID || undefined);
  if (name === undefined) return { manifest, content: known(content) };
  const found = await client.get(`/jobs/${encodeURIComponent(name)}`);
  if (found === undefined)
    throw new UsageError(
      `--job ${name}: there is no such job in the workspace ${client.workspace.workspaceName}; \`az ml job list\` shows those that are`,
    );
  const { inputs } = found.properties as {
    inputs?: Readonly<Record<string, { readonly value?: string } | null>> | null;
  };
  return {
    manifest,
    job: name,
    content: known(content ?? inputs?.content?.value),
    preset: inputs?.preset?.value,
  };
}

function known(content: string | undefined): string | undefined {
  return content !== undefined && isContentFingerprint(content) ? content : undefined;
}
