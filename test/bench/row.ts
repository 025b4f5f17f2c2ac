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
  /** Work of another kind is not compared: see `Group`. */
  readonly group: Group;
  /**
   * Sees to it that the program is here, once; gives names and versions of what is measured. Throws a PeerMissing that says
   * what to install.
   */
  ready?(): Promise<Readonly<Record<string, string>>>;
  /**
   * Measures it once in a fresh folder and checks what came out. Throws an Error where it failed or did other work than
   * the rows it is compared with.
   */
  measure(folder: string): Promise<Sample>;
}

export type Group =
  | 'end to end'
  | 'convert'
  | 'mask from RTSTRUCT'
  | 'mask from SEG'
  | 'SEG from masks'
  | 'SEG of one mask'
  | 'pass 2';

/** A row that cannot be measured here. */
export interface LeftOut {
  readonly name: string;
  readonly title: string;
  readonly why: string;
}

/** Thrown where a program that is compared with is not here. */
export class PeerMissing extends Error {}
