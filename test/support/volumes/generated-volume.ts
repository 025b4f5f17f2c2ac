import type { RandomStream } from '../../../src/phantom/drawing/random.ts';
import { type Geometry, type Vec3, type Volume, vec3, voxelCount } from '../../../src/volume/geometry.ts';

/** What a volume was made to try, for messages. */
export interface GeneratedVolume {
  readonly orientation: string;
  readonly hu: string;
  readonly mask: string;
  readonly ct: Volume<Int16Array>;
  readonly tumor: Volume<Uint8Array>;
}

/** Along one axis, mm. Some float32 holds and some not; no sample of the usual targets falls half way between voxels. */
const SPACINGS = [0.9765625, 0.977, 0.7421875, 0.683594, 1.269531];

/** Exact multiples and halves of the usual targets: samples fall on voxels, half way between them, and on the edge. */
const EXACT_SPACINGS = [1, 2, 3, 4, 6, 0.5, 0.75, 1.5, 2.5, 5];

type Orientation = (random: RandomStream) => number[];

/** Directions, 3x3 row-major, with the axes along the patient's: permuted, flipped, mirrored. */
const ALIGNED: Record<string, Orientation> = {
  axial: () => [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'already RAS': () => [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  permuted,
};

/** Turned any way, a little, and by 45 degrees, between two axes. */
const ASLANT: Record<string, Orientation> = {
  oblique: (random) => rotation(versor(random, 1), random.between(-1, 1)),
  'oblique and permuted': (random) => product(rotation(versor(random, 1), 1), permuted(random)),
  'slightly oblique': (random) => rotation(versor(random, 0.01), 1),
  'turned by 45 degrees': (random) =>
    rotation(
      random.pick<Vec3>([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
      1 + Math.SQRT2,
    ),
};

const versor = (random: RandomStream, most: number): Vec3 => vec3(() => random.between(-most, most));

/** One of the 48 ways to lay three axes along the patient's, left-handed ones too. */
function permuted(random: RandomStream): number[] {
  const order = random.shuffled([0, 1, 2]);
  const direction = new Array<number>(9).fill(0);
  for (let axis = 0; axis < 3; axis++) direction[3 * order[axis] + axis] = random.pick([1, -1]);
  return direction;
}

/** The rotation of the quaternion (w, v), made with nothing but arithmetic that is the same on every machine. */
function rotation([x, y, z]: Vec3, w: number): number[] {
  const s = 2 / (w * w + x * x + y * y + z * z);
  return [
    1 - s * (y * y + z * z),
    s * (x * y - w * z),
    s * (x * z + w * y),
    s * (x * y + w * z),
    1 - s * (x * x + z * z),
    s * (y * z - w * x),
    s * (x * z - w * y),
    s * (y * z + w * x),
    1 - s * (x * x + y * y),
  ];
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + (i % 3)], 0),
  );
}

/** HU of voxel i of a volume. */
const INTENSITIES: Record<string, (random: RandomStream) => (i: number, size: Vec3) => number> = {
  noise: (random) => () => random.integer(-1024, 1500),
  'body in air': (random) => (i, size) => {
    const inside = [
      i % size[0],
      Math.floor(i / size[0]) % size[1],
      Math.floor(i / (size[0] * size[1])),
    ].every((at, a) => Math.abs(at - (size[a] - 1) / 2) <= 0.4 * size[a]);
    return inside ? random.integer(-50, 90) : random.integer(-1024, -980);
  },
  'almost all air': (random) => (i) => (i % 97 === 0 ? 40 : random.integer(-1024, -900)),
  'about the window and its threshold': (random) => () =>
    random.pick([-901, -900, -899, -851, -850, -849, 99, 100, 101, 0]),
  'the ends of int16': (random) => () => random.pick([-32768, 32767, -1000, 0]),
};

/** Calls `mark` with the voxels of the mask. */
type Draw = (random: RandomStream, size: Vec3, mark: (x: number, y: number, z: number) => void) => void;

const box: (place: (random: RandomStream, free: number) => number) => Draw =
  (place) => (random, size, mark) => {
    const extent = size.map((n) => random.integer(1, Math.max(1, Math.ceil(n / 3))));
    const first = size.map((n, a) => place(random, n - extent[a]));
    for (let z = first[2]; z < first[2] + extent[2]; z++)
      for (let y = first[1]; y < first[1] + extent[1]; y++)
        for (let x = first[0]; x < first[0] + extent[0]; x++) mark(x, y, z);
  };

const voxel = (random: RandomStream, size: Vec3): Vec3 => vec3((a) => random.integer(0, size[a] - 1));

const MASKS: Record<string, Draw> = {
  'a block': box((random, free) => random.integer(0, free)),
  'a block in a corner': box((random, free) => random.pick([0, free])),
  'one voxel': (random, size, mark) => mark(...voxel(random, size)),
  'one voxel in a corner': (random, size, mark) => mark(...vec3((a) => random.pick([0, size[a] - 1]))),
  'two voxels far apart': (random, size, mark) => {
    mark(...voxel(random, size));
    mark(...voxel(random, size));
  },
  specks: (random, size, mark) => {
    for (let n = 0; n < 1 + voxelCount(size) / 9; n++) mark(...voxel(random, size));
  },
  'a face': (random, size, mark) => {
    const axis = random.integer(0, 2);
    const at = random.pick([0, size[axis] - 1]);
    for (let z = 0; z < size[2]; z++)
      for (let y = 0; y < size[1]; y++)
        for (let x = 0; x < size[0]; x++) if ([x, y, z][axis] === at) mark(x, y, z);
  },
  everything: (_, size, mark) => {
    for (let z = 0; z < size[2]; z++)
      for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++) mark(x, y, z);
  },
  ball: (random, size, mark) => {
    const centre = voxel(random, size);
    const radius = random.between(1, Math.max(...size) / 4 + 1);
    for (let z = 0; z < size[2]; z++)
      for (let y = 0; y < size[1]; y++)
        for (let x = 0; x < size[0]; x++)
          if ((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 <= radius ** 2)
            mark(x, y, z);
  },
};

/** Sizes small enough to be many, with single slices, rows and columns among them. */
function sizeOf(random: RandomStream, most: number): Vec3 {
  return vec3(() => (random.uniform() < 0.06 ? 1 : random.integer(2, most)));
}

function geometryOf(
  random: RandomStream,
  orientation: Orientation,
  spacings: readonly number[],
  most: number,
  target: Vec3,
): Geometry {
  const size = sizeOf(random, most);
  const spacing = (): number =>
    random.uniform() < 0.7 ? random.pick(spacings) : Math.round(random.between(0.3, 6) * 1e4) / 1e4;
  // A single voxel may be thinner than half the target's, and would leave no sample of it; ITK stops there.
  const spacingMm = vec3((a) => Math.max(spacing(), (Math.max(...target) * 0.51) / size[a]));
  const coordinate = (): number =>
    random.uniform() < 0.2 ? 0 : Math.round(random.between(-700, 700) * 1e4) / 1e4;
  return { size, spacingMm, originMm: vec3(coordinate), direction: orientation(random) };
}

/** What a volume may be. */
export interface VolumeKind {
  /** Longest side, voxels. */
  readonly most: number;
  /** Spacing in mm that it will be resampled to. */
  readonly target: Vec3;
  /** Only grids aslant of the patient's axes, with samples half way between voxels, which all others lack. */
  readonly aslantHalfWay: boolean;
}

/**
 * A CT and a tumour mask of one grid, all of it by chance from the stream. The same stream gives the same volume on
 * every machine.
 */
export function generateVolume(
  random: RandomStream,
  { most, target, aslantHalfWay }: VolumeKind,
): GeneratedVolume {
  const aslant = aslantHalfWay || random.uniform() < 0.4;
  const orientations = aslant ? ASLANT : ALIGNED;
  const orientation = random.pick(Object.keys(orientations));
  const hu = random.pick(Object.keys(INTENSITIES));
  const mask = random.pick(Object.keys(MASKS));
  const spacings = aslantHalfWay ? EXACT_SPACINGS : aslant ? SPACINGS : [...SPACINGS, ...EXACT_SPACINGS];
  const geometry = geometryOf(random, orientations[orientation], spacings, most, target);
  const { size } = geometry;
  const intensity = INTENSITIES[hu](random);
  const ct = Int16Array.from({ length: voxelCount(size) }, (_, i) => intensity(i, size));
  const tumor = new Uint8Array(ct.length);
  MASKS[mask](random, size, (x, y, z) => {
    tumor[(z * size[1] + y) * size[0] + x] = 1;
  });
  return { orientation, hu, mask, ct: { data: ct, geometry }, tumor: { data: tumor, geometry } };
}
