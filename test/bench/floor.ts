/**
 * `floor.ts JOB.json OUT THREADS`: does what a floor job lists (floor-job.ts) and nothing else, in worker threads that take
 * the next unit when they are free, the heaviest first.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FloorJob, FloorUnit } from './floor-job.ts';

const CHUNK_BYTES = 1 << 20;

let space = Buffer.alloc(0);

/** A file's bytes, in memory that is used again: a fresh buffer each time would cost page faults. */
function bytesOf(path: string): Buffer {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  if (space.length < size) space = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    const got = readSync(file, space, at, size - at, at);
    if (got === 0) throw new Error(`${path} ends early`);
    at += got;
  }
  closeSync(file);
  return space.subarray(0, size);
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

function doUnit(unit: FloorUnit, out: string): void {
  switch (unit.kind) {
    case 'read':
      for (const file of unit.files) bytesOf(file);
      return;
    case 'inflate':
      gunzipSync(bytesOf(unit.file), { chunkSize: CHUNK_BYTES });
      return;
    case 'deflate': {
      const { from, how, to } = unit;
      write(join(out, to), gzipSync(bytesOf(from), { ...how, chunkSize: CHUNK_BYTES }));
      return;
    }
    case 'inflate by igzip':
      execFileSync('igzip', ['-d', '-c', unit.file], { stdio: 'ignore' });
      return;
    case 'deflate by igzip': {
      const to = join(out, unit.to);
      mkdirSync(dirname(to), { recursive: true });
      execFileSync('igzip', ['-1', '-o', to, unit.from], { stdio: 'ignore' });
      return;
    }
    case 'write':
      write(join(out, unit.to), bytesOf(unit.from));
  }
}

async function runAll(job: FloorJob, out: string, threads: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { units: job.units, out } });
      await new Promise<void>((resolve, reject) => {
        worker.on('error', reject);
        // Each message asks for the next unit.
        worker.on('message', () => {
          if (next < job.units.length) worker.postMessage(next++);
          else resolve();
        });
      });
      await worker.terminate();
    }),
  );
}

if (isMainThread) {
  const [, , job, out, threads] = process.argv;
  await runAll(JSON.parse(readFileSync(job, 'utf8')), out, Number(threads));
} else {
  const { units, out } = workerData as { units: readonly FloorUnit[]; out: string };
  const port = parentPort!;
  port.on('message', (index: number) => {
    doUnit(units[index], out);
    port.postMessage('next');
  });
  port.postMessage('next');
}
