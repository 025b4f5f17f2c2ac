import { type Vec3, vec3 } from '../../volume/geometry.ts';
import { isInside } from '../drawing/ellipse.ts';
import type { RandomStream } from '../drawing/random.ts';
import { type Anatomy, cavityAt, isLung, type Side } from './anatomy.ts';
import { hilumOf } from './mediastinum.ts';

export type TumourSite = 'pleura' | 'mediastinum' | 'free';
export type TumourMargin = 'smooth' | 'lobulated' | 'spiculated';

interface Lobe {
  readonly at: Vec3;
  readonly radius: number;
}

interface Spicule {
  readonly towards: Vec3;
  readonly length: number;
  readonly width: number;
}

/** A tumour's shape in units of `radiusMm`, placed in the body frame. */
export interface Tumour {
  readonly side: Side;
  readonly centreMm: Vec3;
  readonly radiusMm: number;
  readonly stretch: Vec3;
  readonly lobes: readonly Lobe[];
  readonly spicules: readonly Spicule[];
  readonly bumps: readonly Vec3[];
  readonly bumpiness: number;
  /** Share of the radius that is necrotic. */
  readonly necrosis: number;
}

export interface TumourPlan {
  readonly site: TumourSite;
  readonly margin: TumourMargin;
  readonly volumeMl: number;
  readonly side: Side;
}

/** Draws a tumour whose part inside the lung has about the planned volume. */
export function drawTumour(body: Anatomy, plan: TumourPlan, random: RandomStream): Tumour {
  const shape = drawShape(plan, random);
  const place = drawPlace(body, plan, random);
  let low = 2;
  let high = 75;
  for (let step = 0; step < 12; step++) {
    const radiusMm = (low + high) / 2;
    if (volumeMl(body, { ...shape, ...place(radiusMm) }) < plan.volumeMl) low = radiusMm;
    else high = radiusMm;
  }
  return { ...shape, ...place(high) };
}

function drawShape(plan: TumourPlan, random: RandomStream) {
  const lobulated = plan.margin === 'lobulated';
  const spiculated = plan.margin === 'spiculated';
  const lobes: Lobe[] = [{ at: [0, 0, 0], radius: lobulated ? 0.72 : 0.95 }];
  for (let i = lobulated ? random.integer(5, 8) : random.integer(1, 3); i > 0; i--) {
    const direction = onSphere(random);
    const out = lobulated ? random.between(0.45, 0.75) : random.between(0.2, 0.4);
    lobes.push({ at: vec3((k) => direction[k] * out), radius: random.between(0.35, 0.6) });
  }
  const spicules: Spicule[] = [];
  for (let i = spiculated ? random.integer(22, 34) : random.integer(0, 4); i > 0; i--) {
    spicules.push({
      towards: onSphere(random),
      length: random.between(1.5, 2.3),
      width: random.between(0.1, 0.2),
    });
  }
  return {
    side: plan.side,
    lobes,
    spicules,
    stretch: vec3(() => random.between(0.82, 1.22)),
    bumps: Array.from({ length: 4 }, () => vec3(() => random.between(-6, 6))),
    bumpiness: spiculated ? 0.1 : 0.05,
    necrosis: plan.volumeMl > 25 && random.uniform() < 0.7 ? random.between(0.35, 0.65) : 0,
  };
}

function onSphere(random: RandomStream): Vec3 {
  const z = random.between(-1, 1);
  const angle = random.between(0, 2 * Math.PI);
  const r = Math.sqrt(1 - z * z);
  return [r * Math.cos(angle), r * Math.sin(angle), z];
}

