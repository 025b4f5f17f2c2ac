import { type Canvas, coverRows, paint } from '../drawing/canvas.ts';
import { smoothStep } from '../drawing/curve.ts';
import { type Ellipsoid, grown, sectionAt } from '../drawing/ellipse.ts';
import { cloudAt, cloudSlice, type NoiseTile } from '../drawing/noise-tile.ts';
import { paintTube, type Tube, tubesThrough, widened } from '../drawing/tube.ts';
import { type Anatomy, anteriorFoldAt, heartOf, mediastinumAt, spineYMm } from './anatomy.ts';
import { fatHu } from './chest-wall.ts';

const airHu = -1000;
const wallHu = 0;
const wallMm = 0.9;

/** Where the main bronchus and the vessels enter a lung. */
export function hilumOf(body: Anatomy, side: -1 | 1): readonly [number, number, number] {
  return [
    side * (side < 0 ? 42 : 44) * body.width,
    10 * body.depth,
    (side < 0 ? 0.48 : 0.5) * body.lungHeightMm,
  ];
}

export function heartSection(canvas: Canvas, body: Anatomy, zMm: number) {
  return sectionAt(heartOf(body), zMm, canvas.sliceMm);
}

/** Fat, heart and the great vessels, before airways are opened in them. */
export function paintMediastinum(canvas: Canvas, body: Anatomy, zMm: number, clouds: NoiseTile): void {
  const within = canvas.cavity;
  paint(canvas, anteriorFoldAt(body, zMm), { hu: fatHu, within });
  const slice = cloudSlice(zMm, 45);
  coverRows(canvas, mediastinumAt(body, zMm), 0, (offset, from, to, cover) => {
    const row = offset / canvas.columns;
    for (let column = from; column < to; column++) {
      // Lymph nodes and small vessels in the fat.
      const node = smoothStep(0.3, 0.9, cloudAt(clouds, slice, 2 * column, 2 * row));
      const i = offset + column;
      const share = cover[column] * within[i];
      canvas.hu[i] += share * (fatHu + 8 + 125 * node - canvas.hu[i]);
      canvas.lung[i] -= share * canvas.lung[i];
    }
  });
  paintHeart(canvas, body, zMm);
  for (const tube of greatVessels(body)) {
    paintTube(canvas, zMm, widened(tube, 1), { hu: 20 });
    paintTube(canvas, zMm, tube, { hu: body.bloodHu });
  }
  const y = spineYMm(body, zMm);
  const gullet = { xMm: 9, yMm: y - 25 * body.depth, halfXMm: 9, halfYMm: 6.5 };
  paint(canvas, gullet, { hu: 38 });
  if (Math.sin(zMm / 17) > 0.4) paint(canvas, { ...gullet, halfXMm: 3, halfYMm: 1.8 }, { hu: -700 });
  if (body.calcified && Math.sin(zMm / 9) > 0.7) {
    paint(canvas, { xMm: 32, yMm: y - 8 * body.depth, halfXMm: 1.4, halfYMm: 4 }, { hu: 500, edgeMm: 0.5 });
  }
}

function paintHeart(canvas: Canvas, body: Anatomy, zMm: number): void {
  const section = heartSection(canvas, body, zMm);
  if (section === undefined) return;
  const { ellipse, edgeMm } = section;
  const within = canvas.cavity;
  paint(canvas, ellipse, { hu: fatHu + 25, edgeMm, within });
  paint(canvas, grown(ellipse, -3.5), { hu: 48, edgeMm, within });
  const heart = heartOf(body);
  const chamber = (dx: number, dy: number, dz: number, size: number): Ellipsoid => ({
    xMm: heart.xMm + dx * heart.halfXMm,
    yMm: heart.yMm + dy * heart.halfYMm,
    zMm: heart.zMm + dz * heart.halfZMm,
    halfXMm: size * heart.halfXMm,
    halfYMm: size * 0.8 * heart.halfYMm,
    halfZMm: size * 1.4 * heart.halfZMm,
    turn: -0.6,
  });
  for (const solid of [
    chamber(0.35, -0.05, -0.2, 0.36),
    chamber(-0.1, -0.5, -0.1, 0.4),
    chamber(-0.55, 0.15, 0.1, 0.32),
    chamber(0, 0.55, 0.3, 0.36),
  ]) {
    const blood = sectionAt(solid, zMm, canvas.sliceMm);
    if (blood) paint(canvas, blood.ellipse, { hu: body.bloodHu, edgeMm: blood.edgeMm + 2, within });
  }
}

