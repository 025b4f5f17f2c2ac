import type { Vec3 } from '../../volume/geometry.ts';
import { type Canvas, pixelRange } from './canvas.ts';

/** A straight piece of a vessel or airway, body frame, tapering from one end to the other. */
export interface Tube {
  readonly fromMm: Vec3;
  readonly toMm: Vec3;
  readonly fromRadiusMm: number;
  readonly toRadiusMm: number;
}

export interface TubePaint {
  readonly hu: number;
  /**
   * `clear` (default): what is painted is no longer lung. `keep`: it stays lung, so that a tumour can grow through it.
   * `only`: as `keep`, and nothing is painted outside the lung.
   */
  readonly lung?: 'clear' | 'keep' | 'only';
}

/** A chain of tubes through `[x, y, z, radius]` points (mm). */
export function tubesThrough(...points: readonly (readonly [number, number, number, number])[]): Tube[] {
  return points.slice(1).map(([x, y, z, radius], i) => {
    const [px, py, pz, before] = points[i];
    return { fromMm: [px, py, pz], toMm: [x, y, z], fromRadiusMm: before, toRadiusMm: radius };
  });
}

export function widened(tube: Tube, byMm: number): Tube {
  return { ...tube, fromRadiusMm: tube.fromRadiusMm + byMm, toRadiusMm: tube.toRadiusMm + byMm };
}

export function reaches(tube: Tube, zMm: number, sliceMm: number): boolean {
  const radius = Math.max(tube.fromRadiusMm, tube.toRadiusMm) + sliceMm / 2;
  const z0 = tube.fromMm[2];
  const z1 = tube.toMm[2];
  return zMm > Math.min(z0, z1) - radius && zMm < Math.max(z0, z1) + radius;
}

/** Paints one tube into the slice at height `zMm`, averaged over three levels of the slice's thickness. */
export function paintTube(
  canvas: Canvas,
  zMm: number,
  tube: Tube,
  { hu: value, lung: rule = 'clear' }: TubePaint,
): void {
  if (!reaches(tube, zMm, canvas.sliceMm)) return;
  const { hu, lung, xMm, yMm, columns } = canvas;
  const [x0, y0, z0] = tube.fromMm;
  const ax = tube.toMm[0] - x0;
  const ay = tube.toMm[1] - y0;
  const az = tube.toMm[2] - z0;
  const lengthSquared = ax * ax + ay * ay + az * az + 1e-9;
  const taper = tube.toRadiusMm - tube.fromRadiusMm;
  const width = canvas.pixelMm;
  const reach = Math.max(tube.fromRadiusMm, tube.toRadiusMm) + width;
  const [left, right] = pixelRange(canvas, Math.min(x0, x0 + ax) - reach, Math.max(x0, x0 + ax) + reach);
  const [top, bottom] = pixelRange(canvas, Math.min(y0, y0 + ay) - reach, Math.max(y0, y0 + ay) + reach);
  const levelMm = canvas.sliceMm / 3;
  for (let row = top; row < bottom; row++) {
    const py = yMm[row] - y0;
    for (let column = left; column < right; column++) {
      const px = xMm[column] - x0;
      let share = 0;
      for (let level = -1; level <= 1; level++) {
        const pz = zMm + level * levelMm - z0;
        const along = Math.min(1, Math.max(0, (px * ax + py * ay + pz * az) / lengthSquared));
        const dx = px - along * ax;
        const dy = py - along * ay;
        const dz = pz - along * az;
        const radius = tube.fromRadiusMm + along * taper;
        const distance = Math.sqrt(dx * dx + dy * dy + dz * dz) - radius;
        share += Math.min(1, Math.max(0, 0.5 - distance / width)) / 3;
      }
      if (share === 0) continue;
      const i = row * columns + column;
      hu[i] += (rule === 'only' ? share * lung[i] : share) * (value - hu[i]);
      if (rule === 'clear') lung[i] -= share * lung[i];
    }
  }
}