/** Where the tumour's centre lies as it grows: on the chest wall, at the hilum, or in the middle of a lung. */
function drawPlace(body: Anatomy, { site, side }: TumourPlan, random: RandomStream) {
  const height = body.lungHeightMm;
  if (site === 'mediastinum') {
    const [x, y, z] = hilumOf(body, side);
    const yMm = y + random.between(-18, 12);
    const zMm = z + height * random.between(-0.06, 0.2);
    return (radiusMm: number) => ({ radiusMm, centreMm: [x + side * 0.55 * radiusMm, yMm, zMm] as const });
  }
  const zMm = height * random.between(0.32, 0.72);
  const cavity = cavityAt(body, zMm);
  // From the front (-) over the side to the back (+) of the lung.
  const angle = random.between(-0.7, 0.85);
  const out: Vec3 = [side * Math.cos(angle), Math.sin(angle), 0];
  let reach = 20;
  const start: Vec3 = [side * 55 * body.width, cavity.yMm, zMm];
  while (isInside(cavity, start[0] + out[0] * reach, start[1] + out[1] * reach)) reach += 0.5;
  if (site === 'free') {
    const middle = 0.35 * reach;
    return (radiusMm: number) => ({ radiusMm, centreMm: vec3((k) => start[k] + out[k] * middle) });
  }
  return (radiusMm: number) => ({
    radiusMm,
    centreMm: vec3((k) => start[k] + out[k] * (reach - 0.62 * radiusMm)),
  });
}

/** Signed distance in mm to the tumour's surface, about; negative inside. A tumour keeps to its side of the body. */
export function tumourDistanceMm(tumour: Tumour, xMm: number, yMm: number, zMm: number): number {
  const { centreMm, radiusMm, stretch, lobes, spicules, bumps, bumpiness } = tumour;
  const x = (xMm - centreMm[0]) / (radiusMm * stretch[0]);
  const y = (yMm - centreMm[1]) / (radiusMm * stretch[1]);
  const z = (zMm - centreMm[2]) / (radiusMm * stretch[2]);
  if (xMm * tumour.side <= 0) return Number.POSITIVE_INFINITY;
  const far = Math.sqrt(x * x + y * y + z * z);
  if (far > 2.4) return (far - 1.4) * radiusMm;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < lobes.length; i++) {
    const { at, radius } = lobes[i];
    const dx = x - at[0];
    const dy = y - at[1];
    const dz = z - at[2];
    distance = smoothMinimum(distance, Math.sqrt(dx * dx + dy * dy + dz * dz) - radius, 0.12);
  }
  if (distance < 0.5) {
    for (const [fx, fy, fz] of bumps) distance += bumpiness * Math.sin(fx * x + fy * y + fz * z + fx);
  }
  for (let i = 0; i < spicules.length; i++) {
    const { towards, length, width } = spicules[i];
    const along = x * towards[0] + y * towards[1] + z * towards[2];
    if (along <= 0.3 || along > length) continue;
    const aside = Math.sqrt(Math.max(0, far * far - along * along));
    distance = smoothMinimum(distance, aside - width * (1 - along / length), 0.08);
  }
  return distance * radiusMm;
}

function smoothMinimum(a: number, b: number, blend: number): number {
  const h = Math.max(0, blend - Math.abs(a - b)) / blend;
  return Math.min(a, b) - (h * h * blend) / 4;
}

function volumeMl(body: Anatomy, tumour: Tumour): number {
  const steps = 24;
  const halfMm = 1.5 * tumour.radiusMm;
  const stepMm = (2 * halfMm) / steps;
  let count = 0;
  for (let k = 0; k < steps; k++) {
    const z = tumour.centreMm[2] - halfMm + (k + 0.5) * stepMm;
    for (let j = 0; j < steps; j++) {
      const y = tumour.centreMm[1] - halfMm + (j + 0.5) * stepMm;
      for (let i = 0; i < steps; i++) {
        const x = tumour.centreMm[0] - halfMm + (i + 0.5) * stepMm;
        if (tumourDistanceMm(tumour, x, y, z) < 0 && isLung(body, x, y, z)) count++;
      }
    }
  }
  return (count * stepMm ** 3) / 1000;
}
