/** A process that runs cases one after the other, for a parent that watches it: it may hang or die. */
import { writeSync } from 'node:fs';
import { CaseMaker } from './cases.ts';
import { describeFault, judge } from './oracle.ts';

/** CPU seconds above which a case counts as a failure. */
const MOST_CPU_SECONDS = 5;

/** Bytes by which the process's largest memory may grow in one case. */
const MOST_GROWTH = 768 * 2 ** 20;

const [seed, first, end, step] = process.argv.slice(2).map(Number);

/** At once, whatever happens next: a line of JSON on standard output. */
function tell(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function fault(message: string, name: string): { fault: string; subject: string } {
  return { fault: message, subject: name };
}

const maker = await CaseMaker.create();
tell({ ready: true });
for (let index = first; index < end; index += step) {
  tell({ index });
  const fuzzCase = maker.make(seed, index);
  const before = { cpu: process.cpuUsage(), peak: peakBytes() };
  const { name } = fuzzCase.subject;
  try {
    tell({ outcome: await judge(fuzzCase) });
  } catch (thrown) {
    tell(fault(describeFault(thrown), name));
  }
  const { user, system } = process.cpuUsage(before.cpu);
  const seconds = (user + system) / 1e6;
  if (seconds > MOST_CPU_SECONDS) tell(fault(`took ${seconds.toFixed(1)} s of CPU time`, name));
  const growth = peakBytes() - before.peak;
  if (growth > MOST_GROWTH) tell(fault(`took ${(growth / 2 ** 20).toFixed(0)} MiB`, name));
}
tell({ finished: true });
