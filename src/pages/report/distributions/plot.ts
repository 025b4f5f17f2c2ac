import * as Plot from '@observablehq/plot';
import { short } from '../../../report/number-text.ts';

/** A value of a patient, in the group of patients that it is shown with. */
export interface Sample {
  readonly group: string;
  readonly value: number;
  /** What tells it apart within the group: a panel of the plot, or a series of it. */
  readonly panel?: string;
  readonly series?: string;
  readonly patient: string;
}

export interface Scale {
  readonly label: string;
  readonly isLog?: boolean;
  /** Of all patients, so that the axis stays where it is when some are filtered out. */
  readonly values: readonly number[];
}

export interface Frame {
  /** Pixels. */
  readonly width: number;
  /** In the order in which they stand below each other. */
  readonly groups: readonly string[];
  /** Text alternative. */
  readonly alternative: string;
}

export type Svg = SVGSVGElement | HTMLElement;

/** Room for the names of groups beside the panels. */
export const GROUPS_WIDTH = 86;

/**
 * Plot styles its SVG by a `<style>` in it, which the policy of the page does not allow; style.css has its rules, for the
 * class `plot`.
 */
export function drawn(options: Plot.PlotOptions, alternative: string): Svg {
  const svg = Plot.plot({ className: 'plot', ariaLabel: alternative, ...options });
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  // Names of the kinds of marks, on groups that have no role to be named by.
  for (const group of svg.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return svg;
}

/** Of a horizontal axis. */
export const axisLabel = (label: string): Plot.ScaleOptions => ({
  label,
  labelAnchor: 'center',
  labelArrow: 'none',
  tickSpacing: 50,
});

/** A logarithmic axis is marked at powers of ten, as many as fit into that many pixels; on a short one at 1, 2 and 5 times them. */
export function logAxis(edges: readonly number[], width: number): Plot.ScaleOptions {
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
