/**
 * `npm run record [-- NAME...] [--check]`: records known answers anew, all or those named, each with the packages that its
 * requirements pin, and says which came out otherwise. Those that did not, and with --check all, stay as they are byte for byte.
 *
 * Ends with 0 where all were recorded; with 1 where a recorder failed or could not run, or a golden changed under --check.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { cli, temporaryFolder } from '../support/cli.ts';
import { hasSharedData, shared, sharedData } from '../support/shared-data.ts';
import { runPython } from './python.ts';
import { RECORDERS, type Recorder } from './recorders.ts';

const GOLDENS = fileURLToPath(new URL('../goldens', import.meta.url));

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const strangers = positionals.filter((name) => !Object.hasOwn(RECORDERS, name));
if (strangers.length > 0) {
  process.stderr.write(
    `no recorder ${strangers.join(', ')}; there are ${Object.keys(RECORDERS).join(', ')}\n`,
  );
  process.exit(2);
}

let outputs: Promise<string> | undefined;
/** What `swinprep preprocess --preset reference` writes for the real patients. */
function realPatients(): Promise<string> {
  outputs ??= (async () => {
    const out = temporaryFolder();
    const clinical = shared('tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv');
    const inputs = ['--raw', shared('lung1'), '--clinical', clinical];
    await cli(['preprocess', '--preset', 'reference', ...inputs, '--out', out]);
    return out;
  })();
  return outputs;
}

/** Why a recorder cannot run here; undefined where it can. */
function missing({ readsSharedData, programs = [] }: Recorder): string | undefined {
  if (readsSharedData && !hasSharedData) return `no real data at ${sharedData}`;
  const absent = programs.filter((name) => spawnSync(name, ['--version']).error !== undefined);
  return absent.length > 0 ? `${absent.join(', ')} is not on the PATH` : undefined;
}

async function run({ script, requirements, args, prints, goldens }: Recorder): Promise<void> {
  const given = (await args?.(realPatients)) ?? [];
  if (script.endsWith('.ts')) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [...process.execArgv, path, ...given], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${script} ended with code ${status}:\n${stderr.slice(-4000)}`);
    return;
  }
  const printed = await runPython(script, given, requirements);
  if (prints) writeFileSync(join(GOLDENS, goldens[0]), printed);
}

function readGolden(name: string): string | undefined {
  const path = join(GOLDENS, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Puts a golden back as it was. */
function restore(name: string, before: string | undefined): void {
  const path = join(GOLDENS, name);
  if (before === undefined) rmSync(path, { force: true });
  else if (readGolden(name) !== before) writeFileSync(path, before);
}

/** One word for what became of a golden, and whether it is to be looked at. */
function outcome({ told = JSON.parse, varies }: Recorder, before: string | undefined, after: string) {
  if (before === undefined) return { word: 'new', changed: true };
  if (before === after || isDeepStrictEqual(told(before), told(after)))
    return { word: 'unchanged', changed: false };
  return varies === undefined
    ? { word: 'CHANGED', changed: true }
    : { word: `written anew: ${varies}`, changed: false };
}

/** Runs a recorder and says what became of its goldens. Gives whether all is well. */
async function record(name: string, recorder: Recorder): Promise<boolean> {
  const why = missing(recorder);
  if (why !== undefined) {
    process.stdout.write(`${name}: not recorded: ${why}\n`);
    return false;
  }
  const before = new Map(recorder.goldens.map((golden) => [golden, readGolden(golden)]));
  let well = true;
  try {
    await run(recorder);
    for (const [golden, old] of before) {
      const { word, changed } = outcome(recorder, old, readGolden(golden) ?? '');
      process.stdout.write(`${name}: ${golden} ${word}\n`);
      if (values.check || word === 'unchanged') restore(golden, old);
      if (values.check && changed) well = false;
    }
  } catch (error) {
    for (const [golden, old] of before) restore(golden, old);
    process.stdout.write(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
    well = false;
  }
  return well;
}

const asked = positionals.length > 0 ? positionals : Object.keys(RECORDERS);
for (const name of asked) if (!(await record(name, RECORDERS[name]))) process.exitCode = 1;
if (outputs !== undefined) rmSync(await outputs, { recursive: true, force: true });
