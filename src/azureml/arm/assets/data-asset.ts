import { ArmError, messageOf, UsageError } from '../../../errors.ts';
import { blobUrl, displayUri, type Location, parseLocation } from '../../../storage/location.ts';
import type { AssetReference } from '../../asset-reference.ts';
import { isAzureMlUri } from '../../datastore-uri.ts';
import type { Workspace } from '../../workspace.ts';
import type { DataType } from '../../yaml/data-type.ts';
import type { ArmClient } from '../arm-client.ts';
import { type FoundAsset, findAsset } from '../find-asset.ts';

/** What a data asset stands for. */
export interface DataAssetPlace {
  /** URL, or an `azureml://` URI of a datastore, in its long form or the short one of the asset's own workspace. May hold a SAS. */
  readonly uri: string;
  readonly type: DataType;
  /** The reference with the version in place of a label. */
  readonly text: string;
}

/** What is used of `DataVersionBase` (Azure Resource Manager). */
interface DataVersion {
  readonly dataType?: string;
  readonly dataUri?: string;
  readonly isArchived?: boolean | null;
}

/**
 * Looks up where a data asset lies; `workspace` is the one at hand. An archived version is taken where it is asked for
 * by its number, as Azure ML does, and not by a label. Throws a UsageError where it is not there or cannot be used.
 */
export async function dataAssetPlace(
  client: ArmClient,
  reference: AssetReference,
  workspace: Workspace | undefined,
): Promise<DataAssetPlace> {
  const found = await findAsset(client, reference, workspace);
  const { text } = found;
  const { dataType = '', dataUri = '', isArchived } = found.properties as DataVersion;
  if (dataType !== 'uri_file' && dataType !== 'uri_folder') {
    throw new UsageError(
      `the data asset ${text} is of the type ${dataType}; register its files or their folder as uri_file or uri_folder, by \`swinprep azure data\``,
    );
  }
  if (isArchived && reference.label !== undefined) {
    throw new UsageError(
      `the data asset ${text}, which is ${reference.label}, is archived; give a version (this one is taken by its number too), or \`az ml data restore\` it`,
    );
  }
  const registry =
    reference.home !== undefined && 'registry' in reference.home ? reference.home.registry : undefined;
  if (isAzureMlUri(dataUri) && registry === undefined) return { uri: dataUri, type: dataType, text };
  const location = locationOf(dataUri, text);
  if (registry === undefined) return { uri: dataUri, type: dataType, text };
  return { uri: await readableUrl(client, found, reference, registry, location), type: dataType, text };
}

function locationOf(dataUri: string, text: string): Location & { kind: 'blob' } {
  const problem = (why: string): UsageError =>
    new UsageError(
      `the data asset ${text} lies at ${displayUri(dataUri)}, which is not read: ${why}; register the folder or file in Blob Storage`,
    );
  let location: Location;
  try {
    location = parseLocation(dataUri);
  } catch (error) {
    throw problem(messageOf(error));
  }
  if (location.kind !== 'blob') throw problem('it is no URI of Blob Storage');
  return location;
}

/** `GetBlobReferenceSASResponseDto` of Azure Resource Manager. */
interface BlobReference {
  readonly blobReferenceForConsumption?: {
    readonly credential?: { readonly credentialType?: string; readonly sasUri?: string };
  };
}

/** The blobs of a registry are its own: it gives a SAS for them, good for reading and for some hours. */
async function readableUrl(
  client: ArmClient,
  { id, text, version }: FoundAsset,
  { name }: AssetReference,
  registry: string,
  location: Location & { kind: 'blob' },
): Promise<string> {
  const url = blobUrl(location);
  const path = id.replace(/\/data\/([^/]+)\/versions\/([^/]+)$/, '/datareferences/$1/versions/$2');
  const assetId = `azureml://registries/${registry}/data/${name}/versions/${version}`;
  let credential: NonNullable<BlobReference['blobReferenceForConsumption']>['credential'];
  try {
    const answer = (await client.post(path, { assetId, blobUri: url })) as BlobReference;
    credential = answer.blobReferenceForConsumption?.credential;
  } catch (cause) {
    if (!(cause instanceof ArmError)) throw cause;
    throw new UsageError(
      `the registry ${registry} gives no access to the blobs of ${text} (${cause.message}); give the identity of this process the role AzureML Registry User on it, or copy them and give their URL`,
      { cause },
    );
  }
  const { credentialType = 'none', sasUri } = credential ?? {};
  if (credentialType === 'NoCredentials') return url;
  const signed = sasUri === undefined ? undefined : parseLocation(sasUri);
  const same =
    signed?.kind === 'blob' &&
    signed.endpoint === location.endpoint &&
    signed.container === location.container;
  if (credentialType !== 'SAS' || !same || signed.sas === '') {
    throw new UsageError(
      `the registry ${registry} gives no SAS for the blobs of ${text} (${credentialType}); copy them and give their URL`,
    );
  }
  return `${url}?${signed.sas}`;
}
