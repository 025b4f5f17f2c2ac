import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Official schemas of Azure Resource Manager, kept outside the repository. */
export const armSchemas =
  process.env.SWINPREP_ARM_SCHEMAS ??
  path.resolve(import.meta.dirname, '../../../../shared/contracts/azure/arm-schemas');

type Schema = Readonly<Record<string, unknown>>;

/** One form of an object: its properties, and no others unless it says so. */
interface Shape {
  readonly properties: Record<string, unknown>;
  readonly required: readonly string[];
  readonly additionalProperties: unknown;
}

/**
 * A schema of Azure Resource Manager in which a property that no definition names is an error. The official files leave
 * objects open, and close the base of every union `allOf: [base, {oneOf: members}]` so that no member passes. Here each
 * member has the properties of both and is closed. Expressions do not count as values: they are evaluated before.
 */
export function closedSchema(file: string): Schema {
  return close(JSON.parse(readFileSync(path.join(armSchemas, file), 'utf8')));
}

/** As `closedSchema`, of a schema at hand. */
export function close(document: Schema): Schema {
  function definition(ref: string): Schema {
    const found = (document.definitions as Record<string, Schema> | undefined)?.[
      ref.replace('#/definitions/', '')
    ];
    if (found === undefined) throw new Error(`no definition ${ref}`);
    return found;
  }

  function shapes(node: Schema): Shape[] {
    if (typeof node.$ref === 'string')
      return node.$ref.startsWith('#') ? shapes(definition(node.$ref)) : [ANYTHING];
    const { properties = {}, required = [], additionalProperties } = node as Partial<Shape>;
    const own: Shape = { properties: constantsAsEnums(properties), required, additionalProperties };
    const parts = ((node.allOf ?? []) as Schema[]).map(shapes);
    if (node.oneOf !== undefined) parts.push((node.oneOf as Schema[]).flatMap(shapes));
    return parts.reduce((all, part) => all.flatMap((a) => part.map((b) => joined(a, b))), [own]);
  }

  function closed(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(closed);
    if (typeof node !== 'object' || node === null) return node;
    const schema = node as Schema;
    if (typeof schema.$ref === 'string' && !schema.$ref.startsWith('#')) return {};
    if (schema.allOf !== undefined) return { oneOf: shapes(schema).map((shape) => closed(asSchema(shape))) };
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') copy[key] = mapped(value as Record<string, unknown>, closed);
      else if (key === 'oneOf') copy[key] = (value as Schema[]).filter(isNoExpression).map(closed);
      else copy[key] = closed(value);
    }
    if (isFilled(schema.properties) && copy.additionalProperties === undefined)
      copy.additionalProperties = false;
    return copy;
  }

  const { definitions, resourceDefinitions, ...root } = document;
  return {
    ...(closed(root) as Schema),
    definitions: mapped((definitions ?? {}) as Record<string, unknown>, closed),
    resourceDefinitions: mapped((resourceDefinitions ?? {}) as Record<string, unknown>, closed),
  };
}

/** What another file would say. */
const ANYTHING: Shape = { properties: {}, required: [], additionalProperties: true };

const isNoExpression = ({ $ref }: Schema): boolean => !String($ref).endsWith('#/definitions/expression');
const isFilled = (properties: unknown): boolean => Object.keys(properties ?? {}).length > 0;

function mapped<T>(record: Record<string, unknown>, change: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** `const` is not of draft 4. */
function constantsAsEnums(properties: Record<string, unknown>): Record<string, unknown> {
  return mapped(properties, (value) => {
    const { const: only, ...rest } = value as { const?: unknown };
    return only === undefined ? value : { ...rest, enum: [only] };
  });
}

/** The closed base of a union does not close its members; where both name a property, the later one counts. */
function joined(a: Shape, b: Shape): Shape {
  return {
    properties: { ...a.properties, ...b.properties },
    required: [...a.required, ...b.required],
    additionalProperties: b.additionalProperties ?? (a.additionalProperties || undefined),
  };
}

function asSchema({ properties, required, additionalProperties }: Shape): Schema {
  const names = [...new Set(required)];
  return {
    type: 'object',
    properties,
    ...(names.length > 0 ? { required: names } : {}),
    additionalProperties: additionalProperties ?? false,
  };
}
