import { ArmError, StorageError, UsageError } from '../../errors.ts';
import { joinUri } from '../../storage/location.ts';
import { isAzureMlUri, parseDatastoreUri } from '../datastore-uri.ts';
import { type Workspace, workspaceId } from '../workspace.ts';
import type { WorkspaceClient } from './client.ts';
import type { WorkspaceOptions } from './find-workspace.ts';

/** Gives the URL of what an `azureml://` URI names; any other path or URI as it is. */
export type ResolveUri = (uri: string) => Promise<string>;

/**
 * A resolver of `azureml://` URIs, which asks Azure Resource Manager once for each datastore. The short form means the
 * workspace that `options` and `env` name (see `findWorkspace`). It throws a UsageError where the URI, the workspace or
 * the datastore is wrong, a StorageError where the answer cannot be had.
 */
export function uriResolver(
  options: WorkspaceOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): ResolveUri {
  const clients = new Map<string, Promise<WorkspaceClient>>();
  const urls = new Map<string, Promise<string>>();
  let atHand: Promise<Workspace> | undefined;

  return async (uri) => {
    if (!isAzureMlUri(uri)) return uri;
    const { workspace, datastore, path } = parseDatastoreUri(uri);
    try {
      const { findWorkspace } = await import('./find-workspace.ts');
      atHand ??= workspace === undefined ? findWorkspace(options, env) : undefined;
      return joinUri(await containerOf(workspace ?? (await atHand!), datastore), path);
    } catch (cause) {
      if (cause instanceof UsageError) throw new UsageError(`${uri}: ${cause.message}`, { cause });
      if (cause instanceof ArmError)
        throw new StorageError(uri, `its datastore cannot be looked up: ${cause.message}`, { cause });
      throw cause;
    }
  };

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
}

function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}

/** Options whose value goes to Azure ML as it is. */
const HANDED_ON = new Set(['path']);

/**
 * The options of a command with URLs in place of `azureml://` URIs, so that nothing behind the command line knows of
 * datastores: the same places, fingerprints and messages as with the URLs themselves.
 */
export async function resolveOptions(
  argv: Readonly<Record<string, unknown>>,
  resolveUri: ResolveUri,
): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(argv)) {
    if (typeof value === 'string' && isAzureMlUri(value) && !HANDED_ON.has(name))
      resolved[name] = await resolveUri(value);
  }
  return resolved;
}
