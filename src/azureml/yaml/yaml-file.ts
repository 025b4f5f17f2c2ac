import { readFile } from 'node:fs/promises';
import { type Document, isPair, isScalar, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { messageOf, UsageError } from '../../errors.ts';
import { isFloat, SCALARS, textOfFloat } from './scalars.ts';

/** Takes one thing that is wrong, in words, so that a reader learns of all of them at once. */
export type Report = (problem: string) => void;

/** Throws one UsageError that lists `problems`, or nothing where there are none. */
export function throwProblems(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new UsageError([`${what}:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
}

/** Reads a YAML file and holds it against `schema`. What is wrong goes to `report`, and the result is undefined. */
export async function readYaml<T>(
  file: string,
  schema: z.ZodType<T>,
  report: Report,
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    report(`${file}: ${absent ? 'there is no such file' : `cannot be read: ${messageOf(error)}`}`);
    return undefined;
  }
  return parseYaml(text, file, schema, report);
}

/** As `readYaml`, for text already read; `file` is for the messages. */
export function parseYaml<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  report: Report,
): T | undefined {
  const document = parseDocument(text, { schema: 'failsafe', customTags: SCALARS, merge: true });
  const broken = [...document.errors, ...document.warnings];
  for (const { message } of broken) report(`${file}: not valid YAML: ${message.split('\n', 1)[0]}`);
  if (broken.length > 0) return undefined;
  keepTexts(document);
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // An alias without its anchor, or what cannot be merged, shows only now.
    report(`${file}: not valid YAML: ${messageOf(error)}`);
    return undefined;
  }
  return checkContent(content, file, schema, report);
}

/** Keys whose value is a name, though it may look like a number. */
const VERSIONS = new Set<unknown>(['version', 'runtime_version']);

/** Keys of an input that are numbers, whatever they are sent as. */
const BOUNDS = new Set<unknown>(['min', 'max']);

/**
 * A version is what stands there: `1.0` is the version 1.0, and not 1. So are values of inputs: Python knows 1.0 from 1, and
 * azure-ai-ml sends the one text or the other.
 */
function keepTexts(document: Document): void {
  visit(document, {
    Pair(_, { key, value }, ancestors) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'number') return;
      const { source = '' } = value;
      if (VERSIONS.has(key.value)) value.value = source;
      else if (isFloat(source) && !BOUNDS.has(key.value) && ancestors.some(isInputs))
        value.value = textOfFloat(value.value);
    },
  });
}

function isInputs(node: unknown): boolean {
  return isPair(node) && isScalar(node.key) && node.key.value === 'inputs';
}

/** Holds the content of a file, or what stands in it below the keys `at`, against `schema`; as `readYaml`. */
export function checkContent<T>(
  content: unknown,
  file: string,
  schema: z.ZodType<T>,
  report: Report,
  at: readonly string[] = [],
): T | undefined {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const whole = at.reduceRight<unknown>((inner, key) => ({ [key]: inner }), content);
  for (const problem of result.error.issues.flatMap((issue) => describe(issue, at, whole))) {
    report(`${file}: ${problem}`);
  }
  return undefined;
}

type Issue = z.core.$ZodIssue;

/** One line for each thing that a schema found wrong: the path of the key, then the matter. */
function describe(issue: Issue, parent: readonly PropertyKey[], content: unknown): string[] {
  const path = [...parent, ...issue.path];
  const at = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${at}unknown key \`${key}\``);
    case 'invalid_key':
      return issue.issues.map(({ message }) => `${at}${message}`);
    case 'invalid_union': {
      const branch = issue.errors.find((issues) => !issues.some(isWrongKind));
      return branch === undefined
        ? [`${at}${issue.message}`]
        : branch.flatMap((inner) => describe(inner, path, content));
    }
    default:
      return [`${at}${valueAt(content, path) === undefined ? 'is missing' : issue.message}`];
  }
}

/** Whether a branch of a union was meant for another kind of value altogether. */
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isWrongKind));
  return issue.code === 'invalid_type';
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}
