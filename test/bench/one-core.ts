import { readFileSync } from 'node:fs';
import type { Command } from './measure.ts';

/** The first core that this process may use: a container has not always core 0. */
function firstCore(): string {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, core] = /^Cpus_allowed_list:\s*(\d+)/m.exec(status) ?? [];
  if (core === undefined) throw new Error('/proc/self/status tells no core that may be used');
  return core;
}

/** A command with all its processes on one core, which Node takes for the machine's only one; its thread pool stays as it is. */
export function onOneCore({ command, args, env }: Command): Command {
  return {
    command: 'taskset',
    args: ['-c', firstCore(), command, ...args],
    ...(env && { env }),
  };
}
