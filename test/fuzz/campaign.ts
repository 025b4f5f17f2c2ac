import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Campaign {
  readonly seed: number;
  /** Cases are numbered; the same number is the same case, however many are run. */
  readonly first: number;
  readonly end: number;
  readonly processes: number;
  /** Called now and then with the number of cases that are done. */
  readonly progress?: (done: number) => void;
}

export interface Failure {
  readonly index: number;
  readonly what: string;
}

export interface CampaignResult {
  readonly cases: number;
  /** How many cases ended in which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** A process that says nothing for this long hangs. */
const SILENCE_MS = 120_000;

/** Heap of a process, far above what any case needs. */
const HEAP_MIB = 2048;

interface Line {
  readonly index?: number;
  readonly outcome?: string;
  readonly fault?: string;
  readonly subject?: string;
  readonly finished?: boolean;
}

/** Runs cases first, first + step ... in one process; gives the number of the case in which it died or hung. */
function runProcess(
  { seed, end }: Campaign,
  first: number,
  step: number,
  hear: (line: Line, index: number) => void,
): Promise<{ brokenAt?: number; why?: string }> {
  return new Promise((resolve, reject) => {
    const flags = ['--experimental-strip-types', '--no-warnings', `--max-old-space-size=${HEAP_MIB}`];
    const child = spawn(process.execPath, [...flags, CHILD, ...[seed, first, end, step].map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let index = -1;
    let finished = false;
    let stderr = '';
    let hung = false;
    const hang = (): void => {
      hung = true;
      child.kill('SIGKILL');
    };
    let watchdog = setTimeout(hang, SILENCE_MS);
    child.stderr.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-2000);
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(hang, SILENCE_MS);
      const line = JSON.parse(text) as Line;
      if (line.index !== undefined) index = line.index;
      if (line.finished === true) finished = true;
      hear(line, index);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(watchdog);
      if (finished) resolve({});
      else if (index < 0) reject(new Error(`the fuzzing process did not start: ${stderr}`));
      else resolve({ brokenAt: index, why: hung ? 'hung' : `died (${signal ?? code}): ${stderr.trim()}` });
    });
  });
}

/** Runs every case in processes of its own, which may hang and die: that is a failure of the case, and the others go on. */
export async function runCampaign(campaign: Campaign): Promise<CampaignResult> {
  const { first, end, processes, progress } = campaign;
  const outcomes = new Map<string, number>();
  const failures: Failure[] = [];
  let cases = 0;
  const lane = async (offset: number): Promise<void> => {
    for (let from = first + offset; from < end; ) {
      const { brokenAt, why } = await runProcess(campaign, from, processes, (line, index) => {
        if (line.index !== undefined) {
          cases++;
          if (cases % 1000 === 0) progress?.(cases);
        }
        if (line.outcome !== undefined) outcomes.set(line.outcome, (outcomes.get(line.outcome) ?? 0) + 1);
        if (line.fault !== undefined) failures.push({ index, what: `${line.subject}: ${line.fault}` });
      });
      if (brokenAt === undefined) return;
      failures.push({ index: brokenAt, what: why! });
      from = brokenAt + processes;
    }
  };
  await Promise.all(Array.from({ length: processes }, (_, offset) => lane(offset)));
  failures.sort((a, b) => a.index - b.index);
  return { cases, outcomes, failures };
}
