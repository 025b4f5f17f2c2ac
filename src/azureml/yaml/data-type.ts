import { z } from 'zod';

/** Types of a component input that Azure ML hands over as text. */
export const literalTypes = ['string', 'number', 'integer', 'boolean'] as const;
/** Types that Azure ML hands over as the path of a file or folder it has mounted or downloaded. */
export const dataTypes = [
  'uri_file',
  'uri_folder',
  'mltable',
  'custom_model',
  'mlflow_model',
  'triton_model',
] as const;

export type LiteralType = (typeof literalTypes)[number];
export type DataType = (typeof dataTypes)[number];

export const literalSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: 'must be a text, a number or true/false',
});
/** A number, also as text: `1e-4` is a text in YAML, and a number where azure-ai-ml wants one. */
export const decimalSchema = z.union([
  z.number(),
  z
    .string()
    .regex(/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i)
    .transform(Number),
]);
export type Literal = z.infer<typeof literalSchema>;

export function isDataType(type: LiteralType | DataType): type is DataType {
  return (dataTypes as readonly string[]).includes(type);
}

/** The text that azure-ai-ml sends for a literal: `True` and `False` for a boolean, as Python writes them. */
export function textOf(literal: Literal): string {
  if (typeof literal === 'boolean') return literal ? 'True' : 'False';
  return String(literal);
}

/** What a component says about the values that an input may take. */
export interface LiteralRule {
  readonly type: LiteralType;
  readonly enum?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** What is wrong with `text` as a value of an input, or undefined where nothing is. */
export function literalProblem(text: string, rule: LiteralRule): string | undefined {
  if (text === '') return 'is empty';
  if (rule.type === 'string') {
    if (rule.enum === undefined || rule.enum.includes(text)) return undefined;
    return `\`${text}\` is not one of ${rule.enum.join(', ')}`;
  }
  if (rule.type === 'boolean')
    return /^(true|false)$/i.test(text) ? undefined : `\`${text}\` is not true or false`;
  const value = Number(text);
  if (rule.type === 'integer' && !(/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)))
    return `\`${text}\` is not an integer`;
  if (text.trim() !== text || !Number.isFinite(value)) return `\`${text}\` is not a number`;
  if (rule.min !== undefined && value < rule.min) return `${text} is below the minimum ${rule.min}`;
  if (rule.max !== undefined && value > rule.max) return `${text} is above the maximum ${rule.max}`;
  return undefined;
}

/** Whether the shell takes a text otherwise than it stands, without quotes or between double ones. */
export function changesInShell(text: string, quotes: '' | '"'): boolean {
  return quotes === '"' ? /["$`\\!]/.test(text) : !/^[\w@%+=:,./-]+$/.test(text);
}

/** What keeps `text` from standing between single quotes in a shell command, or undefined where nothing does. */
export function quotingProblem(text: string): string | undefined {
  if (text.includes("'"))
    return `${text} holds a single quote, which would end the quotes of the command; rename or copy it`;
  if (/\p{Cc}/u.test(text)) return `${JSON.stringify(text)} holds a line break or another control character`;
  return undefined;
}
