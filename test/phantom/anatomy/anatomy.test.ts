import { describe, expect, test } from 'vitest';
import { phantomPatient } from '../../../src/phantom/cohort.ts';

const { ct, tumor, heart, spinalCord } = phantomPatient(0, { patients: 1, full: 0, gridSize: 128 });
const [columns, rows, slices] = ct.geometry.size;

/** Share of voxels in [lowHu, highHu), of all or of those where `mask` is 1. */
function share(lowHu: number, highHu: number, mask?: Uint8Array): number {
  let inside = 0;
  let all = 0;
  for (let i = 0; i < ct.data.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    all++;
    if (ct.data[i] >= lowHu && ct.data[i] < highHu) inside++;
  }
  return inside / all;
}

describe('a phantom has the HU of a chest', () => {
  test('outside the field of view', () => expect([ct.data[0], ct.data[columns - 1]]).toEqual([-1024, -1024]));
  test('air around the body', () => expect(share(-1024, -930)).toBeGreaterThan(0.4));
  test('aerated lung', () => expect(share(-930, -700)).toBeGreaterThan(0.06));
  test('fat', () => expect(share(-160, -50)).toBeGreaterThan(0.03));
  test('muscle and organs', () => expect(share(0, 120)).toBeGreaterThan(0.06));
  test('bone', () => expect(share(300, 1500)).toBeGreaterThan(0.003));
  test('tumour', () => expect(share(-60, 140, tumor.data)).toBeGreaterThan(0.85));
  test('heart', () => expect(share(-130, 250, heart.data)).toBeGreaterThan(0.95));
  test('spinal cord', () => expect(share(-40, 110, spinalCord.data)).toBeGreaterThan(0.8));
});

test('the tumour lies in one lung', () => {
  const sides = [0, 0];
  tumor.data.forEach((voxel, i) => {
    if (voxel === 1) sides[i % columns < columns / 2 ? 0 : 1]++;
  });
  expect(Math.max(...sides)).toBeGreaterThan(0);
  expect(Math.min(...sides)).toBe(0);
});

test('lungs taper towards the apex and the diaphragm', () => {
  const lungIn = (k: number) => {
    const slice = ct.data.subarray(k * columns * rows, (k + 1) * columns * rows);
    return slice.reduce((count, hu) => count + (hu > -930 && hu < -700 ? 1 : 0), 0);
  };
  const [base, middle, top] = [1, Math.floor(slices * 0.5), slices - 2].map(lungIn);
  expect(base).toBeLessThan(0.7 * middle);
  expect(top).toBeLessThan(0.5 * middle);
});

test('neighbouring pixels share their noise', () => {
  // In front of the chest is air: only noise varies there.
  const k = Math.floor(slices / 2);
  const at = (column: number, row: number) => ct.data[(k * rows + row) * columns + column] + 1000;
  let product = 0;
  let square = 0;
  for (let row = 25; row < 29; row++) {
    for (let column = 40; column < 88; column++) {
      const value = Math.max(-24, at(column, row));
      product += value * at(column + 1, row);
      square += value * value;
    }
  }
  expect(product / square).toBeGreaterThan(0.1);
});
