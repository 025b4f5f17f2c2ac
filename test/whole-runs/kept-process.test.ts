import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { checkedResult, hashesOf, startCli, temporaryFolder } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const work = temporaryFolder();
const config = join(work, 'config.yml');
const cohort = {
  raw: join(work, 'in/raw'),
  clinical: join(work, 'in/clinical.csv'),
  config,
};

test.runIf(process.platform === 'linux')(
  'the four steps of a run share one process and its worker threads, and leave the same bytes as apart',
  async () => {
    await writePhantoms(join(work, 'in'), 3);
    writeFileSync(config, 'resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\n');
    // Every process and every thread of a run writes a line when it starts.
    const log = join(work, 'log');
    const told = join(work, 'told.mjs');
    writeFileSync(
      told,
      `import { appendFileSync } from 'node:fs';
       import { basename } from 'node:path';
       import { isMainThread } from 'node:worker_threads';
       appendFileSync(${JSON.stringify(log)}, isMainThread ? basename(process.argv[1]) + '\\n' : 'thread\\n');\n`,
    );
    // As started by a program that holds a pipe to it: bash takes that for a remote shell and would read this.
    writeFileSync(join(work, '.bashrc'), 'export OF_A_USER=1\n');
    const args = Object.entries({ ...cohort, out: join(work, 'kept') }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    const kept = await startCli(['preprocess', ...args, '--workers', '2'], {
      NODE_OPTIONS: `--import=${pathToFileURL(told).href}`,
      HOME: work,
      SHLVL: '0',
    }).ended;
    checkedResult(kept, 0);
    const starts = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(starts.sort()).toEqual(['cli.js', 'step-process.js', 'thread', 'thread']);

    await inProcess.preprocess({ ...cohort, out: join(work, 'apart'), workers: 2 });
    expect(hashesOf(join(work, 'kept'))).toEqual(hashesOf(join(work, 'apart')));
  },
);
