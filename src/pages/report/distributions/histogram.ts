import * as Plot from '@observablehq/plot';
import { percent, short } from '../../../report/number-text.ts';
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

const SERIES_COLORS = ['var(--first)', 'var(--second)'];

/** How often values are, as shares of each group and panel; `lines` stand at values that matter. */
export function histogram(
  samples: readonly Sample[],
  { label, isLog = false, values }: Scale,
  { width, groups, alternative }: Frame,
  { panels, series = [], lines = [] }: HistogramParts = {},
): Svg {
  const edges = isLog ? logBinEdges(values) : binEdges(values, 24);
  const inPanels = panels === undefined ? {} : { fx: 'panel' };
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
        ...(series.length === 0 ? [undefined] : series).map((name, i) =>
          bars(
            samples.filter(({ series: own }) => own === name),
            { label, edges },
            { ...inPanels, fill: SERIES_COLORS[i], fillOpacity: name === undefined ? 1 : 0.7 },
          ),
        ),
        Plot.ruleX(lines as LineAt[], {
          ...inPanels,
          x: 'value',
          stroke: 'currentColor',
          strokeDasharray: '3 2',
        }),
        Plot.ruleY([0]),
        ...(panels === undefined ? [groupNames(groups)] : []),
      ],
    },
    alternative,
  );
}

type Look = Pick<Plot.RectYOptions, 'fill' | 'fillOpacity' | 'fx' | 'fy' | 'inset'>;

/** A bar a bin, each with its range and count as its title. */
function bars(
  samples: Sample[],
  { label, edges }: { readonly label: string; readonly edges: number[] },
  look: Look,
): Plot.Markish {
  const outputs = {
    y: 'proportion-facet',
    title: (bin: Sample[], { x1, x2 }: { x1: number; x2: number }) =>
      `${short(x1, 3)} to ${short(x2, 3)} ${label}: ${bin.length}`,
  } as Plot.BinOutputs;
  const bar: Look = { ...look, inset: 0.25, fy: 'group' };
  return Plot.rectY(samples, Plot.binX(outputs, { ...bar, x: 'value', thresholds: edges }));
}

/** Names of groups above their bars, which may be as high as the panel. */
function groupNames(groups: readonly string[]): Plot.Markish {
  return Plot.text(groups, {
    text: (group: string) => group,
    fy: (group: string) => group,
    frameAnchor: 'top-right',
    dy: -13,
    fill: 'currentColor',
  });
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
