import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wrapShare } from '../../../src/kernels/intensity/wrap-share.ts';
import { randomStream } from '../../../src/phantom/drawing/random.ts';

/** The limit of qc.wrapShare. */
const LIMIT = 5e-5;

const [NX, NY, NZ] = [96, 80, 4];

type Hu = (x: number, y: number, z: number) => number;

function volume(hu: Hu): Int16Array {
  const voxels = new Int16Array(NX * NY * NZ);
  for (let i = 0; i < voxels.length; i++)
    voxels[i] = Math.round(hu(i % NX, Math.floor(i / NX) % NY, Math.floor(i / (NX * NY))));
  return voxels;
}

const share = (voxels: Int16Array) => wrapShare(voxels, NX, NY);

/** A body with fat below its skin and a spine of dense bone, in air; each with noise. */
function patient(): Int16Array {
  const noise = randomStream('anatomy').normal;
  return volume((x, y) => {
    const body = Math.hypot((x - 48) / 40, (y - 40) / 32);
    const spine = Math.hypot(x - 48, y - 60);
    if (body > 1) return Math.max(-1024, -1000 + 12 * noise());
    const bone = 1600 / (1 + Math.exp((spine - 8) / 1.5));
    return (body > 0.85 ? -100 : 40) + bone + 15 * noise();
  });
}

const clipped = (hu: number, most = 3071) => Math.max(-1024, Math.min(most, hu));

interface Implant {
  readonly metal: () => number;
  readonly streak: () => number;
  readonly size?: readonly [number, number];
  /** Streaks on all sides, not left and right alone. */
  readonly around?: boolean;
}

/** The patient with an implant right of the middle, and 4 voxels of streaks beside it. */
function withImplant({ metal, streak, size: [w, h] = [8, 12], around = false }: Implant): Int16Array {
  const voxels = patient();
  const above = around ? 4 : 0;
  for (let z = 0; z < NZ; z++)
    for (let y = 25 - above; y < 25 + h + above; y++)
      for (let x = 54 - 4; x < 54 + w + 4; x++) {
        const inside = x >= 54 && x < 54 + w && y >= 25 && y < 25 + h;
        voxels[(z * NY + y) * NX + x] = Math.round(inside ? metal() : streak());
      }
  return voxels;
}

describe('values that wrapped', () => {
  const noise = randomStream('air').normal;
  test.each<[string, (hu: number, i: number) => number]>([
    ['unsigned values read as signed', (hu) => (hu > 1023 ? hu - 4096 : hu)],
    ['the same without the intercept', (hu) => (hu > 1023 ? hu - 3072 : hu + 1024)],
    ['signed values read as unsigned', (hu) => (hu < 0 ? hu + 4096 : hu)],
    ['air below an intercept of -1000', (hu) => (hu < -1000 ? hu + 4096 : hu)],
    [
      'noise of air below an intercept of -1024',
      (hu) => {
        const air = hu > -900 ? hu : Math.round(-1000 + 12 * noise());
        return air < -1024 ? air + 4096 : air;
      },
    ],
    ['every 40th voxel of air, all at one value', (hu, i) => (hu < -900 && i % 40 === 0 ? 3096 : hu)],
    ['every 40th voxel of tissue, too low', (hu, i) => (hu > 30 && i % 40 === 0 ? hu - 4096 : hu)],
    ['every other voxel of tissue, too low', (hu, i) => (hu > 30 && i % 2 === 0 ? hu - 4096 : hu)],
    ['every 40th voxel of tissue, too high', (hu, i) => (hu > 30 && i % 40 === 0 ? hu + 4096 : hu)],
  ])('%s', (_, wrap) => {
    expect(share(patient().map(wrap))).toBeGreaterThan(5 * LIMIT);
  });

  test('in one slice of the series', () => {
    const voxels = patient().map((hu, i) => (hu < 0 && i < NX * NY ? hu + 4096 : hu));
    expect(share(voxels)).toBeGreaterThan(5 * LIMIT);
  });

  test('one voxel is two neighbours', () => {
    const voxels = patient();
    voxels[30 * NX + 30] -= 4096;
    expect(share(voxels)).toBe(2 / (NY * NZ * (NX - 1)));
  });
});

