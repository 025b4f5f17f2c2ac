import { type Canvas, pixelRange } from '../drawing/canvas.ts';
import { smoothStep } from '../drawing/curve.ts';
import { cloudAt, cloudSlice, type NoiseTile } from '../drawing/noise-tile.ts';
import { type Tumour, tumourDistanceMm } from './tumour.ts';

/** What a wall is taken for where it shares a pixel with the lung, so that no dark seam is left. */
const wallHu = 30;

/** Paints a tumour into the lung of a slice and marks its voxels in `truth`, the slice of the mask (x fastest). */
export function paintTumour(
  canvas: Canvas,
  tumour: Tumour,
  zMm: number,
  clouds: NoiseTile,
  truth: Uint8Array,
): void {
  const { hu, lung, columns, pixelMm, xMm, yMm } = canvas;
  const { centreMm, radiusMm } = tumour;
  const reach = 2.9 * radiusMm;
  if (Math.abs(zMm - centreMm[2]) > reach) return;
  const [left, right] = pixelRange(canvas, centreMm[0] - reach, centreMm[0] + reach);
  const [top, bottom] = pixelRange(canvas, centreMm[1] - reach, centreMm[1] + reach);
  const inner = cloudSlice(zMm, 60);
  const width = 1.3 * pixelMm;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const i = row * columns + column;
      const here = lung[i];
      if (here < 0.02) continue;
      const distance = tumourDistanceMm(tumour, xMm[column], yMm[row], zMm);
      if (distance > 12) continue;
      const cloud = cloudAt(clouds, inner, 3 * column, 3 * row);
      const share = Math.min(1, Math.max(0, 0.5 - distance / width));
      const haloHu = 130 * Math.exp(-Math.max(0, distance) / 4);
      const target = here * tissueHu(tumour, -distance, cloud) + (1 - here) * wallHu;
      hu[i] += here * (1 - share) * haloHu + share * smoothStep(0, 0.3, here) * (target - hu[i]);
      if (share > 0.5 && here > 0.5) truth[i] = 1;
    }
  }
}

/** HU at a depth below the surface: uneven, and lower in a necrotic core. `cloud` is smooth noise of unit variance. */
function tissueHu({ necrosis, radiusMm }: Tumour, depthMm: number, cloud: number): number {
  const core = smoothStep(1 - necrosis, 1.25 - necrosis, depthMm / radiusMm + 0.2 * cloud);
  return 44 + 13 * cloud - (necrosis === 0 ? 0 : 30 * core);
}
