import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UsageError } from '../errors.ts';

export interface FolderLocation {
  readonly kind: 'folder';
  /** As given: absolute, or relative to the working directory. */
  readonly path: string;
}

export interface BlobLocation {
  readonly kind: 'blob';
  /** The account's blob endpoint, no slash at its end; Azurite's carries the account as its path. */
  readonly endpoint: string;
  readonly account: string;
  readonly container: string;
  /** Path below the container, percent-decoded, no slash at either end; `''` for the whole container. */
  readonly prefix: string;
  /** Shared access signature without its `?`; `''` where the URI has none. */
  readonly sas: string;
}

export type Location = FolderLocation | BlobLocation;

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
/** A data asset of Azure ML, which others look up: `azureml:NAME:VERSION`. */
const ASSET = /^azureml:/i;
const HTTP = /^(https?):\/\/([^/?#@]+)(\/[^?#]*)?$/i;
const HADOOP = /^(?:wasb|abfs)s?:\/\/([^@/?#]+)@([^/?#@]+)(\/[^?#]*)?$/i;
/** Public, Azure Government and Azure China clouds, and accounts with a DNS zone endpoint. A token is sent to no other host. */
const AZURE_HOST =
  /^([a-z0-9]{3,24})((?:\.z\d+)?)\.(?:blob|dfs)\.(core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|storage\.azure\.net)$/i;
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;
const CONTAINER = /^(?:\$root|\$web|(?=.{3,63}$)[a-z0-9](?:-?[a-z0-9])+)$/;

const FORMS = [
  'a local path',
  'https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX',
  'wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/PREFIX',
  'abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX',
].join(', ');

/**
 * Where a URI points: a local path or `file://`, `https://` of a blob container with an optional SAS query, `wasb(s)://`,
 * `abfs(s)://` (the same account through its blob endpoint), or Azurite's `http://127.0.0.1:PORT/ACCOUNT/CONTAINER/PREFIX`.
 * Throws a UsageError for anything else; its message shows no query.
 */
export function parseLocation(uri: string): Location {
  if (uri === '') throw new UsageError(`a path or URI is empty: give ${FORMS}`);
  const scheme = SCHEME.exec(uri)?.[1].toLowerCase();
  switch (scheme) {
    case undefined:
      return { kind: 'folder', path: uri };
    case 'file':
      return { kind: 'folder', path: pathOf(uri) };
    case 'http':
    case 'https':
      return httpLocation(uri, scheme);
    case 'wasb':
    case 'wasbs':
    case 'abfs':
    case 'abfss':
      return hadoopLocation(uri);
    case 'azureml':
      throw wrong(
        uri,
        'an azureml:// URI is not resolved here; hand the https URL of the container that lies behind it',
      );
    default:
      throw wrong(uri, `${scheme}:// is not supported: give ${FORMS}`);
  }
}

/** The URL of what a location names: percent-encoded, without its SAS. */
export function blobUrl({ endpoint, container, prefix }: BlobLocation): string {
  return [endpoint, container, ...encoded(prefix)].join('/');
}

/** The URI for people and messages: without its query, where a SAS stands. */
export function displayUri(uri: string): string {
  return SCHEME.test(uri) ? uri.replace(/[?#].*$/s, '') : uri;
}

/** The last name in a URI: of its folder, file, blob or prefix, else of the container. */
export function lastName(uri: string): string {
  const location = parseLocation(uri);
  if (location.kind === 'folder') return basename(resolve(location.path));
  return location.prefix.slice(location.prefix.lastIndexOf('/') + 1) || location.container;
}

/**
 * A URI below another, whose query (SAS) it keeps. `parts` are plain names or relative paths; in a URL they are
 * percent-encoded. Throws a UsageError for a part that would lead elsewhere (`..`).
 */
export function joinUri(uri: string, ...parts: readonly string[]): string {
  const names = parts.flatMap((part) => part.split('/')).filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..' || !name.isWellFormed())) {
    throw wrong(uri, `${JSON.stringify(parts.join('/'))} cannot be added to it`);
  }
  if (!SCHEME.test(uri)) return join(uri, ...names);
  const base = displayUri(uri);
  return (
    base.replace(/\/+$/, '') +
    names.map((name) => `/${encodeURIComponent(name)}`).join('') +
    uri.slice(base.length)
  );
}

/**
 * The file that an option means which takes a file or its folder: `uri` itself where it ends as `name` does (`.json`), else the
 * file `name` below it. Throws a UsageError where `uri` is no path or URI of a store.
 */
export function fileOrBelow(uri: string, name: string): string {
  parseLocation(uri);
  const ending = name.slice(name.lastIndexOf('.'));
  return displayUri(uri).toLowerCase().endsWith(ending) ? uri : joinUri(uri, name);
}

/**
 * The URI that a file at `uri` means by `reference`: itself where it is absolute, else a place beside that file. A
 * reference to a blob keeps the file's query (SAS). Throws a UsageError where one of a URL leads upwards (`..`).
 */
export function besideUri(uri: string, reference: string): string {
  if (SCHEME.test(reference) || ASSET.test(reference) || isAbsolute(reference)) return reference;
  if (!SCHEME.test(uri)) return join(dirname(uri), reference);
  const base = displayUri(uri);
  return joinUri(base.slice(0, base.lastIndexOf('/')) + uri.slice(base.length), reference);
}

function httpLocation(uri: string, scheme: string): BlobLocation {
  const [, , host, path = ''] = HTTP.exec(displayUri(uri)) ?? [];
  if (host === undefined) throw wrong(uri, 'is not a URL of a blob container');
  if (LOOPBACK.test(host)) {
    const [account, ...rest] = segments(uri, path);
    if (account === undefined)
      throw wrong(uri, 'names no account; Azurite wants http://127.0.0.1:PORT/devstoreaccount1/CONTAINER');
    return blobLocation(uri, `${scheme}://${host.toLowerCase()}/${account}`, account, rest);
  }
  if (scheme === 'http') throw wrong(uri, 'plain http is for Azurite on this machine alone; write https');
  return blobLocation(uri, ...azureAccount(uri, host), segments(uri, path));
}

function hadoopLocation(uri: string): BlobLocation {
  const [, container, host, path = ''] = HADOOP.exec(displayUri(uri)) ?? [];
  if (container === undefined)
    throw wrong(uri, 'is not of the form SCHEME://CONTAINER@ACCOUNT.blob.core.windows.net/PREFIX');
  return blobLocation(uri, ...azureAccount(uri, host), [container, ...segments(uri, path)]);
}

function azureAccount(uri: string, host: string): [endpoint: string, account: string] {
  const [, account, zone, cloud] = AZURE_HOST.exec(host.toLowerCase()) ?? [];
  if (account === undefined)
    throw wrong(uri, `${host} is not a blob endpoint of Azure such as ACCOUNT.blob.core.windows.net`);
  return [`https://${account}${zone}.blob.${cloud}`, account];
}

function blobLocation(uri: string, endpoint: string, account: string, path: readonly string[]): BlobLocation {
  const [container, ...below] = path;
  if (container === undefined) throw wrong(uri, 'names no container; add one to its path');
  if (!CONTAINER.test(container)) {
    throw wrong(
      uri,
      `${JSON.stringify(container)} is not a container name (3 to 63 of a-z, 0-9 and single -)`,
    );
  }
  return { kind: 'blob', endpoint, account, container, prefix: below.join('/'), sas: sasOf(uri) };
}

function sasOf(uri: string): string {
  const query = uri.slice(displayUri(uri).length);
  if (query.includes('#')) throw wrong(uri, 'holds a #; write %23 for one in a name');
  const sas = query.slice(1);
  if (sas !== '' && !new URLSearchParams(sas).has('sig')) {
    throw wrong(uri, 'has a query that is not a SAS token (it has no sig); write %3F for a ? in a name');
  }
  return sas;
}

function segments(uri: string, path: string): string[] {
  let names: string[];
  try {
    names = decodeURIComponent(path).split('/');
  } catch (cause) {
    throw new UsageError(`${displayUri(uri)}: holds a % that encodes nothing; write %25 for one in a name`, {
      cause,
    });
  }
  if (names.some((name) => name === '.' || name === '..'))
    throw wrong(uri, 'holds a "." or ".." part; write the path it means');
  return names.filter((name) => name !== '');
}

function encoded(path: string): string[] {
  return path === '' ? [] : path.split('/').map(encodeURIComponent);
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw new UsageError(`${displayUri(uri)}: is not a file URL of this machine (${messageOf(cause)})`, {
      cause,
    });
  }
}

function wrong(uri: string, message: string): UsageError {
  return new UsageError(`${displayUri(uri)}: ${message}`);
}