describe('no value wrapped', () => {
  const noise = randomStream('metal').normal;
  test.each<[string, Implant]>([
    ['a screw at the top of the scale between streaks', { metal: () => 3071, streak: () => -1000 }],
    ['streaks at the bottom of the scale', { metal: () => 3071, streak: () => -1024 }],
    ['streaks on all sides', { metal: () => 3071, streak: () => -1024, around: true }],
    ['noisy streaks', { metal: () => 3071, streak: () => clipped(-990 + 30 * noise()), around: true }],
    [
      'noisy metal that the scale clips',
      {
        metal: () => clipped(3071 + 30 * noise()),
        streak: () => clipped(-990 + 30 * noise()),
        around: true,
      },
    ],
    [
      'noisy metal that no scale clips',
      { metal: () => 3080 + 30 * noise(), streak: () => -1000 + 30 * noise(), around: true },
    ],
    [
      'a prosthesis',
      { metal: () => 3071, streak: () => clipped(-1000 + 50 * noise()), size: [32, 24], around: true },
    ],
    ['a wire across the slices', { metal: () => 3071, streak: () => -1000, size: [1, 1], around: true }],
    ['a wire in the slices', { metal: () => 3071, streak: () => -1000, size: [1, 30], around: true }],
    ['an extended scale', { metal: () => 30710, streak: () => -1024, around: true }],
    [
      'noise in an extended scale',
      { metal: () => 8000 + 1500 * noise(), streak: () => -1000 + 300 * noise(), around: true },
    ],
    [
      'streaks far below air',
      { metal: () => 8000 + 1500 * noise(), streak: () => -2500 + 300 * noise(), around: true },
    ],
    ['a scale that ends at 4095', { metal: () => 4095, streak: () => 20 * noise(), around: true }],
    [
      'metal 4096 above soft tissue',
      { metal: () => 4096 + 50 * noise(), streak: () => 20 * noise(), around: true },
    ],
    ['contrast beside air', { metal: () => 1500, streak: () => -1000, around: true }],
    ['enamel beside air', { metal: () => 2900 + 60 * noise(), streak: () => -1000 + 12 * noise() }],
  ])('%s', (_, implant) => {
    expect(share(withImplant(implant))).toBe(0);
  });

  test.each([-2000, -2048, -3024, -3072])('fill of %i that was kept, beside tissue and bone', (fill) => {
    const voxels = patient().map((hu, i) => (Math.hypot((i % NX) - 48, 28) > 36 ? fill : hu));
    for (let y = 0; y < NY; y++) voxels.fill(fill, y * NX + 54, (y + 1) * NX);
    expect(share(voxels)).toBe(0);
  });

  test('the patient', () => {
    expect(share(patient())).toBe(0);
  });
});

test('the end of a row and the start of the next are no neighbours', () => {
  expect(wrapShare(Int16Array.of(900, 900, -3100, -3090), 2, 2)).toBe(0);
  expect(wrapShare(Int16Array.of(900, -3100, 900, -3100), 2, 2)).toBe(1);
});

test('there are no neighbours in rows of one voxel', () => {
  expect(wrapShare(Int16Array.of(0, -4096), 1, 2)).toBe(0);
});

test('left and right are alike', () => {
  const hu = fc.oneof(
    fc.integer({ min: -1024, max: 3071 }),
    fc.integer({ min: -4096, max: -1024 }),
    fc.integer({ min: 3000, max: 4200 }),
    fc.constantFrom(-1000, -2000, 0, 3071),
  );
  fc.assert(
    fc.property(fc.array(hu, { minLength: 80, maxLength: 80 }), (values) => {
      const rows = Array.from({ length: 16 }, (_, y) => values.slice(5 * y, 5 * y + 5));
      const mirrored = rows.flatMap((row) => row.toReversed());
      expect(wrapShare(Int16Array.from(mirrored), 5, 8)).toBe(wrapShare(Int16Array.from(values), 5, 8));
    }),
  );
});
