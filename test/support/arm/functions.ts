import { createHash } from 'node:crypto';
import type { Expression } from './expression.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** What the functions of a template see. Each throws for a name that does not exist. */
export interface Scope {
  readonly parameter: (name: string) => Value;
  readonly variable: (name: string) => Value;
  /** Properties that a resource has only once it is deployed. */
  readonly reference: (id: string, apiVersion: string | undefined) => Value;
  readonly copyIndex: number | undefined;
}

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000';
/** The resource group into which templates are deployed here. */
export const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`;

/** `TYPE/SUBTYPE`, `NAME`, `SUBNAME` as `TYPE/NAME/SUBTYPE/SUBNAME`; throws where a name is missing or too many. */
export function typedPath(type: string, names: readonly string[]): string {
  const [provider, ...types] = type.split('/');
  if (types.length !== names.length)
    throw new Error(`${type} takes ${types.length} names, not ${names.length}`);
  return [provider, ...types.flatMap((part, i) => [part, names[i]])].join('/');
}

const digest = (parts: readonly Value[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
const guidOf = (parts: readonly Value[]): string =>
  digest(parts).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

/**
 * The value of an expression. `uniqueString` and `guid` give a text of the right form, not Azure's own. Only functions
 * that the template uses are known; any other is an error.
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  if (expression.kind === 'value') return expression.value;
  if (expression.kind === 'member') {
    const of = evaluate(expression.of, scope);
    const key = evaluate(expression.key, scope) as string;
    const value = (of as Record<string, Value>)[key];
    if (value === undefined) throw new Error(`there is no ${key} in ${JSON.stringify(of)}`);
    return value;
  }
  if (expression.name === 'if') {
    const [test, yes, no] = expression.args;
    return evaluate(evaluate(test, scope) ? yes : no, scope);
  }
  const args = expression.args.map((arg) => evaluate(arg, scope));
  const texts = args as string[];
  switch (expression.name) {
    case 'parameters':
      return scope.parameter(texts[0]);
    case 'variables':
      return scope.variable(texts[0]);
    case 'reference':
      return scope.reference(texts[0], texts[1]);
    case 'copyIndex':
      if (scope.copyIndex === undefined) throw new Error('copyIndex() outside of a copy');
      return scope.copyIndex;
    case 'concat':
      return texts.join('');
    case 'take':
      return texts[0].slice(0, args[1] as number);
    case 'toLower':
      return texts[0].toLowerCase();
    case 'length':
      return texts[0].length;
    case 'empty':
      return texts[0].length === 0;
    case 'not':
      return !args[0];
    case 'equals':
      return args[0] === args[1];
    case 'uniqueString':
      return digest(args).slice(0, 13);
    case 'guid':
      return guidOf(args);
    case 'resourceId':
      return `${GROUP}/providers/${typedPath(texts[0], texts.slice(1))}`;
    case 'subscriptionResourceId':
      return `${SUBSCRIPTION}/providers/${typedPath(texts[0], texts.slice(1))}`;
    case 'subscription':
      return {
        id: SUBSCRIPTION,
        subscriptionId: SUBSCRIPTION.slice(15),
        tenantId: guidOf(['tenant']),
      };
    case 'resourceGroup':
      return { id: GROUP, name: 'rg', location: 'westeurope' };
    case 'environment':
      return { suffixes: { storage: 'core.windows.net' } };
    default:
      throw new Error(`unknown function ${expression.name}`);
  }
}
