import { type Canvas, paint } from '../drawing/canvas.ts';
import { cloudAt, cloudSlice, type NoiseTile } from '../drawing/noise-tile.ts';
import { type Anatomy, lungAt, sides } from './anatomy.ts';

/** Fills the rib cage with lung; heart, diaphragm and spine are painted over it later. */
export function paintLungs(canvas: Canvas, body: Anatomy, zMm: number): void {
  for (const side of sides) {
    const lung = lungAt(body, side, zMm);
    if (lung) paint(canvas, lung, { hu: body.lungHu, lung: 1, within: canvas.cavity });
  }
}

/** Parenchyma: denser towards the back (the patient lies), patchy, and crossed by the oblique fissure. */
export function textureLungs(canvas: Canvas, zMm: number, fine: NoiseTile, coarse: NoiseTile): void {
  const { hu, lung, columns, rows, xMm, yMm } = canvas;
  const fineSlice = cloudSlice(zMm, 22);
  const coarseSlice = cloudSlice(zMm, 160);
  for (let row = 0; row < rows; row++) {
    const gravityHu = 0.35 * yMm[row];
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      const share = lung[i];
      if (share < 0.02) continue;
      const x = xMm[column];
      const patches =
        15 * cloudAt(fine, fineSlice, column, row) + 16 * cloudAt(coarse, coarseSlice, column, row);
      // The fissure sinks from the back to the front; it bulges with x.
      const bulge = 0.004 * (Math.abs(x) - 70) ** 2;
      const offFissureMm = (yMm[row] + 40 - 0.62 * zMm - bulge) * 0.85 - 8 * Math.sin(x / 45);
      const fissure = 110 * Math.max(0, 1 - Math.abs(offFissureMm) / 1.5);
      hu[i] += share * (gravityHu + patches + fissure);
    }
  }
}
