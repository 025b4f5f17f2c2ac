import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Below it a virtual environment for each requirements file; ignored by git. */
const ENVIRONMENTS = join(HERE, '.venv');

/** What the pinned numpy needs. */
const OLDEST_PYTHON = [3, 11];

/** Holds the interpreter for `requirements.txt`; setup.ts sets it. Set beforehand, it is used as it is. */
export const PYTHON_VARIABLE = 'SWINPREP_REFERENCE_PYTHON';

/** The Python that environments are made from, where it is not the first on the path. */
const BASE_VARIABLE = 'SWINPREP_PYTHON';

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Text of a requirements file and of those that it includes by `-r`: what an environment was made from. */
function requirementsText(file: string): string {
  const text = readFileSync(join(HERE, file), 'utf8');
  const included = [...text.matchAll(/^-r\s+(\S+)/gm)].map((match) => requirementsText(match[1]));
  return [text, ...included].join('\n');
}

function basePython(): { command: string; version: string } {
  const command = process.env[BASE_VARIABLE] ?? (process.platform === 'win32' ? 'python' : 'python3');
  const asked = spawnSync(
    command,
    ['-c', 'import ensurepip, venv, platform; print(platform.python_version())'],
    {
      encoding: 'utf8',
    },
  );
  const version = asked.stdout?.trim() ?? '';
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_PYTHON;
  if (asked.status === 0 && (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)))
    return { command, version };
  const why =
    asked.error?.message ??
    (asked.status === 0 ? `it is Python ${version}` : asked.stderr.trim().split('\n').at(-1));
  throw new Error(
    `the checks against the reference need Python ${OLDEST_PYTHON.join('.')} or newer with its venv module; ${command} will not do: ${why}.\n` +
      `Install it (Debian, Ubuntu: python3-venv), name another one in ${BASE_VARIABLE}, or name in ${PYTHON_VARIABLE} ` +
      'an interpreter that has the packages of test/reference/requirements.txt.',
  );
}

function mustRun(command: string, args: readonly string[], otherwise: string): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const output = error?.message ?? `${stdout}\n${stderr}`.trim().split('\n').slice(-12).join('\n');
  throw new Error(`${otherwise}\n${output}`);
}

/**
 * The interpreter of the virtual environment for a requirements file of this folder. It is made when first asked for,
 * and made again when the file changed. Throws an Error that says what to do where Python or a package cannot be had.
 */
export function pythonWith(requirements: string): string {
  const folder = join(ENVIRONMENTS, requirements.replace(/\.txt$/, ''));
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'made-from.sha256');
  const wanted = createHash('sha256').update(requirementsText(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  const { command, version } = basePython();
  say(`making test/reference/.venv with Python ${version} from ${requirements} ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(ENVIRONMENTS, { recursive: true });
  mustRun(command, ['-m', 'venv', folder], `${command} could not make a virtual environment in ${folder}:`);
  mustRun(
    python,
    ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '-r', join(HERE, requirements)],
    `the packages of test/reference/${requirements} cannot be installed; pip has to reach a package index:`,
  );
  writeFileSync(stamp, wanted);
  return python;
}

/** The variable that names an interpreter for other requirements: `requirements-NAME.txt`, `..._NAME`. */
function variableOf(requirements: string): string {
  const [, name] = /^requirements-(.+)\.txt$/.exec(requirements) ?? [];
  return name === undefined
    ? PYTHON_VARIABLE
    : `${PYTHON_VARIABLE}_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The interpreter for the checks of this folder: that of `requirements.txt` unless a check needs more. */
export function referencePython(requirements = 'requirements.txt'): string {
  return process.env[variableOf(requirements)] || pythonWith(requirements);
}

/**
 * Runs a script of this folder, or one by its absolute path, and gives what it prints. Throws an Error with the end of its
 * stderr where it fails.
 */
export function runPython(
  script: string,
  args: readonly string[],
  requirements = 'requirements.txt',
): Promise<string> {
  const child = spawn(referencePython(requirements), [resolve(HERE, script), ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${script} ended with code ${code}:\n${stderr.slice(-4000)}`));
    });
  });
}
