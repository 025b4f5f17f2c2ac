import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inArena } from '../../src/memory/thread.ts';
import { gunzip } from '../../src/nifti/gunzip.ts';
import { spreadOf } from './median.ts';

/*
 * What it takes to inflate each .nii.gz below a folder into the arena, against gunzipSync with room for all of it, in turn:
 * `node --experimental-strip-types test/bench/inflate.ts FOLDER`, of a checkout that is built. Processor time of the whole
 * process, so that what V8's threads collect counts.
 */

const RUNS = 9;
/** Of each file a run, at least: the clock of the system ticks in milliseconds. */
const BYTES_A_RUN = 5e7;
const KEPT_BYTES = 2 ** 32;

async function seconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('give a folder');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.nii.gz'),
);
const ratios: number[] = [];
for (const file of files.sort()) {
  const bytes = readFileSync(join(folder, file));
  const whole = gunzipSync(bytes);
  const { length } = whole;
  const times = Math.ceil(BYTES_A_RUN / length);
  await inArena(KEPT_BYTES, async () => {
    if (!whole.equals(gunzip(bytes))) throw new Error(`${file} comes out otherwise`);
  });
  const ours: number[] = [];
  const zlibs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    ours.push(
      await seconds(async () => {
        for (let i = 0; i < times; i++)
          await inArena(KEPT_BYTES, async () => {
            gunzip(bytes);
          });
      }),
    );
    zlibs.push(
      await seconds(async () => {
        for (let i = 0; i < times; i++) gunzipSync(bytes, { chunkSize: length + 1 });
      }),
    );
  }
  const [own, zlib] = [ours, zlibs].map((all) => spreadOf(all).median / times);
  ratios.push(zlib / own);
  const speed = (s: number): string => `${(length / s / 1e6).toFixed(0)} MB/s`;
  process.stdout.write(
    `${file}: ${speed(own)}, gunzipSync ${speed(zlib)}, ratio ${(zlib / own).toFixed(2)}\n`,
  );
}
process.stdout.write(`median ratio of ${ratios.length} files: ${spreadOf(ratios).median.toFixed(2)}\n`);
