import { type Canvas, largestBendMm, paint, pixelRange } from '../drawing/canvas.ts';
import { smoothStep } from '../drawing/curve.ts';
import { type Ellipse, type Ellipsoid, grown, sectionAt } from '../drawing/ellipse.ts';
import { paintTube, tubesThrough } from '../drawing/tube.ts';
import { type Anatomy, backMusclesAt, cavityAt, sides, spineYMm } from './anatomy.ts';
import { muscleHu } from './chest-wall.ts';

const corticalHu = 620;
const marrowHu = 170;

/** A bone in section: cortical shell round trabecular marrow. */
function paintBone(canvas: Canvas, ellipse: Ellipse, shellMm: number, edgeMm = 0, marrow = marrowHu): void {
  paint(canvas, ellipse, { hu: corticalHu, edgeMm });
  paint(canvas, grown(ellipse, -shellMm), { hu: marrow, edgeMm });
}

export function spinalCordAt(body: Anatomy, zMm: number): Ellipse {
  return { xMm: 0, yMm: spineYMm(body, zMm) + 25 * body.depth, halfXMm: 5.5, halfYMm: 4.5 };
}

/** Vertebrae with discs between, canal and cord, processes, and the muscles along them. */
export function paintSpine(canvas: Canvas, body: Anatomy, zMm: number): void {
  const y = spineYMm(body, zMm);
  const { width, depth } = body;
  paint(canvas, backMusclesAt(body, zMm), { hu: muscleHu + 5 });
  paint(canvas, { xMm: 0, yMm: y - 2, halfXMm: 26 * width, halfYMm: 22 * depth }, { hu: muscleHu - 10 });
  const phase = (((zMm + body.ribShiftMm) / 25) % 1) + 1;
  const level = Math.abs((phase % 1) - 0.5) * 2; // 1 in the disc, 0 in the middle of the vertebra
  const vertebra: Ellipse = {
    xMm: 0,
    yMm: y,
    halfXMm: (16 + 2 * level) * width,
    halfYMm: (14 + level) * depth,
    square: 0.35,
  };
  if (level > 0.84) paint(canvas, vertebra, { hu: 85 });
  else paintBone(canvas, vertebra, 1.6, 0, marrowHu + 200 * smoothStep(0.6, 0.84, level));
  const back = y + 25 * depth;
  const arch = 1 - smoothStep(0.45, 0.8, level);
  paintBone(
    canvas,
    { xMm: 0, yMm: back + 1, halfXMm: 14 * width, halfYMm: 13 * depth, square: 0.2 },
    3,
    6 * (1 - arch),
    140,
  );
  for (const side of sides) {
    const process: Ellipse = {
      xMm: side * 24 * width,
      yMm: back + 6,
      halfXMm: 13 * width,
      halfYMm: 5,
      turn: side * 0.35,
    };
    if (arch > 0.3) paintBone(canvas, process, 1.8, 3 * (1 - arch));
  }
  paintBone(canvas, { xMm: 0, yMm: back + 22 * depth, halfXMm: 3.6, halfYMm: (8 + 7 * arch) * depth }, 1.5);
  paint(canvas, { xMm: 0, yMm: back, halfXMm: 9.5 * width, halfYMm: 8 * depth }, { hu: 5 });
  paint(canvas, spinalCordAt(body, zMm), { hu: 38 });
}

/**
 * Ribs are rings round the rib cage that sink from back to front, so a slice cuts several of them obliquely.
 * Their front ends are cartilage.
 */
