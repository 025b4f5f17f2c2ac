import { UsageError } from '../../errors.ts';

/** Where a node's input comes from when it is not written out. */
export type Binding =
  | { readonly kind: 'pipeline-input'; readonly input: string }
  | { readonly kind: 'job-output'; readonly job: string; readonly output: string };

/** A place in a component's command that a value takes. */
export interface Reference {
  readonly kind: 'reference';
  readonly of: 'inputs' | 'outputs';
  readonly name: string;
  /** The quotes of the shell that it stands between. In single ones any text is taken as it is. */
  readonly quotes: Quotes;
}

interface Text {
  readonly kind: 'text';
  readonly text: string;
}

/** `$[[ ... ]]`: there only when each input inside it has a value. */
interface OptionalGroup {
  readonly kind: 'optional';
  readonly parts: readonly (Text | Reference)[];
}

/** A component's command, read once. */
export type CommandTemplate = readonly (Text | Reference | OptionalGroup)[];

/** What the names in a command stand for; an input without a value is absent. */
export interface CommandValues {
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Reads `${{parent.inputs.x}}` and `${{parent.jobs.j.outputs.o}}`; undefined for a value that holds no expression.
 * As azure-ai-ml does when it resolves bindings, it allows no blanks inside and nothing around.
 */
export function parseBinding(value: string): Binding | undefined {
  if (!value.includes('${{')) return undefined;
  const match = /^\$\{\{parent\.(?:inputs\.(\w+)|jobs\.(\w+)\.outputs\.(\w+))\}\}$/.exec(value);
  if (match === null) {
    throw new UsageError(
      `\`${value}\` is not a binding: the whole value must be \${{parent.inputs.NAME}} or \${{parent.jobs.JOB.outputs.NAME}}`,
    );
  }
  const [, input, job, output] = match;
  return input === undefined ? { kind: 'job-output', job, output } : { kind: 'pipeline-input', input };
}

/** The pipeline output to which `${{parent.outputs.x}}` binds a node's output; undefined for any other text. */
export function boundPipelineOutput(value: string): string | undefined {
  return /^\$\{\{parent\.outputs\.(\w+)\}\}$/.exec(value)?.[1];
}

/** As `boundPipelineOutput`; throws a UsageError for any other text. */
export function parseOutputBinding(value: string): string {
  const name = boundPipelineOutput(value);
  if (name === undefined)
    throw new UsageError(`\`${value}\` is not a binding: write \${{parent.outputs.NAME}}`);
  return name;
}

/** Reads the `${{inputs.x}}`, `${{outputs.y}}` and `$[[ ... ]]` of a command. Throws a UsageError at bad syntax. */
export function parseCommand(command: string): CommandTemplate {
  const template: (Text | Reference | OptionalGroup)[] = [];
  let group: { parts: (Text | Reference)[]; quotes: Quotes } | undefined;
  let quotes: Quotes = '';
  for (const token of command.split(/(\$\{\{.*?\}\}|\$\[\[|\]\])/s)) {
    if (token === '$[[') {
      if (group !== undefined) throw new UsageError('$[[ stands inside another $[[ ]]');
      group = { parts: [], quotes };
    } else if (token === ']]' && group !== undefined) {
      if (group.quotes !== quotes)
        throw new UsageError('a quote that opens inside $[[ ]] must close inside it');
      template.push({ kind: 'optional', parts: group.parts });
      group = undefined;
    } else if (token.startsWith('${{')) {
      (group?.parts ?? template).push(parseReference(token, quotes));
    } else if (token !== '') {
      quotes = quotesAfter(token, quotes);
      (group?.parts ?? template).push({ kind: 'text', text: token });
    }
  }
  if (group !== undefined) throw new UsageError('$[[ has no closing ]]');
  return template;
}

function parseReference(token: string, quotes: Quotes): Reference {
  const match = /^\$\{\{(inputs|outputs)\.(\w+)\}\}$/.exec(token);
  if (match === null)
    throw new UsageError(`\`${token}\` is neither \${{inputs.NAME}} nor \${{outputs.NAME}}`);
  return { kind: 'reference', of: match[1] as 'inputs' | 'outputs', name: match[2], quotes };
}

/** Which quotes of the shell are open. */
export type Quotes = '' | "'" | '"';

function quotesAfter(text: string, before: Quotes): Quotes {
  let open = before;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\' && open !== "'") at++;
    else if (char === open) open = '';
    else if (open === '' && (char === "'" || char === '"')) open = char;
  }
  return open;
}

/** Every reference of a command, with whether it stands inside `$[[ ]]`. */
export function referencesOf(template: CommandTemplate): { reference: Reference; optional: boolean }[] {
  return template.flatMap((part) => {
    const optional = part.kind === 'optional';
    return (optional ? part.parts : [part])
      .filter((inner) => inner.kind === 'reference')
      .map((reference) => ({ reference, optional }));
  });
}

/** The command with its values in place. Every reference outside `$[[ ]]` must have one. */
export function renderCommand(template: CommandTemplate, values: CommandValues): string {
  const render = (part: CommandTemplate[number]): string => {
    if (part.kind === 'text') return part.text;
    if (part.kind === 'reference') {
      const value = values[part.of].get(part.name);
      if (value === undefined) throw new Error(`${part.of}.${part.name} has no value`);
      return value;
    }
    const complete = part.parts.every((inner) => inner.kind === 'text' || values[inner.of].has(inner.name));
    return complete ? part.parts.map(render).join('') : '';
  };
  return template.map(render).join('');
}
