import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Decision, parseReview } from '../../src/records/review.ts';
import { type CliResult, startCli, temporaryFolder } from '../support/cli.ts';
import { ask } from '../support/http-request.ts';
import * as inProcess from '../support/in-process.ts';
import { type MadeCohort, writeCohort } from '../support/made-cohort.ts';
import { decide, exclusion, listen, patientsOf, wished } from '../support/review-windows.ts';

const IDS = Array.from({ length: 30 }, (_, i) => `P${i}`);

let out: string;
let cohort: MadeCohort;
beforeEach(async () => {
  out = temporaryFolder();
  cohort = await writeCohort(out, join(out, 'artifacts/pass2_write/manifest'), { ok: IDS });
});

let ended: Promise<CliResult> | undefined;
let kill = (_: NodeJS.Signals): void => {};
afterEach(async () => {
  kill('SIGKILL');
  await ended;
});

/** Starts the command line, until it can be asked. */
async function started(...args: string[]): Promise<string> {
  const run = startCli(['review', ...args]);
  ended = run.ended;
  kill = (signal) => run.child.kill(signal);
  let printed = '';
  const ready = new Promise<void>((resolve) => {
    run.child.stdout!.on('data', (text: string) => {
      printed += text;
      if (printed.includes('Ctrl-C ends it\n')) resolve();
    });
  });
  await Promise.race([ready, run.ended]);
  return /http:\/\/\S+/.exec(printed)?.[0] ?? '';
}

const stopped = (): Promise<CliResult> => {
  kill('SIGINT');
  return ended!;
};

test('says where it is, where decisions go and how the next run obeys them; Ctrl-C ends it well', async () => {
  const url = await started(out, '--reviewer', 'R. Eader');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  const listening = await listen(url);
  await decide(url, 'P1', { decision: wished('P1', { ...exclusion, comment: 'a secret' }), replaces: null });
  await ask(`${url}volumes/interim/P1/ct.nii.gz`);
  await ask(`${url}volumes/interim/P999/ct.nii.gz`);
  expect((await listening.changes.next()).value.patient_id).toBe('P1');
  const { code, stdout, stderr } = await stopped();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')).toEqual([
    `review of 30 patients: ${url}`,
    `decisions go to ${cohort.review}, which has 0`,
    `the next run obeys them: swinprep preprocess ... --review ${cohort.review}`,
    'Ctrl-C ends it',
    `1 decision in ${cohort.review}`,
    '',
  ]);
});

test('says how the split is kept too, where it lies beside the manifest', async () => {
  const split = join(out, 'artifacts/split/split');
  mkdirSync(split, { recursive: true });
  writeFileSync(join(split, 'split.json'), '{}');
  const { roi, interim, manifest } = cohort;
  const review = join(out, "R. Eader's.csv");
  await started('--roi', roi, '--interim', interim, '--manifest', manifest, '--review', review);
  const { stdout } = await stopped();
  const [, command] = /obeys them: (.*)\n/.exec(stdout)!;
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
  expect(words.split('\n').slice(3, -1)).toEqual(['--review', review, '--previous', split]);
});

test('takes each place by itself, and a port', async () => {
  const review = temporaryFolder();
  const { roi, interim, manifest } = cohort;
  const places = ['--roi', roi, '--interim', interim, '--manifest', manifest, '--review', review];
  const first = await started(...places);
  await decide(first, 'P1', { decision: wished('P1'), replaces: null });
  await stopped();
  const { port } = new URL(first);
  const again = await started(...places, '--port', port);
  expect(new URL(again).port).toBe(port);
  expect((await patientsOf(again)).get('P1')!.decision).toMatchObject({ decision: 'accept' });
  expect(parseReview('review.csv', readFileSync(join(review, 'review.csv')))).toHaveLength(1);
  // Another secret: an address that was passed on ends with its process.
  expect((await ask(first)).status).toBe(404);
});

test('killed in the midst of deciding, leaves a whole file that has all that was answered', async () => {
  const url = await started(out);
  const answered: Decision[] = [];
  const lane = async (own: readonly string[]): Promise<void> => {
    for (let round = 0; ; round++) {
      for (const id of own) {
        const wish = { ...wished(id, { comment: `round ${round} ${'x'.repeat(5000)}` }) };
        const replaces = answered.findLast((row) => row.patient_id === id) ?? null;
        answered.push((await decide(url, id, { decision: wish, replaces })).value as Decision);
        if (answered.length === 100) kill('SIGKILL');
      }
    }
  };
  const lanes = [0, 1, 2].map((n) => lane(IDS.filter((_, i) => i % 3 === n)));
  await Promise.allSettled(lanes);
  expect((await ended!).code).toBe(null);
  const rows = new Map(
    parseReview('review.csv', readFileSync(cohort.review)).map((row) => [row.patient_id, row]),
  );
  const round = (row: Decision): number => Number(/^round (\d+)/.exec(row.comment)![1]);
  for (const row of answered) expect(round(rows.get(row.patient_id)!)).toBeGreaterThanOrEqual(round(row));
  expect(answered.length).toBeGreaterThanOrEqual(100);
});

describe('what is wrong is told', () => {
  test.each([
    [[], 'review: give the --out of preprocess, or --roi, --interim and --manifest'],
    [['OUT', '--port', 'x'], '--port: must be a whole number'],
    [['OUT', '--port', '65536'], '--port 65536: cannot be listened on'],
    [['elsewhere'], 'holds no manifest.json; give the folder that pass2-write wrote'],
    [['OUT', '--interim', 'elsewhere'], 'elsewhere: holds the mask of none of the'],
    [['OUT', '--roi', 'elsewhere'], 'elsewhere: holds the ROI of none of the'],
  ])('%j', async (args, message) => {
    const { stderr } = await inProcess.command(['review', ...args.map((arg) => arg.replace('OUT', out))], 1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a port that is taken', async () => {
    const { port } = new URL(await started(out));
    const { stderr } = await inProcess.command(['review', out, '--port', port], 1);
    expect(stderr).toContain(`--port ${port}: cannot be listened on`);
  });

  test('a review.csv by hand that cannot be read, which is left as it is', async () => {
    writeFileSync(cohort.review, 'patient_id;note\r\nP1;out\r\n');
    const { stderr } = await inProcess.command(['review', out], 1);
    expect(stderr).toMatch(/review\.csv: has no column/);
    expect(readFileSync(cohort.review, 'utf8')).toBe('patient_id;note\r\nP1;out\r\n');
  });
});
