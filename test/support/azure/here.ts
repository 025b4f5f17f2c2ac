import { createRequire } from 'node:module';
import type { CliResult } from '../cli.ts';
import { type ArmServer, startArmServer } from './arm-server.ts';

// As built: the program that is delivered.
const built = createRequire(new URL('../../../dist/', import.meta.url));
const program = (): typeof import('../../../src/terminal/program.ts') => built('./terminal/program.js');

let server: Promise<ArmServer> | undefined;

/**
 * The one server that commands in this process can sign in to, for the Azure SDK keeps who gives tokens and the tokens,
 * with nothing in it. What asks for tokens is tested by processes of their own.
 */
export async function armServerHere(): Promise<ArmServer> {
  server ??= startArmServer();
  const arm = await server;
  arm.reset();
  return arm;
}

function changeEnv(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Runs a command to its end as `startCli` does, but in this process: where it is not the process that is tested. */
export async function commandHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  const { log, error } = console;
  const { write } = process.stderr;
  let stdout = '';
  let stderr = '';
  changeEnv(env);
  console.log = (line) => {
    stdout += `${line}\n`;
  };
  console.error = (line) => {
    stderr += `${line}\n`;
  };
  process.stderr.write = (text: string | Uint8Array) => {
    stderr += text;
    return true;
  };
  try {
    const code = await program().main(args);
    return { code, stdout, stderr };
  } finally {
    Object.assign(console, { log, error });
    process.stderr.write = write;
    changeEnv(before);
  }
}
