import { version } from 'node:process';
import { VERSION } from '../../src/version.ts';

/** Names and versions of every program that may be measured and is here. */
export async function peerVersions(): Promise<Record<string, string>> {
  return { swinprep: VERSION, Node: version, zlib: process.versions.zlib };
}
