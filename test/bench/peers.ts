import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { referencePython } from '../reference/python.ts';
import type { Command } from './measure.ts';
import { PeerMissing } from './row.ts';

type Versions = Readonly<Record<string, string>>;

const TRAINING = 'requirements-training.txt';
const TRAINING_ENVIRONMENT = fileURLToPath(
  new URL('../reference/.venv/requirements-training', import.meta.url),
);

/** The end of an error's message is where pip says what is wrong. */
const lastLines = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).trim().split('\n').slice(-2).join(' ');

/**
 * The interpreter for a requirements file of test/reference, whose environment is made when it is missing; that of MONAI,
 * which takes 6 GB, is used only where it is there. Throws a PeerMissing.
 */
function interpreter(requirements: string): string {
  const variable = 'SWINPREP_REFERENCE_PYTHON_TRAINING';
  if (requirements === TRAINING && !process.env[variable] && !existsSync(TRAINING_ENVIRONMENT))
    throw new PeerMissing(
      `npm run test:reference makes the environment of ${TRAINING}, or ${variable} names an interpreter with its packages`,
    );
  try {
    return referencePython(requirements);
  } catch (thrown) {
    throw new PeerMissing(lastLines(thrown));
  }
}

const VERSIONS = `
import importlib.metadata, json, platform, sys
names = sys.argv[1:]
print(json.dumps({"Python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}))
`;

/** A program in Python of this folder, run in the environment of a requirements file of test/reference. */
export interface PythonPeer {
  command(...args: string[]): Command;
  ready(): Promise<Versions>;
}

/** @param packages what it is measured for; their versions are told */
export function pythonPeer(
  script: string,
  requirements: string,
  packages: readonly [string, ...string[]],
): PythonPeer {
  let python: string | undefined;
  return {
    command(...args) {
      if (python === undefined) throw new Error(`${script} was not made ready`);
      return { command: python, args: [fileURLToPath(new URL(script, import.meta.url)), ...args] };
    },
    async ready() {
      python = interpreter(requirements);
      const { status, stdout, stderr, error } = spawnSync(python, ['-c', VERSIONS, ...packages], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new PeerMissing(`${python}: ${lastLines(error?.message ?? stderr)}`);
      return JSON.parse(stdout);
    },
  };
}

/** Name and version of a program on the path, which a package has. Throws a PeerMissing where there is none. */
export function programVersion(
  name: string,
  args: readonly string[],
  pattern: RegExp,
  packageName = name,
): Versions {
  const { error, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' });
  if (error !== undefined)
    throw new PeerMissing(`there is no ${name} on the path (Debian, Ubuntu: apt install ${packageName})`);
  return { [name]: pattern.exec(`${stdout}\n${stderr}`)?.[0] ?? 'of unknown version' };
}

export const igzipVersion = (): Versions => programVersion('igzip', ['--version'], /[\d.]+/, 'isal');
