import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PeerMissing } from './row.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

/** A revision of the sources, and whether files differed from it. */
export interface Revision {
  readonly commit: string;
  readonly changed: boolean;
}

/** An earlier build of swinprep, in a git worktree that is removed in the end. */
export interface BuildBefore {
  readonly commit: string;
  /** Its built command line. */
  readonly cli: string;
}

const ran = (command: string, args: readonly string[], folder: string): SpawnSyncReturns<string> =>
  spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });

/** Of this checkout no hook is to run. */
const git = (...args: string[]): SpawnSyncReturns<string> =>
  ran('git', ['-c', 'core.hooksPath=/dev/null', ...args], ROOT);

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' ');

function must(result: SpawnSyncReturns<string>, otherwise: string): string {
  const { status, error, stdout, stderr } = result;
  if (status === 0) return stdout.trim();
  const detail = error?.message ?? lastLines(stderr || stdout);
  throw new PeerMissing(detail === '' ? otherwise : `${otherwise}: ${detail}`);
}

/** The revision that this checkout is at; undefined where it is no git repository. */
export function revisionHere(): Revision | undefined {
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return undefined;
  return { commit: head.stdout.trim(), changed: git('status', '--porcelain').stdout.trim() !== '' };
}

/** The whole name of a commit. Throws a PeerMissing where there is no git, no repository or no such commit. */
export function commitNamed(name: string): string {
  return must(
    git('rev-parse', '--verify', '--quiet', `${name}^{commit}`),
    `git finds no commit ${name} here`,
  );
}

/** The packages of this checkout where the lock file is the same, else its own. */
function install(worktree: string): void {
  const [own, its] = [ROOT, worktree].map((folder) =>
    readFileSync(join(folder, 'package-lock.json'), 'utf8'),
  );
  if (own === its) {
    symlinkSync(MODULES, join(worktree, 'node_modules'));
    return;
  }
  const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  must(
    ran('npm', args, worktree),
    'its packages cannot be installed; npm has to reach a registry or its cache',
  );
}

/**
 * Checks a commit out into a worktree at `folder` and builds it, for minutes at most. Throws a PeerMissing that says what is
 * missing; then nothing is left.
 */
export function buildBefore(name: string, folder: string): BuildBefore {
  const commit = commitNamed(name);
  must(git('worktree', 'add', '--detach', folder, commit), `git makes no worktree of ${name}`);
  try {
    install(folder);
    must(ran('npm', ['run', '--silent', 'build'], folder), `${name} cannot be built`);
  } catch (thrown) {
    removeWorktree(folder);
    throw thrown;
  }
  return { commit, cli: join(folder, 'dist', 'cli.js') };
}

/** Also from git's own list. Nothing happens where there is none at the folder. */
export function removeWorktree(folder: string): void {
  git('worktree', 'remove', '--force', folder);
}
