import { z } from 'zod';
import type { Component } from '../component.ts';
import type { Ports } from '../ports.ts';
import { isReservedVariable } from '../reserved-names.ts';
import { checkContent, type Report } from '../yaml-file.ts';
import { type JobInput, type JobOutput, jobInputSchema, jobOutputSchema, portName } from './job-values.ts';

/** A job as its file has it. */
export type JobContent = Readonly<Record<string, unknown>>;

/** What every job of a pipeline has, whatever it is. */
export interface JobBase {
  /** As the file has it, no key left out. */
  readonly written: JobContent;
  readonly display_name?: string | undefined;
  readonly compute?: string | undefined;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  /** Undefined where they are known in the workspace alone: what is bound to them is not held against them. */
  readonly ports: Ports | undefined;
  /** What of it nobody here has checked, each in words. */
  readonly unchecked: readonly string[];
}

/** Where a job stands. */
export interface JobPlace {
  /** The pipeline's; paths written in the job are relative to its folder. */
  readonly file: string;
  readonly name: string;
  /** Reads a `component.yml` of the type command, each file once. Undefined where something in it is wrong, which is reported. */
  readonly component: (file: string) => Promise<Component | undefined>;
  /** Files of the pipelines that it stands in, from the outside in, where it is one of a pipeline component. */
  readonly within?: readonly string[] | undefined;
  readonly report: Report;
}

/** Reads a job of one type. What is wrong in it goes to the report, and the result is null. */
export type ReadJob<Job extends JobBase> = (content: JobContent, place: JobPlace) => Promise<Job | null>;

/** Keys of a job of any type. */
export const sharedKeys = {
  name: z.string().optional(),
  display_name: z.string().optional(),
  experiment_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.string()).optional(),
  inputs: z.record(portName, jobInputSchema).default({}),
  outputs: z
    .record(portName, z.union([jobOutputSchema, z.null().transform((): JobOutput => ({}))]))
    .default({}),
};

/** Holds a job against the schema of its type. */
export function checkJob<T>(content: JobContent, schema: z.ZodType<T>, place: JobPlace): T | undefined {
  const { file, name, report } = place;
  return checkContent(content, file, schema, report, ['jobs', name]);
}

/** Reports variables that Azure ML sets itself. */
export function checkVariables(
  variables: Readonly<Record<string, unknown>>,
  { file, name, report }: JobPlace,
): void {
  for (const variable of Object.keys(variables)) {
    if (isReservedVariable(variable))
      report(`${file}: jobs.${name}.environment_variables.${variable}: Azure ML sets this variable itself`);
  }
}
