import type { Vec3 } from '../../volume/geometry.ts';
import type { RandomStream } from '../drawing/random.ts';
import type { Tube } from '../drawing/tube.ts';
import { type Anatomy, isLung, lungAt, type Side, sides } from './anatomy.ts';
import { hilumOf } from './mediastinum.ts';

interface Node {
  readonly atMm: Vec3;
  readonly parent: number;
  /** Way along the tree to the root. */
  readonly pathMm: number;
}

const thinnestMm = 0.6;
/** Murray's law has 3; lungs measure lower. */
const branchingExponent = 2.4;

/** Arteries and veins of both lungs. */
export function lungVessels(body: Anatomy, random: RandomStream): Tube[] {
  return sides.flatMap((side) => {
    const [x, y, z] = hilumOf(body, side);
    const arteries = growTree([x, y - 2, z], lungPoints(body, side, 850, random), random);
    const veins = growTree(
      [x * 0.9, y - 6, z - 0.09 * body.lungHeightMm],
      lungPoints(body, side, 420, random),
      random,
    );
    return [...arteries, ...veins];
  });
}

function lungPoints(body: Anatomy, side: Side, count: number, random: RandomStream): Vec3[] {
  const points: Vec3[] = [];
  for (let tries = 0; points.length < count && tries < 60 * count; tries++) {
    const z = body.lungHeightMm * random.between(-0.3, 0.98);
    const lung = lungAt(body, side, z);
    if (lung === undefined) continue;
    const x = lung.xMm + lung.halfXMm * random.between(-1, 1);
    const y = lung.yMm + lung.halfYMm * random.between(-1, 1);
    if (isLung(body, x, y, z)) points.push([x, y, z]);
  }
  return points;
}

/** Joins the points to the root, nearest first, each where detour and distance are least; then widths follow the flow. */
function growTree(root: Vec3, points: readonly Vec3[], random: RandomStream): Tube[] {
  const nodes: Node[] = [{ atMm: root, parent: -1, pathMm: 0 }];
  const ordered = points.map((at) => ({ at, far: distance(at, root) })).sort((a, b) => a.far - b.far);
  for (const { at } of ordered) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < nodes.length; i++) {
      const cost = distance(at, nodes[i].atMm) + 0.18 * nodes[i].pathMm;
      if (cost < least) [best, least] = [i, cost];
    }
    const from = nodes[best];
    const length = distance(at, from.atMm);
    const bend = 0.08 * length;
    const middle: Vec3 = [0, 1, 2].map(
      (k) => (at[k] + from.atMm[k]) / 2 + bend * random.normal(),
    ) as unknown as Vec3;
    nodes.push({ atMm: middle, parent: best, pathMm: from.pathMm + length / 2 });
    nodes.push({ atMm: at, parent: nodes.length - 1, pathMm: from.pathMm + length });
  }
  const flow = new Float64Array(nodes.length);
  for (let i = nodes.length - 1; i > 0; i--) {
    if (flow[i] === 0) flow[i] = 1;
    flow[nodes[i].parent] += flow[i];
  }
  const radius = (i: number) => Math.min(7.5, thinnestMm * flow[i] ** (1 / branchingExponent));
  return nodes.slice(1).map((node, k) => ({
    fromMm: nodes[node.parent].atMm,
    toMm: node.atMm,
    fromRadiusMm: Math.min(radius(node.parent), 1.25 * radius(k + 1)),
    toRadiusMm: radius(k + 1),
  }));
}

function distance(a: Vec3, b: Vec3): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);
}
