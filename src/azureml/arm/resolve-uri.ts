import { ArmError, StorageError, UsageError } from '../../errors.ts';
import { joinUri } from '../../storage/location.ts';
import { type AssetReference, noPlace, parseAssetReference } from '../asset-reference.ts';
import { isAzureMlUri, isDatastoreUri, parseDatastoreUri } from '../datastore-uri.ts';
import { type Workspace, workspaceId } from '../workspace.ts';
import type { DataType } from '../yaml/data-type.ts';
import type { ArmClient } from './arm-client.ts';
import type { DataAssetPlace } from './assets/data-asset.ts';
import type { WorkspaceClient } from './client.ts';
import type { WorkspaceOptions } from './find-workspace.ts';

/** What is asked of a place. */
export interface PlaceWish {
  /** What a data asset has to be; undefined: either. */
  readonly type?: DataType | undefined;
  /** Is told the data asset that was taken, with its version: `azureml:NAME:VERSION`. */
  readonly taken?: ((asset: string) => void) | undefined;
}

/** Gives the URL of what an `azureml:` reference names, a datastore or a data asset; any other path or URI as it is. */
export type ResolveUri = (uri: string, wish?: PlaceWish) => Promise<string>;

/**
 * A resolver of `azureml:` references, which asks Azure Resource Manager once for each datastore and each data asset: a
 * label means the same version as long as this process lives. The short forms mean the workspace that `options` and `env`
 * name (see `findWorkspace`). It throws a UsageError where the reference, the workspace, the datastore or the asset is
 * wrong, a StorageError where the answer cannot be had.
 */
export function uriResolver(
  options: WorkspaceOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): ResolveUri {
  const clients = new Map<string, Promise<WorkspaceClient>>();
  const urls = new Map<string, Promise<string>>();
  const assets = new Map<string, Promise<DataAssetPlace>>();
  let found: Promise<Workspace> | undefined;
  let bare: Promise<ArmClient> | undefined;

  return async (uri, { type, taken } = {}) => {
    if (!isAzureMlUri(uri)) return uri;
    let what = 'its datastore';
    try {
      if (isDatastoreUri(uri)) return await datastorePlace(uri, undefined);
      const reference = parseAssetReference(uri, 'data');
      if (reference === undefined) throw noPlace(uri);
      what = 'its data asset';
      const place = await assetPlace(uri, reference);
      assertType(place, type);
      const workspace =
        reference.home === undefined || 'registry' in reference.home ? undefined : reference.home;
      const url = isAzureMlUri(place.uri) ? await datastorePlace(place.uri, workspace) : place.uri;
      taken?.(place.text);
      return url;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message.replace(`${uri}: `, '') : '';
      if (cause instanceof UsageError) throw new UsageError(`${uri}: ${message}`, { cause });
      if (cause instanceof ArmError)
        throw new StorageError(uri, `${what} cannot be looked up: ${message}`, { cause });
      throw cause;
    }
  };

  async function datastorePlace(uri: string, home: Workspace | undefined): Promise<string> {
    const { workspace, datastore, path } = parseDatastoreUri(uri);
    return joinUri(await containerOf(workspace ?? home ?? (await atHand()), datastore), path);
  }

  async function assetPlace(uri: string, reference: AssetReference): Promise<DataAssetPlace> {
    const { dataAssetPlace } = await import('./assets/data-asset.ts');
    const { home } = reference;
    const workspace = home === undefined ? await atHand() : undefined;
    const client =
      home !== undefined && 'registry' in home ? await anyClient() : await clientOf(home ?? workspace!);
    return once(assets, uri, () => dataAssetPlace(client, reference, workspace));
  }

  async function atHand(): Promise<Workspace> {
    const { findWorkspace } = await import('./find-workspace.ts');
    found ??= findWorkspace(options, env);
    return found;
  }

  function containerOf(workspace: Workspace, datastore: string): Promise<string> {
    const key = `${workspaceId(workspace)}/${datastore}`.toLowerCase();
    return once(urls, key, async () => {
      // Loaded on demand: most runs name no datastore, and the packages behind these take time to load.
      const { datastoreUrl } = await import('./datastore.ts');
      return datastoreUrl(await clientOf(workspace), datastore);
    });
  }

  function clientOf(workspace: Workspace): Promise<WorkspaceClient> {
    return once(clients, workspaceId(workspace).toLowerCase(), async () => {
      const { connectTo } = await import('./connect.ts');
      return connectTo(workspace, env);
    });
  }

  /** A registry is in no workspace. */
  async function anyClient(): Promise<ArmClient> {
    const { connectToArm } = await import('./connect.ts');
    bare ??= connectToArm(env);
    return bare;
  }
}

const NAMES: Readonly<Partial<Record<DataType, string>>> = { uri_file: 'a file', uri_folder: 'a folder' };

function assertType({ text, type }: DataAssetPlace, wanted: DataType | undefined): void {
  if (wanted === undefined || wanted === type) return;
  throw new UsageError(
    `the data asset ${text} is ${NAMES[type] ?? type} (${type}), and ${NAMES[wanted] ?? wanted} is wanted here; give an asset of the type ${wanted}`,
  );
}

function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}
