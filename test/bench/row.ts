import type { Measurement } from './measure.ts';

/** What is measured beside the process itself: the Azurite that it talks to. */
export interface Beside {
  readonly name: string;
  readonly cpuS: number;
  readonly peakRssBytes: number;
}

export interface Sample extends Measurement {
  /** Bytes of the files that it left. */
  readonly outputBytes: number;
  readonly beside?: Beside;
}

/** A thing to measure, a whole process each time. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly cases: number;
  /** Work of another kind is not compared: end to end, convert, mask, pass 2. */
  readonly group: Group;
  /**
   * Measures it once in a fresh folder and checks what came out. Throws an Error where it failed or did other work than
   * the rows it is compared with.
   */
  measure(folder: string): Promise<Sample>;
}

export type Group = 'end to end' | 'convert' | 'mask' | 'pass 2';

/** A row that cannot be measured here. */
export interface LeftOut {
  readonly name: string;
  readonly title: string;
  readonly group: Group;
  readonly why: string;
}

export type Candidate = Row | LeftOut;

export const isLeftOut = (candidate: Candidate): candidate is LeftOut => 'why' in candidate;
