import type { Bar } from './bars.ts';
import type { Revision } from './build-before.ts';
import type { Machine } from './machine.ts';
import { type Spread, spreadOf } from './median.ts';
import type { Group, LeftOut, Row, Sample } from './row.ts';
import type { StageTimes } from './stage-times.ts';

/** A row of the table: medians and extremes of its rounds. */
export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly group: Group;
  readonly cases: number;
  readonly rounds: number;
  readonly wallS: Spread;
  readonly cpuS: Spread;
  readonly peakRssBytes: Spread;
  readonly readBytes: Spread;
  readonly writtenBytes: Spread;
  readonly outputBytes: Spread;
  /** Until a program in Python has its packages loaded; 0 where it is not told. */
  readonly startupS: Spread;
  /** A server that it talks to, in a process of its own, in no other number. */
  readonly beside?: { readonly name: string; readonly cpuS: Spread; readonly peakRssBytes: Spread };
  /** Every round, in order. */
  readonly samples: readonly Omit<Sample, 'stdout'>[];
}

export interface BenchResult {
  readonly machine: Machine;
  /** Undefined where this is no git repository. */
  readonly now?: Revision;
  /** The commit of the build before, where there is one. */
  readonly before?: string;
  readonly cohort: string;
  readonly cases: number;
  readonly rounds: number;
  /** What the whole of it took, cohort, runs to compare with and checks included. */
  readonly minutes: number;
  readonly rows: readonly RowResult[];
  readonly leftOut: readonly LeftOut[];
  /** Rows that were begun and failed, or did other work than the others. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
  readonly bars: readonly Bar[];
  /** Of the presets whose build before was measured. */
  readonly stages: readonly StageTimes[];
}

export function resultOf(row: Row, samples: readonly Sample[]): RowResult {
  const spread = (of: (sample: Sample) => number): Spread => spreadOf(samples.map(of));
  const { name, title, group, cases } = row;
  const beside = samples[0].beside;
  return {
    name,
    title,
    group,
    cases,
    rounds: samples.length,
    wallS: spread((s) => s.wallS),
    cpuS: spread((s) => s.cpuS),
    peakRssBytes: spread((s) => s.peakRssBytes),
    readBytes: spread((s) => s.readBytes),
    writtenBytes: spread((s) => s.writtenBytes),
    outputBytes: spread((s) => s.outputBytes),
    startupS: spread((s) => s.startupS),
    ...(beside && {
      beside: {
        name: beside.name,
        cpuS: spread((s) => s.beside?.cpuS ?? 0),
        peakRssBytes: spread((s) => s.beside?.peakRssBytes ?? 0),
      },
    }),
    samples: samples.map(({ stdout: _, ...sample }) => sample),
  };
}

/** What a row would take for another number of cases: its start-up once, the rest by the case. */
export function wallFor({ wallS, startupS, cases }: RowResult, wanted: number): number {
  return startupS.median + ((wallS.median - startupS.median) * wanted) / cases;
}
