import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PresetName } from '../../src/config/presets.ts';
import { type Bench, bytesBelow, measureTask } from './bench.ts';
import { type FloorDeflate, type FloorJob, floorOf, nearEnough } from './floor-job.ts';
import { igzipVersion } from './peers.ts';
import type { Row } from './row.ts';
import { finishedRun } from './swinprep.ts';

const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));

/** What compression and I/O of the very bytes of a run cost on all cores, and nothing else. */
export function floorRow(
  bench: Bench,
  name: string,
  { preset, deflate, cases }: { preset: PresetName; deflate: FloorDeflate; cases: number },
): Row {
  const threads = availableParallelism();
  let job: { file: string; floor: FloorJob; wantedBytes: number; near: number } | undefined;
  const prepare = async () => {
    const run = await finishedRun(bench, preset, cases);
    const folder = join(bench.folder, 'floor', preset);
    const floor = floorOf(run, folder, deflate);
    const { times, measured } = floor.interimReads;
    const how = measured
      ? 'told by the bytes that the passes read'
      : 'taken for granted, the cohort is small';
    bench.say(`floor of ${preset}: interim volumes inflated ${times} times (${how})`);
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(floor));
    const wantedBytes = bytesBelow(run.interim) + bytesBelow(run.roi);
    return { file, floor, wantedBytes, near: nearEnough(run, deflate) };
  };
  return {
    name,
    title: `floor of preset ${preset}: the same bytes read, inflated, deflated (${deflate}), written, ${threads} ${deflate === 'igzip' ? 'at a time' : 'threads'}`,
    group: 'end to end',
    cases,
    ready: async () => (deflate === 'igzip' ? igzipVersion() : {}),
    async measure(folder) {
      job ??= await prepare();
      const { interim, raw } = await finishedRun(bench, preset, cases);
      const out = join(folder, 'out');
      const { wantedBytes, near } = job;
      return measureTask({
        command: process.execPath,
        args: ['--experimental-strip-types', '--no-warnings', FLOOR, job.file, out, String(threads)],
        inputs: [raw, interim, join(bench.folder, 'floor', preset)],
        out,
        check() {
          const ratio = bytesBelow(out) / wantedBytes;
          if (Math.abs(ratio - 1) > near) throw new Error(`wrote ${ratio} times the bytes of the run`);
        },
      });
    },
  };
}
