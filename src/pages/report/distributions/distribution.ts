import type { Child } from '../../element.ts';
import type { Group } from './quantities.ts';

/** What people check of a cohort: plots, what to look for in them, and the numbers. */
export interface Distribution {
  readonly heading: string;
  readonly caption: string;
  /** What the two colours mean. */
  readonly legend?: readonly string[];
  /** SVG of the groups, at that many pixels' width. */
  readonly draw: (groups: readonly Group[], width: number) => Element[];
  readonly header: readonly string[];
  readonly numbers: (groups: readonly Group[]) => readonly (readonly [Child, ...Child[]])[];
}