function greatVessels(body: Anatomy): Tube[] {
  const { lungHeightMm: h, width: w, depth: d } = body;
  const aorta = tubesThrough(
    [4 * w, -24 * d, 0.3 * h, 14],
    [-12 * w, -26 * d, 0.5 * h, 15],
    [-10 * w, -20 * d, 0.66 * h, 14.5],
    [2 * w, -6 * d, 0.735 * h, 13.5],
    [16 * w, 16 * d, 0.735 * h, 13],
    [24 * w, 34 * d, 0.68 * h, 12.5],
    [24 * w, 36 * d, 0.4 * h, 12],
    [16 * w, 26 * d, 0, 11.5],
    [8 * w, 18 * d, -0.45 * h, 10.5],
  );
  const pulmonary = tubesThrough([20 * w, -44 * d, 0.34 * h, 13], [18 * w, -28 * d, 0.53 * h, 13.5]);
  const right = tubesThrough(
    [18 * w, -20 * d, 0.53 * h, 11],
    [-10 * w, -2 * d, 0.52 * h, 10.5],
    [...hilumOf(body, -1), 8],
  );
  const left = tubesThrough([18 * w, -20 * d, 0.53 * h, 12], [...hilumOf(body, 1), 9]);
  const cava = tubesThrough(
    [-28 * w, -18 * d, 0.25 * h, 10],
    [-30 * w, -22 * d, 0.72 * h, 9],
    [-26 * w, -24 * d, 0.86 * h, 8],
  );
  const inlet = [
    tubesThrough([-26 * w, -24 * d, 0.86 * h, 7.5], [-34 * w, -16 * d, 1.1 * h, 6.5]),
    tubesThrough(
      [-26 * w, -24 * d, 0.82 * h, 7],
      [10 * w, -32 * d, 0.88 * h, 6.5],
      [36 * w, -22 * d, 1 * h, 6.5],
    ),
    tubesThrough(
      [-4 * w, -12 * d, 0.74 * h, 6.5],
      [-18 * w, -8 * d, 1 * h, 5.5],
      [-24 * w, -6 * d, 1.2 * h, 4.5],
    ),
    tubesThrough([8 * w, 0, 0.75 * h, 4.5], [18 * w, -6 * d, 1.2 * h, 4]),
    tubesThrough(
      [18 * w, 14 * d, 0.75 * h, 5.5],
      [26 * w, 10 * d, 0.98 * h, 5],
      [70 * w, 6 * d, 1.06 * h, 4.5],
    ),
  ];
  return [...aorta, ...pulmonary, ...right, ...left, ...cava, ...inlet.flat()];
}

/** Windpipe, main and lobar bronchi: a wall, then air. Airways in the lung keep their wall thin. */
export function paintAirways(canvas: Canvas, body: Anatomy, zMm: number): void {
  const { lungHeightMm: h, width: w, depth: d } = body;
  const carina = [1, 14 * d, 0.6 * h] as const;
  const tubes = [tubesThrough([0, 2 * d, 1.3 * h, 8.5], [0, 4 * d, 1 * h, 8.5], [...carina, 8.5])];
  for (const side of [-1, 1] as const) {
    const [x, y, z] = hilumOf(body, side);
    tubes.push(tubesThrough([...carina, 6.5], [x * 0.75, y + 4, z + 0.02 * h, 5.4]));
    const root = [x * 0.75, y + 4, z + 0.02 * h] as const;
    const upper = tubesThrough(
      [...root, 4],
      [x + side * 8, y - 8, z + 0.09 * h, 3.1],
      [x + side * 26, y - 18, z + 0.2 * h, 1.8],
    );
    const lower = tubesThrough(
      [...root, 4.6],
      [x + side * 4, y + 12, z - 0.12 * h, 3.6],
      [x + side * 18, y + 26, z - 0.32 * h, 1.8],
    );
    const middle = tubesThrough(
      [x + side * 3, y + 8, z - 0.08 * h, 3],
      [x + side * 24 * w, y - 34, z - 0.2 * h, 1.6],
    );
    tubes.push(upper, lower, middle);
  }
  for (const tube of tubes.flat())
    paintTube(canvas, zMm, widened(tube, wallMm), { hu: wallHu, lung: 'keep' });
  for (const tube of tubes.flat()) paintTube(canvas, zMm, tube, { hu: airHu, lung: 'keep' });
}
