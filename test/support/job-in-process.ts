import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type * as jobProcess from '../../src/azureml/local/job-process.ts';

const built = createRequire(new URL('../../build/', import.meta.url));
const program = (): typeof import('../../src/terminal/program.ts') => built('./terminal/program.js');

const { quoted, startJob: startProcess }: typeof jobProcess = built('./azureml/local/job-process.js');

export { quoted };

/** Throws where the command would see other surroundings in a process of its own than it sees here. */
function assertHere({ cwd, env }: Parameters<typeof jobProcess.startJob>[1]): void {
  const names = [...new Set([...Object.keys(env), ...Object.keys(process.env)])];
  const other = names.filter((name) => name !== 'PATH' && env[name] !== process.env[name]);
  if (cwd !== process.cwd() || other.length > 0)
    throw new Error(`a job with surroundings of its own (${cwd}, ${other.join(', ')}) has to be a process`);
}

/** Runs `swinprep` in this process where a command, parsed by bash as ever, is a call of it; any other is a process. */
export const startJob: typeof jobProcess.startJob = (command, options) => {
  if (options.inside !== undefined || !/^\s*swinprep\s/.test(command)) return startProcess(command, options);
  assertHere(options);
  const run = async (): Promise<jobProcess.Ending> => {
    const telling = `swinprep() { printf '%s\\0' "$@"; }\n${command}`;
    const { cwd, env } = options;
    const { stdout } = await promisify(execFile)('bash', ['-c', telling], { cwd, env });
    return { exitCode: await program().main(stdout.split('\0').slice(0, -1)) };
  };
  const kill = (): void => {
    throw new Error('a step in this process cannot be killed');
  };
  return { ended: run(), kill };
};
