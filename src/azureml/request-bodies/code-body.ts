import { assetPath } from '../workspace.ts';
import { codeFolder } from '../yaml/settings/code.ts';
import type { ArmRequest } from './asset-body.ts';

/** Version of the way in which azure-ai-ml hashes code. */
const HASH_VERSION = '202208';

/** Path of code below its workspace. Its name is made of its hash, so that the same code is one asset. */
export function codePath(hash: string): string {
  return assetPath('codes', hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'), '1');
}

/**
 * `CodeVersion` of Azure Resource Manager for a folder that lies at `codeUri`. Values of `properties` are texts there;
 * azure-ai-ml sends the version of the hash as a number.
 */
export function codeRequest(hash: string, codeUri: string): ArmRequest {
  const properties = { hash_sha256: hash, hash_version: HASH_VERSION };
  return { path: codePath(hash), body: { properties: { codeUri, isAnonymous: true, properties } } };
}

/** What a component of a `file` names its code by: the ARM id of what was uploaded, or what was written. */
export function codeReference(
  code: string | undefined,
  file: string,
  uploaded: ReadonlyMap<string, string> | undefined,
): string | undefined {
  const folder = codeFolder(code, file);
  if (folder === undefined) return code;
  const id = uploaded?.get(folder);
  if (id === undefined) throw new Error(`${folder} has not been uploaded`);
  return `azureml:${id}`;
}
