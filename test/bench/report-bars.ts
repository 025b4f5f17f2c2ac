import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasBrowser } from '../support/browser.ts';
import { machineFacts } from './machine.ts';
import { type ManyPatients, writeManyPatients } from './many-patients.ts';
import { type Command, type Measurement, measure } from './measure.ts';
import { spreadOf } from './median.ts';
import { onOneCore } from './one-core.ts';
import { type PageTimes, pageTimes } from './report-in-browser.ts';
import { type Held, serverMemory, viewerMemory } from './review-memory.ts';
import { builtAt } from './swinprep.ts';

/*
 * The bars of report and review, over many patients made of those of a finished run:
 * `node --experimental-strip-types test/bench/report-bars.ts OUT`, after `npm run build`. Linux only.
 */

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    patients: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    volumes: { type: 'string', default: '200' },
    parts: { type: 'string', default: 'step,page,review' },
    scratch: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
  },
});
const [like] = positionals;
if (like === undefined) throw new Error('which folder holds the outputs of the run?');
const [patients, rounds, volumes] = [values.patients, values.rounds, values.volumes].map(Number);
const parts = values.parts.split(',');

/** A number that a bar is put to, or that stands beside one. */
interface Line {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly measured: readonly number[];
  /** At most. */
  readonly bar?: number;
}

/** The command line module by module: of a bundle none could be exchanged. */
const MODULES = fileURLToPath(new URL('../../build/cli.js', import.meta.url));

const EXCHANGE = fileURLToPath(new URL('without-report.ts', import.meta.url));

function pass2Write(
  { out, cases, split, stats, interim, roi }: ManyPatients,
  report: 'with' | 'without',
): Command {
  const manifest = join(out, 'artifacts/pass2_write/manifest');
  const places = { cases, split, stats, interim, roi, manifest };
  const inputs = Object.entries(places).flatMap(([name, place]) => [`--${name}`, place]);
  const { command, args } = builtAt(MODULES, 'pass2-write', ...inputs);
  const options = ['--experimental-strip-types', '--no-warnings', '--import', EXCHANGE];
  return onOneCore({ command, args: [...options, ...args], env: { BENCH_REPORT: report } });
}

const difference = (a: readonly Measurement[], b: readonly Measurement[], of: 'cpuS' | 'wallS'): number[] =>
  a.map((one, i) => one[of] - b[i][of]);

/** The step over ROIs that are all done, with and without the report, in turn. */
async function stepLines(cohort: ManyPatients): Promise<Line[]> {
  const [plain, without]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    without.push(await measure(pass2Write(cohort, 'without')));
    plain.push(await measure(pass2Write(cohort, 'with')));
  }
  const line = (what: string, measured: number[], bar?: number): Line => ({
    ...{ what, unit: 's', digits: 2, measured },
    ...(bar !== undefined && { bar }),
  });
  return [
    line(
      'pass2-write with the report, processor time',
      plain.map(({ cpuS }) => cpuS),
    ),
    line(
      'pass2-write without the report, processor time',
      without.map(({ cpuS }) => cpuS),
    ),
    line('the report, processor time', difference(plain, without, 'cpuS'), 2),
    line('the report, wall time', difference(plain, without, 'wallS'), 2),
  ];
}

async function pageLines(file: string): Promise<Line[]> {
  const times: PageTimes[] = [];
  for (let round = 0; round < rounds; round++) times.push(await pageTimes(file, patients));
  const line = (what: string, of: (one: PageTimes) => number, bar?: number): Line => ({
    ...{ what, unit: 'ms', digits: 0, measured: times.map(of) },
    ...(bar !== undefined && { bar }),
  });
  return [
    line('first contentful paint', ({ firstPaint }) => firstPaint, 2000),
    line('table and filter usable', ({ ready }) => ready, 2000),
    line('filter, from key to painted', ({ filter }) => spreadOf(filter).median, 100),
    line('the same of the slowest of 9 keys', ({ filter }) => Math.max(...filter)),
    line('sort, from key to painted', ({ sort }) => spreadOf(sort).median),
  ];
}

/** What is held in the end is put to a tenth more than what is held once the process is warm. */
const memoryLines = ({ name, after }: Held): Line[] => {
  const warm = after.at(-2) ?? after[0];
  return after.map(({ volumes: seen, bytes }, i) => ({
    what: `memory of the ${name}, after ${seen} volumes`,
    unit: 'MB',
    digits: 0,
    measured: [bytes / 1e6],
    ...(i === after.length - 1 && { bar: (1.1 * warm.bytes) / 1e6 }),
  }));
};

function table(lines: readonly Line[]): string {
  const rows = lines.map(({ what, unit, digits, measured, bar }) => {
    const { median, min, max } = spreadOf(measured);
    const spread = measured.length === 1 ? '' : ` (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
    const [asked, verdict] =
      bar === undefined ? ['', ''] : [`${bar.toFixed(digits)} ${unit}`, median <= bar ? 'met' : 'MISSED'];
    return `| ${what} | ${asked} | ${median.toFixed(digits)} ${unit}${spread} | ${verdict} |\n`;
  });
  return `| what | bar, at most | measured | |\n|---|---|---|---|\n${rows.join('')}`;
}

const load = loadavg();
const scratch = mkdtempSync(join(values.scratch, 'swinprep-report-bars-'));
try {
  const cohort = writeManyPatients(like, scratch, patients);
  // The run before had other constants, so that this page lists every patient among the changed ones, too.
  await measure(pass2Write(cohort, 'with'));
  const file = join(scratch, 'artifacts/pass2_write/manifest/report/index.html');
  const lines: Line[] = [
    { what: 'index.html', unit: 'bytes', digits: 0, measured: [statSync(file).size], bar: 2_000_000 },
  ];
  const inBrowser = (part: string): boolean => {
    if (parts.includes(part) && !hasBrowser) process.stderr.write(`${part}: left out without Chromium\n`);
    return parts.includes(part) && hasBrowser;
  };
  if (inBrowser('page')) lines.push(...(await pageLines(file)));
  if (parts.includes('review')) lines.push(...(await serverMemory(cohort, volumes)).flatMap(memoryLines));
  if (inBrowser('review')) lines.push(...(await viewerMemory(cohort, volumes)).flatMap(memoryLines));
  if (parts.includes('step')) lines.push(...(await stepLines(cohort)));
  const machine = machineFacts({ node: process.version }, load);
  const title = `${patients} patients, ${machine.cpu}, ${machine.cores} cores, ${machine.date.slice(0, 10)}, load ${load.map((one) => one.toFixed(1)).join(' ')} at the start\n\n`;
  process.stdout.write(title + table(lines));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, patients, rounds, volumes, lines }, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
