import { readFileSync } from 'node:fs';
import { rescaleInto } from '../../src/dicom/pixels/hounsfield.ts';
import { clearUnusedBits } from '../../src/dicom/pixels/pixels.ts';
import { resampleLinear } from '../../src/kernels/grid/resample.ts';
import { linearAxis } from '../../src/kernels/grid/resample-axis.ts';
import { strided } from '../../src/kernels/grid/strided.ts';
import { HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { addWindowed, emptyWindowedMoments } from '../../src/kernels/intensity/moments.ts';
import { noiseHu } from '../../src/kernels/intensity/noise.ts';
import { roundToInt16 } from '../../src/kernels/intensity/window.ts';
import { wrapShare } from '../../src/kernels/intensity/wrap-share.ts';
import { copyOf, inArena, kernelsFor, room, scratch } from '../../src/memory/thread.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { spreadOf } from './median.ts';

/*
 * Processor time of the kernels of src/assembly over a CT, against the same in TypeScript, in turn:
 * `node --experimental-strip-types test/bench/kernels.ts CT.nii.gz`, of a checkout that is built.
 */

const ROUNDS = 7;

/** Milliseconds of processor time, of this process with all of its threads. */
function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('give the ct.nii.gz of a patient below OUT/interim');
const { data, geometry } = decodeNifti(file, new Uint8Array(readFileSync(file)));
if (!(data instanceof Int16Array)) throw new Error(`${file} holds no int16`);
const { size, spacingMm } = geometry;
const target = [1, 1, spacingMm[2]];
const path = { scanLine: false, originMm: 0 };
const axisOf = (a: number) => linearAxis(size[a], spacingMm[a], target[a], path);
const axes = [axisOf(0), axisOf(1), axisOf(2)] as const;

/** What is done with a CT in HU, the same resampled, and stored values. */
type Work = (ct: Int16Array, real: Float32Array) => unknown;

const WORKS: Readonly<Record<string, Work>> = {
  'trilinear resampling': (ct) => resampleLinear(strided(ct, size), axes, -1000),
  'rounding to int16': (_, real) => roundToInt16(real),
  'window, moments and tally': (_, real) =>
    addWindowed(emptyWindowedMoments(), real, [-900, 100], { thresholdHu: -850 }),
  'histogram of int16': (ct) => new HuHistogram(ct),
  'noise of neighbours': (ct) => noiseHu(ct, size[0], -150, 250),
  'steps of neighbours': (ct) => wrapShare(ct, size[0], size[1]),
  'stored values of 12 bits': (ct) => {
    const out = room(Int16Array, ct.length);
    const kernels = kernelsFor(ct, out);
    if (kernels === undefined) {
      out.set(ct);
      clearUnusedBits(out, true, { up: 20, down: 20 });
    } else kernels.storedValues(ct.byteOffset, ct.length, 4, 4, true, out.byteOffset);
  },
  'rescaling to HU': (ct) => {
    const [out, range] = [room(Int16Array, ct.length), room(Int32Array, 4)];
    const kernels = kernelsFor(ct, out);
    if (kernels === undefined) rescaleInto(ct, { slope: 1, intercept: -1024 }, out);
    else kernels.rescale(ct.byteOffset, ct.length, true, 1, -1024, out.byteOffset, range.byteOffset);
  },
};

const real = Float32Array.from(data, (hu, i) => hu + (i % 7) / 7);
const times = new Map(
  Object.keys(WORKS).map((name) => [name, { plain: [] as number[], kernel: [] as number[] }]),
);
await inArena(2 ** 32, async () => {
  const [ct, resampled] = [copyOf(data), copyOf(real)];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(WORKS)) {
      const { plain, kernel } = times.get(name)!;
      plain.push(cpuMs(() => scratch(() => void work(data, real))));
      kernel.push(cpuMs(() => scratch(() => void work(ct, resampled))));
    }
  }
});
for (const [name, { plain, kernel }] of times) {
  const [a, b] = [plain, kernel].map((all) => spreadOf(all).median);
  process.stdout.write(
    `${name.padEnd(26)} TypeScript ${a.toFixed(0).padStart(4)} ms, kernel ${b.toFixed(0).padStart(4)} ms, ${(a / b).toFixed(1)}x\n`,
  );
}
