import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../errors.ts';
import { type DataType, type Literal, quotingProblem, textOf } from './data-type.ts';
import type { PartialPipelineJob } from './pipeline.ts';
import type { Report } from './yaml-file.ts';

/**
 * A value with what Azure ML would take it for: a literal, the file or folder at an absolute path, or the output of a job
 * of which is not known here what it is.
 */
export interface InputValue {
  readonly kind: 'literal' | 'unknown' | DataType;
  readonly text: string;
}

/** Values of the inputs of a pipeline. One that is at fault, and reported, is undefined. */
export type InputValues = ReadonlyMap<string, InputValue | undefined>;

/** `['a=1', 'b=x=y']` as `{ a: '1', b: 'x=y' }`. Throws a UsageError at a part without `=` and at a name given twice. */
export function parseSettings(assignments: readonly string[]): Record<string, string> {
  const settings = new Map<string, string>();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    if (at < 1) throw new UsageError(`--set ${assignment}: write --set NAME=VALUE`);
    const name = assignment.slice(0, at);
    if (settings.has(name)) throw new UsageError(`--set ${name} is given twice`);
    settings.set(name, assignment.slice(at + 1));
  }
  return Object.fromEntries(settings);
}

/** Makes a value of what a file says, or reports why it cannot be had. */
export interface ValueReader {
  /** Whether `<placeholders>` may stand in a value. */
  readonly placeholders: boolean;
  literal(literal: Literal, report: Report): Promise<InputValue | undefined>;
  /** `place` is a URI, or a path relative to `folder`. */
  data(kind: DataType, place: string, folder: string, report: Report): Promise<InputValue | undefined>;
}

/**
 * The inputs of a pipeline, with `set` in place of what the file says. Paths in `set` are relative to `cwd`, paths in
 * the file to its folder.
 */
export async function resolveInputs(
  pipeline: PartialPipelineJob,
  set: Readonly<Record<string, string>>,
  cwd: string,
  report: Report,
  reader: ValueReader,
): Promise<InputValues> {
  for (const name of Object.keys(set)) {
    if (Object.hasOwn(pipeline.inputs, name)) continue;
    report(`--set ${name}: the pipeline has no such input; it has ${listOf(Object.keys(pipeline.inputs))}`);
  }
  const values = new Map<string, InputValue | undefined>();
  for (const [name, input] of Object.entries(pipeline.inputs)) {
    const chosen = Object.hasOwn(set, name) ? set[name] : undefined;
    const fail: Report = (problem) => report(`input ${name}: ${problem}`);
    if (typeof input === 'object') {
      const folder = chosen === undefined ? path.dirname(pipeline.file) : cwd;
      values.set(name, await reader.data(input.type, chosen ?? input.path, folder, fail));
    } else if (!reader.placeholders && placeholderIn(chosen ?? input) !== undefined) {
      report(
        `input ${name} has not been set: --set ${name}=${textOf(input).includes('://') ? 'URI' : 'VALUE'}`,
      );
      values.set(name, undefined);
    } else {
      values.set(name, await reader.literal(chosen ?? input, fail));
    }
  }
  return values;
}

/** The value of a literal, unless it holds a placeholder or cannot stand in a command. */
export function literalValue(literal: Literal, report: Report): InputValue | undefined {
  const text = textOf(literal);
  const placeholder = placeholderIn(literal);
  if (placeholder !== undefined) {
    report(`still holds the placeholder ${placeholder}`);
    return undefined;
  }
  return isQuotable(text, report) ? { kind: 'literal', text } : undefined;
}

/** The file or folder at `place`, relative to `folder`, if it exists and is what `kind` says. */
export async function dataValue(
  kind: DataType,
  place: string,
  folder: string,
  report: Report,
): Promise<InputValue | undefined> {
  if (place === '') {
    report('is empty; give a path or URI');
    return undefined;
  }
  const text = path.resolve(folder, place);
  if (!isQuotable(text, report)) return undefined;
  const found = await stat(text).catch(() => undefined);
  if (found === undefined) report(`${text} does not exist`);
  else if (kind === 'uri_file' ? !found.isFile() : kind !== 'custom_model' && !found.isDirectory())
    report(`${text} is not a ${kind === 'uri_file' ? 'file' : 'folder'}`);
  else return { kind, text };
  return undefined;
}

/** `a, b`, or `none`. */
export function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

/** Placeholders stand between angle brackets, as in `https://<account>.blob.core.windows.net/raw`. */
export function placeholderIn(literal: Literal): string | undefined {
  return /<[^<>]*>/.exec(textOf(literal))?.[0];
}

export function isQuotable(text: string, report: Report): boolean {
  const problem = quotingProblem(withoutQuery(text)) ?? quotingProblem(text)?.replace(text, 'its query');
  if (problem !== undefined) report(problem);
  return problem === undefined;
}

/** A URL without its query, which may be a SAS token. */
export function withoutQuery(text: string): string {
  return text.includes('://') ? text.replace(/\?.*$/s, '') : text;
}