export function paintRibs(canvas: Canvas, body: Anatomy, zMm: number): void {
  const { hu, columns, xMm, yMm, bendXMm, bendYMm } = canvas;
  const cavity = cavityAt(body, zMm);
  const { halfXMm: a, halfYMm: b, square = 0 } = cavity;
  const spacingMm = body.lungHeightMm * 0.108;
  const reach = 14 + largestBendMm;
  const [left, right] = pixelRange(canvas, cavity.xMm - a - reach, cavity.xMm + a + reach);
  const [top, bottom] = pixelRange(canvas, cavity.yMm - b - reach, cavity.yMm + b + reach);
  const outer = (1 + 14 / Math.min(a, b)) ** 2;
  const soft = Math.max(1, canvas.pixelMm) / 4;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const dx = xMm[column] + bendXMm[row] - cavity.xMm;
      const dy = yMm[row] + bendYMm[column] - cavity.yMm;
      const uu = (dx / a) ** 2;
      const vv = (dy / b) ** 2;
      const f = uu + vv - square * uu * vv;
      if (f < 1 || (f > outer && uu < 1.6 && vv < 1.6) || uu > 1.6 || vv > 1.6) continue;
      const gu = (2 * dx * (1 - square * vv)) / (a * a);
      const gv = (2 * dy * (1 - square * uu)) / (b * b);
      const depthMm = (f - 1) / Math.sqrt(gu * gu + gv * gv);
      if (depthMm > 13) continue;
      // 0 at the spine, 1 at the sternum.
      const round = Math.atan2(Math.abs(dx) / a, dy / b) / Math.PI;
      if (round < 0.1 || round > (zMm > 0.12 * body.lungHeightMm ? 0.94 : 0.82)) continue;
      const sink = body.lungHeightMm * (0.3 * Math.sin(Math.min(1, round / 0.8) * (Math.PI / 2)) ** 2);
      const phase = (zMm + sink + body.ribShiftMm * (dx < 0 ? 1 : 1.15)) / spacingMm;
      const upMm = (phase - Math.round(phase)) * spacingMm;
      const e = Math.sqrt((upMm / 6.2) ** 2 + ((depthMm - 6) / 4.4) ** 2);
      const bone = Math.min(1, Math.max(0, 0.5 + (1 - e) / soft));
      if (bone === 0) continue;
      const marrow = Math.min(1, Math.max(0, 0.5 + (0.62 - e) / soft));
      const gristle = smoothStep(0.72, 0.76, round);
      const value = (corticalHu + marrow * (marrowHu - corticalHu)) * (1 - gristle) + 105 * gristle;
      const i = row * columns + column;
      hu[i] += bone * (value - hu[i]);
    }
  }
}

/** Sternum, shoulder blades, collar bones and the heads of the arm bones. */
export function paintFrontAndShoulders(canvas: Canvas, body: Anatomy, zMm: number): void {
  const { width, depth, lungHeightMm: height } = body;
  const t = zMm / height;
  const cavity = cavityAt(body, zMm);
  if (t > 0.1 && t < 0.9) {
    const manubrium = 8 * smoothStep(0.66, 0.8, t) - 6 * smoothStep(0.3, 0.15, t);
    const sternum = {
      xMm: 0,
      yMm: cavity.yMm - cavity.halfYMm - 7,
      halfXMm: 15 + manubrium,
      halfYMm: 5.5,
      square: 0.4,
    };
    paintBone(canvas, sternum, 1.4, 0, 120);
  }
  for (const side of sides) {
    const blade: Ellipsoid = {
      xMm: side * 112 * width,
      yMm: 66 * depth,
      zMm: 0.84 * height,
      halfXMm: 40 * width,
      halfYMm: 4.6,
      halfZMm: 0.34 * height,
      turn: -side * (0.62 - 0.25 * t),
    };
    const section = sectionAt(blade, zMm, 0);
    if (section) paintBone(canvas, { ...section.ellipse, halfYMm: 4.6 }, 1.5);
    const armHead: Ellipsoid = {
      xMm: side * 160 * width,
      yMm: 24 * depth,
      zMm: 1.12 * height,
      halfXMm: 25,
      halfYMm: 24,
      halfZMm: 0.16 * height,
    };
    const head = sectionAt(armHead, zMm, canvas.sliceMm);
    if (head) paintBone(canvas, head.ellipse, 2.2, head.edgeMm, 130);
    const collar = tubesThrough(
      [side * 22, -24, 0.93 * height, 8],
      [side * 60, -34, 0.99 * height, 6.5],
      [side * 110, 0, 1.08 * height, 6],
      [side * 150, 10, 1.14 * height, 6.5],
    );
    for (const tube of collar) paintTube(canvas, zMm, tube, { hu: 420 });
  }
}
