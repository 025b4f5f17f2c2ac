import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import { windowBitsOf } from '../../src/nifti/encode.ts';
import { MEM_LEVEL } from '../../src/nifti/gzip.ts';
import type { Run } from './swinprep.ts';

/** Something that a run cannot do without. Weights are rough seconds: the heaviest are begun first. */
export type FloorUnit = { readonly weight: number } & (
  | { readonly kind: 'read'; readonly files: readonly string[] }
  | { readonly kind: 'inflate'; readonly file: string }
  | { readonly kind: 'deflate'; readonly from: string; readonly how: ZlibOptions; readonly to: string }
  | { readonly kind: 'inflate by igzip'; readonly file: string }
  | { readonly kind: 'deflate by igzip'; readonly from: string; readonly to: string }
  | { readonly kind: 'write'; readonly from: string; readonly to: string }
);

/** The floor of a run and what it counts. */
export interface FloorJob {
  readonly units: readonly FloorUnit[];
  /** How often each volume of `interim` is inflated, and whether that was told by the bytes that the steps read. */
  readonly interimReads: { readonly times: number; readonly measured: boolean };
  readonly deflatedBytes: number;
  readonly inflatedBytes: number;
  readonly rawBytes: number;
}

const CHUNK_BYTES = 1 << 20;

/** How far apart sizes may lie, as a share: of one engine at one level each volume, of two engines all together. */
const NEAR = { oneEngine: 0.02, twoEngines: 0.15 };

/** More than a cut between chunks that are deflated apart costs, which shows in a mask. */
const CUT_BYTES = 256;

/** Rough bytes a second of a core, to deal by. */
const DEFLATE = 60e6;
const INFLATE = 450e6;
const COPY = 2e9;

const FLOAT32 = 16;
const DATATYPE_OFFSET = 70;

/** Below this the volumes of `interim` are lost among the modules that Node loads. */
const FEWEST_BYTES_TO_TELL = 50e6;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const sizeOf = (file: string): number => statSync(file).size;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** How often pass 1 and pass 2 read the volumes of `interim`, from the bytes that their processes read. */
function readsOf({ steps }: Run, volumes: readonly string[]): FloorJob['interimReads'] {
  const bytes = sum(volumes.map(sizeOf));
  if (bytes < FEWEST_BYTES_TO_TELL) return { times: 2, measured: false };
  const times = (['pass1-stats', 'pass2-write'] as const).map((step) =>
    Math.floor(steps[step].readBytes / bytes),
  );
  return { times: sum(times), measured: true };
}

/** The bytes of a volume, beside its equals: cases of one patient have the same. */
function inflatedCopy(file: string, folder: string): { from: string; voxels: Buffer } {
  const packed = readFileSync(file);
  const from = join(folder, `${createHash('sha256').update(packed).digest('hex')}.nii`);
  const voxels = existsSync(from) ? readFileSync(from) : gunzipSync(packed, { chunkSize: CHUNK_BYTES });
  if (!existsSync(from)) writeFileSync(from, voxels);
  return { from, voxels };
}

const checkedSizes = new Set<string>();

/** Throws an Error where node:zlib does not give about the bytes that the run wrote. */
function checkSize(file: string, from: string, voxels: Buffer, how: ZlibOptions): void {
  if (checkedSizes.has(from)) return;
  const [ours, theirs] = [gzipSync(voxels, { ...how, chunkSize: CHUNK_BYTES }).length, sizeOf(file)];
  const cuts = Math.ceil(voxels.length / CHUNK_BYTES);
  if (Math.abs(ours - theirs) > Math.max(NEAR.oneEngine * theirs, CUT_BYTES * cuts))
    throw new Error(
      `${file} has ${theirs} bytes, level ${how.level} makes ${ours}: the floor would be another's`,
    );
  checkedSizes.add(from);
}

/**
 * How a floor deflates: by node:zlib at the run's levels, with the windows and memory that `output.gzipEngine: zlib` has or
 * with those that zlib has by default; or by the program igzip at level 1, which then inflates, too: it is twice as fast.
 */
export type FloorDeflate = 'zlib as tuned' | 'zlib defaults' | 'igzip';

/** How far all bytes of a floor may lie from those of the run, as a share. */
export function nearEnough({ manifest }: Run, deflate: FloorDeflate): number {
  const oneEngine = manifest.config.output.gzipEngine === 'zlib' && deflate !== 'igzip';
  return oneEngine ? NEAR.oneEngine : NEAR.twoEngines;
}

/**
 * What a finished run cannot do without: reading the DICOM files, inflating the volumes that the two passes read, deflating
 * all that it wrote, and writing them and its other files. `folder` takes the volumes uncompressed.
 */
export function floorOf(run: Run, folder: string, deflate: FloorDeflate): FloorJob {
  mkdirSync(folder, { recursive: true });
  const { gzipLevelFloat, gzipLevelInt } = run.manifest.config.output;
  const patients = readdirSync(run.raw).map((patient) => filesBelow(join(run.raw, patient)));
  const outputs = ['interim', 'roi'].flatMap((part) =>
    filesBelow(run[part as 'interim' | 'roi']).map((file) => ({
      file,
      to: join(part, relative(run[part as 'interim' | 'roi'], file)),
      volume: file.endsWith('.nii.gz'),
    })),
  );
  const interimVolumes = outputs.filter(({ to, volume }) => volume && to.startsWith('interim/'));
  const interimReads = readsOf(
    run,
    interimVolumes.map(({ file }) => file),
  );
  let deflatedBytes = 0;
  let inflatedBytes = 0;
  const units: FloorUnit[] = patients.map((files) => ({
    kind: 'read',
    files,
    weight: sum(files.map(sizeOf)) / COPY,
  }));
  for (const { file, to, volume } of outputs) {
    if (!volume) {
      units.push({ kind: 'write', from: file, to, weight: sizeOf(file) / COPY });
      continue;
    }
    const { from, voxels } = inflatedCopy(file, folder);
    deflatedBytes += voxels.length;
    const reads = to.startsWith('interim/') ? interimReads.times : 0;
    inflatedBytes += reads * voxels.length;
    const inflate = deflate === 'igzip' ? 'inflate by igzip' : 'inflate';
    for (let i = 0; i < reads; i++) units.push({ kind: inflate, file, weight: voxels.length / INFLATE });
    if (deflate === 'igzip') {
      units.push({ kind: 'deflate by igzip', from, to, weight: voxels.length / DEFLATE });
      continue;
    }
    const real = voxels.readInt16LE(DATATYPE_OFFSET) === FLOAT32;
    const how: ZlibOptions = {
      level: real ? gzipLevelFloat : gzipLevelInt,
      ...(deflate === 'zlib as tuned' && {
        windowBits: windowBitsOf(real ? new Float32Array(0) : new Int16Array(0)),
        memLevel: MEM_LEVEL,
      }),
    };
    if (nearEnough(run, deflate) === NEAR.oneEngine) checkSize(file, from, voxels, how);
    units.push({ kind: 'deflate', from, how, to, weight: voxels.length / DEFLATE });
  }
  units.sort((a, b) => b.weight - a.weight);
  return { units, interimReads, deflatedBytes, inflatedBytes, rawBytes: sum(patients.flat().map(sizeOf)) };
}
