import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Pin {
  readonly name: string;
  readonly version: string;
}

/** The packages that a requirements file of this folder pins. */
export function pinsOf(requirements: string): Pin[] {
  const text = readFileSync(fileURLToPath(new URL(requirements, import.meta.url)), 'utf8');
  return [...text.matchAll(/^([\w.-]+)==(\S+)$/gm)].map(([, name, version]) => ({ name, version }));
}

/**
 * The newest version of a package that pip finds for an interpreter, in the index that it is set up with; undefined where none
 * is reached or none is found. No pre-releases.
 */
export async function newestOf(name: string, python: string): Promise<string | undefined> {
  const args = ['-m', 'pip', '--disable-pip-version-check', '--retries', '0', '--timeout', '10'];
  try {
    const { stdout } = await promisify(execFile)(python, [...args, 'index', 'versions', name], {
      timeout: 60_000,
    });
    return /^\S+ \((\S+)\)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** The version of each package that an interpreter has. */
export async function installedIn(python: string, names: readonly string[]): Promise<string[]> {
  const script =
    'import importlib.metadata, json, sys; print(json.dumps([importlib.metadata.version(n) for n in sys.argv[1:]]))';
  const { stdout } = await promisify(execFile)(python, ['-c', script, ...names]);
  return JSON.parse(stdout);
}
