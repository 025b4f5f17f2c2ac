import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { getPriority } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { OUTPUT, OWN_VARIABLES } from './call-pipes.ts';

/** Variables that a shell sets for whom it starts, and that a process that stays has been given. */
const OTHERS = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', ...Object.keys(OWN_VARIABLES)]);

/** Lines of /proc/PID/status that change what a process does to files, and how fast. */
const STATUS = /^(Umask|Cpus_allowed):.*$/gm;

/** Strings, each ended by a zero byte. */
const stringsOf = (file: string): string[] => readFileSync(file, 'utf8').split('\0').slice(0, -1);

function environmentOf(pid: number): NodeJS.ProcessEnv {
  return Object.fromEntries(
    stringsOf(`/proc/${pid}/environ`).map((line) => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

function withoutOthers(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OTHERS.has(name)));
}

/** What a process was given beside its arguments and its environment. No step reads standard input. */
function surroundingsOf(pid: number | 'self', output: number): unknown {
  const streams = [output, 2].map((stream) => {
    const { dev, ino } = statSync(`/proc/${pid}/fd/${stream}`);
    return [dev, ino];
  });
  return {
    streams,
    cwd: readlinkSync(`/proc/${pid}/cwd`),
    status: readFileSync(`/proc/${pid}/status`, 'utf8').match(STATUS),
    limits: readFileSync(`/proc/${pid}/limits`, 'utf8'),
    priority: getPriority(pid === 'self' ? 0 : pid),
  };
}

/**
 * The arguments of a shell script that runs as process `pid`, where this process, started with `environment`, would do
 * with them what one that the script starts would: it has the same environment, the same streams and the same working
 * directory. Undefined otherwise, and where that cannot be known.
 */
export function argumentsOf(pid: number, environment: NodeJS.ProcessEnv): string[] | undefined {
  try {
    if (!isDeepStrictEqual(withoutOthers(environmentOf(pid)), withoutOthers(environment))) return undefined;
    if (!isDeepStrictEqual(surroundingsOf(pid, OUTPUT), surroundingsOf('self', 1))) return undefined;
    // Of the shell, and of the script.
    return stringsOf(`/proc/${pid}/cmdline`).slice(2);
  } catch {
    return undefined;
  }
}
