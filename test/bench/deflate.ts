import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inArena, room } from '../../src/memory/thread.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNiftiGz, type GzipOptions } from '../../src/nifti/encode.ts';
import { gunzip } from '../../src/nifti/gunzip.ts';
import type { Volume, VoxelArray } from '../../src/volume/geometry.ts';
import { spreadOf } from './median.ts';

/*
 * What deflating the volumes of a run takes by each engine, side by side in one process, in turn:
 * `node --experimental-strip-types test/bench/deflate.ts OUT`, after `npm run build`. Linux only.
 */

const RUNS = 5;

/** User and system time of processes that have ended, in ticks of 10 ms: fields 16 and 17 (proc_pid_stat(5)). */
function childrenSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Processor time of all threads of this process and of igzip's. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + childrenSeconds();
}

interface Deflating {
  readonly seconds: number;
  readonly bytes: number;
}

async function deflating(volume: Volume, engine: GzipOptions['engine']): Promise<Deflating> {
  const start = processorSeconds();
  const pieces = await encodeNiftiGz(volume, { engine, level: 1 });
  const seconds = processorSeconds() - start;
  const voxels = Buffer.from(volume.data.buffer, volume.data.byteOffset, volume.data.byteLength);
  const file = Buffer.concat(pieces);
  if (!voxels.equals(gunzip(file).subarray(-voxels.length))) throw new Error(`${engine} lost voxels`);
  return { seconds, bytes: file.length };
}

/** As a worker holds it. */
function inRoom({ geometry, data }: Volume): Volume {
  const kept = room(data.constructor as Int16ArrayConstructor, data.length) as VoxelArray;
  kept.set(data);
  return { geometry, data: kept };
}

const [, , out] = process.argv;
if (out === undefined) throw new Error('which folder holds the outputs of the run?');
const hasIgzip = spawnSync('igzip', ['--version']).status === 0;
const engines = ['zlib', 'wasm', ...(hasIgzip ? (['igzip'] as const) : [])] as const;
const paths = (['interim', 'roi'] as const).flatMap((folder) =>
  readdirSync(join(out, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.nii.gz'))
    .map((name) => join(out, folder, name))
    .sort(),
);
const titles = engines.flatMap((engine) => [
  `${engine} MB/s`,
  'size',
  ...(engine === 'zlib' ? [] : ['times']),
]);
process.stdout.write(`| volume | MB | ${titles.join(' | ')} |\n|---|${'---|'.repeat(titles.length + 1)}\n`);
for (const path of paths) {
  const volume = decodeNifti(path, new Uint8Array(readFileSync(path)));
  const all = new Map(engines.map((engine) => [engine, [] as Deflating[]]));
  for (let run = 0; run < RUNS; run++)
    for (const [engine, runs] of all)
      await inArena(2 ** 32, async () => {
        runs.push(await deflating(inRoom(volume), engine));
      });
  const [megabytes, name] = [volume.data.byteLength / 1e6, join(basename(join(path, '..')), basename(path))];
  const median = (engine: GzipOptions['engine']): number =>
    spreadOf((all.get(engine) ?? []).map(({ seconds }) => seconds)).median;
  const cells = engines.flatMap((engine) => {
    const size = ((all.get(engine)?.[0].bytes ?? 0) / volume.data.byteLength).toFixed(4);
    const times = (median('zlib') / median(engine)).toFixed(2);
    return [(megabytes / median(engine)).toFixed(0), size, ...(engine === 'zlib' ? [] : [times])];
  });
  process.stdout.write(`| ${name} | ${megabytes.toFixed(1)} | ${cells.join(' | ')} |\n`);
}
if (hasIgzip)
  process.stdout.write(
    '\nigzip is a process a volume, fed through a pipe; its start and the pipe are in its time.\n',
  );
