import * as Plot from '@observablehq/plot';
import { binEdges, logBinEdges, percent, short } from '../numbers.ts';

/** A value of a patient, in the group of patients that it is shown with. */
export interface Sample {
  readonly group: string;
  readonly value: number;
  /** What tells it apart within the group: a panel of the plot, or a series of it. */
  readonly panel?: string;
  readonly series?: string;
  readonly patient: string;
}

interface Scale {
  readonly label: string;
  readonly isLog?: boolean;
  /** Of all patients, so that the axis stays where it is when some are filtered out. */
  readonly values: readonly number[];
}

interface Frame {
  /** Pixels. */
  readonly width: number;
  /** In the order in which they stand below each other. */
  readonly groups: readonly string[];
  /** Text alternative. */
  readonly alternative: string;
}

type Svg = SVGSVGElement | HTMLElement;

/** Room for the names of groups beside the panels. */
const GROUPS_WIDTH = 86;
const SERIES_COLORS = ['var(--first)', 'var(--second)'];

/**
 * Plot styles its SVG by a `<style>` in it, which the policy of the page does not allow; style.css has its rules, for the
 * class `plot`.
 */
function drawn(options: Plot.PlotOptions, alternative: string): Svg {
  const svg = Plot.plot({ className: 'plot', ariaLabel: alternative, ...options });
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  // Names of the kinds of marks, on groups that have no role to be named by.
  for (const group of svg.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return svg;
}

/** Of a horizontal axis. */
const axisLabel = (label: string): Plot.ScaleOptions => ({
  label,
  labelAnchor: 'center',
  labelArrow: 'none',
  tickSpacing: 50,
});

/** A logarithmic axis is marked at powers of ten, as many as fit into that many pixels; on a short one at 1, 2 and 5 times them. */
function logAxis(edges: readonly number[], width: number): Plot.ScaleOptions {
  const [first, last] = [edges[0], edges[edges.length - 1]];
  const powers = Array.from(
    { length: Math.floor(Math.log10(last)) - Math.floor(Math.log10(first)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(first)) + i),
  );
  const factors = last / first < 100 ? [1, 2, 5] : [1];
  const ticks = powers
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((value) => value >= first && value <= last);
  const step = Math.ceil((32 * ticks.length) / width);
  return {
    type: 'log',
    domain: [first, last],
    ticks: ticks.filter((_, i) => i % step === 0),
    tickFormat: (value: number) => short(value, 3),
  };
}

/** How often values are, as shares of each group and panel; `lines` stand at values that matter. */
export function histogram(
  samples: readonly Sample[],
  { label, isLog = false, values }: Scale,
  { width, groups, alternative }: Frame,
  { panels, series = [], lines = [] }: HistogramParts = {},
): Svg {
  const edges = isLog ? logBinEdges(values) : binEdges(values, 24);
  const bars = (name: string | undefined, i: number): Plot.Markish => {
    const look: Pick<Plot.RectYOptions, 'fill' | 'fillOpacity' | 'inset' | 'fx' | 'fy'> = {
      fill: SERIES_COLORS[i],
      fillOpacity: name === undefined ? 1 : 0.7,
      inset: 0.25,
      fy: 'group',
      ...(panels !== undefined && { fx: 'panel' }),
    };
    const outputs = {
      y: 'proportion-facet',
      title: (bin: Sample[], { x1, x2 }: { x1: number; x2: number }) =>
        `${short(x1, 3)} to ${short(x2, 3)} ${label}: ${bin.length}`,
    } as Plot.BinOutputs;
    return Plot.rectY(
      samples.filter(({ series: own }) => own === name),
      Plot.binX(outputs, { ...look, x: 'value', thresholds: edges }),
    );
  };
  return drawn(
    {
      width,
      height: 56 + groups.length * (groups.length > 2 ? 60 : 80),
      marginLeft: 44,
      marginRight: panels === undefined ? 12 : GROUPS_WIDTH,
      marginBottom: 36,
      x: {
        ...axisLabel(label),
        ...(isLog ? logAxis(edges, width) : { domain: [edges[0], edges[edges.length - 1]] }),
      },
      y: { label: null, ticks: 2, tickFormat: (share: number) => percent(share, 0), grid: true },
      fy: {
        domain: [...groups],
        label: null,
        axis: panels === undefined ? null : 'right',
        padding: panels === undefined ? 0.28 : 0.15,
      },
      ...(panels !== undefined && { fx: { domain: [...panels], label: null, padding: 0.06 } }),
      marks: [
        ...(series.length === 0 ? [undefined] : series).map(bars),
        Plot.ruleX(lines as LineAt[], {
          x: 'value',
          ...(panels !== undefined && { fx: 'panel' }),
          stroke: 'currentColor',
          strokeDasharray: '3 2',
        }),
        Plot.ruleY([0]),
        Plot.text(panels === undefined ? groups : [], {
          text: (group: string) => group,
          fy: (group: string) => group,
          // Above the bars, which may be as high as the panel.
          frameAnchor: 'top-right',
          dy: -13,
          fill: 'currentColor',
        }),
      ],
    },
    alternative,
  );
}

interface LineAt {
  readonly value: number;
  readonly panel?: string;
}

interface HistogramParts {
  readonly panels?: readonly string[];
  readonly series?: readonly string[];
  readonly lines?: readonly LineAt[];
}

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
