import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line; `npm test` builds it first. */
export function startCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<CliResult> } {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** A result whose exit code must be `code`. */
export function checkedResult(result: CliResult, code: number): CliResult {
  if (result.code !== code)
    throw new Error(`exit code ${result.code}, not ${code}:\n${result.stdout}\n${result.stderr}`);
  return result;
}

/** Runs the command line to its end, which must be `code`. */
export async function cli(args: readonly string[], code = 0): Promise<CliResult> {
  return checkedResult(await startCli(args).ended, code);
}

/** Kills a command line without warning when its standard error shows `sign`. */
export async function killedAt(sign: RegExp, started: ReturnType<typeof startCli>): Promise<void> {
  let seen = '';
  started.child.stderr!.on('data', (text: string) => {
    seen += text;
    if (sign.test(seen)) started.child.kill('SIGKILL');
  });
  const { code } = await started.ended;
  if (code !== null || !sign.test(seen)) throw new Error(`ended with ${code} and not at ${sign}:\n${seen}`);
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'swinprep-test-'));
}

export function readJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(join(...parts), 'utf8')) as T;
}

/** SHA-256 of every file below a folder, hidden ones too, by path; optionally only of names that end in `ending`. */
export function hashesOf(folder: string, ending = ''): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    files.map((file) => [
      relative(folder, file),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  );
}
