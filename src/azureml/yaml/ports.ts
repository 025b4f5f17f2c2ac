import type { DataType, Literal, LiteralType } from './data-type.ts';

/** An input as a job sees it: what may be bound to it. */
export interface InputPort {
  /** Undefined: it takes the type of what is bound to it. */
  readonly type?: LiteralType | DataType | undefined;
  readonly default?: Literal | undefined;
  readonly optional?: boolean | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface OutputPort {
  /** Undefined: it takes the type of the pipeline's output that it is bound to. */
  readonly type?: LiteralType | DataType | undefined;
}

/** What can be bound to a job, and to what it makes. */
export interface Ports {
  /** Who says so: a component's file, or the job itself. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
}
