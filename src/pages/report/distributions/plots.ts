import * as Plot from '@observablehq/plot';
import { percent } from '../../../report/number-text.ts';
import { binEdges, logBinEdges } from '../numbers.ts';
import {
  axisLabel,
  drawn,
  type Frame,
  GROUPS_WIDTH,
  logAxis,
  type Sample,
  type Scale,
  type Svg,
} from './plot.ts';

/** Boxes (quartiles, the median, whiskers of 1.5 times their distance, and what lies beyond), one a group in each panel. */
export function boxes(
  samples: readonly Sample[],
  { label, values }: Scale,
  { width, groups, alternative }: Frame,
  panels: readonly string[],
  lines: readonly number[],
): Svg {
  const edges = binEdges(values, 10);
  return drawn(
    {
      width,
      height: 50 + panels.length * (8 + 15 * groups.length),
      marginLeft: GROUPS_WIDTH,
      marginRight: 40,
      marginBottom: 36,
      x: { ...axisLabel(label), domain: [edges[0], edges[edges.length - 1]], grid: true },
      y: { domain: [...groups], label: null },
      fy: { domain: [...panels], label: null, padding: 0.12 },
      marks: [
        Plot.ruleX([...lines], { stroke: 'currentColor', strokeDasharray: '3 2' }),
        Plot.boxX(samples as Sample[], {
          x: 'value',
          y: 'group',
          fy: 'panel',
          r: 1.5,
          fill: 'var(--first-soft)',
          stroke: 'currentColor',
        }),
      ],
    },
    alternative,
  );
}

/** How many of a group are of one kind. */
export interface Share {
  readonly group: string;
  readonly kind: string;
  readonly count: number;
  /** Of the group, 0..1. */
  readonly share: number;
}

const LONGEST_NAME = 34;

const clipped = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}\u2026` : name;

/** Shares of kinds in each group, a bar each, with the count at its end. */
export function shares(
  found: readonly Share[],
  kinds: readonly string[],
  { width, groups, alternative }: Frame,
): Svg {
  const place = { x: 'share', y: 'kind', fx: 'group' };
  return drawn(
    {
      width,
      height: 66 + 18 * kinds.length,
      marginLeft: 24 + 6.5 * Math.max(...kinds.map((kind) => clipped(kind).length)),
      marginBottom: 36,
      x: {
        ...axisLabel('share of the group'),
        // Room for the count at the longest bar.
        domain: [0, 1.25 * Math.max(...found.map(({ share }) => share))],
        ticks: 2,
        tickFormat: (share: number) => percent(share, 0),
        grid: true,
      },
      y: { domain: [...kinds], label: null, tickFormat: (kind: string) => clipped(kind) },
      fx: { domain: [...groups], label: null },
      marks: [
        Plot.barX(found as Share[], { ...place, fill: 'var(--first)' }),
        Plot.text(found as Share[], { ...place, text: 'count', dx: 4, textAnchor: 'start' }),
        Plot.ruleX([0]),
      ],
    },
    alternative,
  );
}

/** A patient as a point. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly group: string;
  readonly patient: string;
}

/** Points over a logarithmic axis, a panel a group. */
export function points(
  found: readonly Point[],
  labels: { readonly x: string; readonly y: string },
  { width, groups, alternative }: Frame,
): Svg {
  return drawn(
    {
      width,
      height: 200,
      marginLeft: 40,
      marginBottom: 36,
      x: {
        ...axisLabel(labels.x),
        ...logAxis(logBinEdges(found.map(({ x }) => x)), width / groups.length - 20),
      },
      y: { label: labels.y, domain: [0, 1], grid: true, ticks: 5 },
      fx: { domain: [...groups], label: null },
      marks: [
        Plot.frame({ stroke: 'var(--line)' }),
        Plot.dot(found as Point[], {
          x: 'x',
          y: 'y',
          fx: 'group',
          r: 2,
          fill: 'var(--first)',
          fillOpacity: 0.7,
          title: ({ patient, y }: Point) => `${patient}: ${y.toFixed(3)}`,
        }),
      ],
    },
    alternative,
  );
}
