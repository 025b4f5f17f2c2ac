import { type Canvas, paint } from '../drawing/canvas.ts';
import { type Ellipsoid, grown, sectionAt } from '../drawing/ellipse.ts';
import { type Anatomy, domesOf, mediastinumAt, spineYMm } from './anatomy.ts';
import { fatHu } from './chest-wall.ts';

/** The diaphragm and what lies below it: liver on the right; spleen, stomach and fat on the left. */
export function paintAbdomen(canvas: Canvas, body: Anatomy, zMm: number): void {
  const [right, left] = domesOf(body);
  const within = canvas.cavity;
  const contrast = body.bloodHu > 100;
  const solid = (ellipsoid: Ellipsoid, hu: number) => {
    const section = sectionAt(ellipsoid, zMm, canvas.sliceMm);
    if (section) paint(canvas, section.ellipse, { hu, edgeMm: section.edgeMm, within });
    return section;
  };
  if (zMm < -20) {
    const y = spineYMm(body, zMm);
    paint(
      canvas,
      { ...mediastinumAt(body, zMm), yMm: y - 55, halfYMm: 62 },
      { hu: fatHu + 8, edgeMm: 4, within },
    );
    paint(
      canvas,
      { xMm: 12 * body.width, yMm: y - 24, halfXMm: 11, halfYMm: 10.5 },
      { hu: body.bloodHu, within },
    );
  }
  const dome = solid(left, 45);
  if (dome) paint(canvas, grown(dome.ellipse, -3), { hu: fatHu, edgeMm: dome.edgeMm, within });
  solid(
    {
      ...left,
      xMm: 92 * body.width,
      yMm: 32,
      zMm: left.zMm + 8,
      halfXMm: 34,
      halfYMm: 44,
      halfZMm: 66,
      turn: 0.5,
    },
    contrast ? 110 : 50,
  );
  paintStomach(canvas, body, left, zMm);
  solid(right, contrast ? 95 : 58);
  const lobe = {
    ...right,
    xMm: 6 * body.width,
    yMm: right.yMm - 42,
    zMm: right.zMm - 6,
    halfXMm: 66 * body.width,
    halfYMm: 34,
    square: 0.3,
  };
  solid({ ...lobe, halfZMm: 80 }, contrast ? 95 : 58);
  const cava = { xMm: -24 * body.width, yMm: spineYMm(body, zMm) - 32, halfXMm: 12, halfYMm: 10 };
  if (zMm < 0) paint(canvas, cava, { hu: contrast ? 120 : 40, edgeMm: 1, within });
}

/** The patient lies on the back: gas collects in front of a level surface. */
function paintStomach(canvas: Canvas, body: Anatomy, dome: Ellipsoid, zMm: number): void {
  const stomach = {
    ...dome,
    xMm: 62 * body.width,
    yMm: dome.yMm - 14,
    zMm: dome.zMm + 22,
    halfXMm: 42,
    halfYMm: 38,
    halfZMm: 56,
    turn: -0.4,
  };
  const section = sectionAt(stomach, zMm, canvas.sliceMm);
  if (section === undefined) return;
  const within = canvas.cavity;
  paint(canvas, section.ellipse, { hu: 45, edgeMm: section.edgeMm, within });
  const inside = grown(section.ellipse, -4);
  paint(canvas, inside, { hu: 22, edgeMm: section.edgeMm, within });
  if (!body.stomachGas) return;
  const levelMm = stomach.yMm - 12;
  const inFront = new Float32Array(within.length);
  for (let row = 0; row < canvas.rows; row++) {
    const share = Math.min(1, Math.max(0, (levelMm - canvas.yMm[row]) / canvas.pixelMm + 0.5));
    if (share > 0) inFront.fill(share, row * canvas.columns, (row + 1) * canvas.columns);
  }
  paint(canvas, inside, { hu: -980, edgeMm: section.edgeMm, within: inFront });
}
