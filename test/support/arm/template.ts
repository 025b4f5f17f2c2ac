import { expressionIn, parseExpression } from './expression.ts';
import { evaluate, GROUP, type Scope, typedPath, type Value } from './functions.ts';

/** A template as it is in its file. */
export interface Template {
  readonly metadata?: { readonly description?: string };
  readonly parameters: Readonly<Record<string, TemplateParameter>>;
  readonly variables: Readonly<Record<string, Value>>;
  readonly resources: readonly Record<string, Value>[];
  readonly outputs: Readonly<Record<string, { readonly value: Value }>>;
}

export interface TemplateParameter {
  readonly defaultValue?: Value;
  readonly allowedValues?: readonly Value[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly metadata?: { readonly description?: string };
}

/** A resource with every expression replaced by its value. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly deployed: boolean;
  /** Ids of the resources that it waits for, copies one by one. */
  readonly dependsOn: readonly string[];
  /** Ids whose runtime properties it reads. */
  readonly references: readonly string[];
  readonly body: Readonly<Record<string, Value>>;
}

export interface Expanded {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** Parameters and variables that something has used. */
  readonly used: ReadonlySet<string>;
}

/** What a resource tells of itself once it is there, by type: the names that its REST interface returns. */
const RUNTIME: Readonly<Record<string, Value>> = {
  'Microsoft.ManagedIdentity/userAssignedIdentities': { principalId: 'a-principal', clientId: 'a-client' },
  'Microsoft.Insights/components': { ConnectionString: 'InstrumentationKey=key' },
  'Microsoft.ContainerRegistry/registries': { loginServer: 'registry.azurecr.io' },
};

/**
 * The resources that a deployment with these parameters makes. Throws for an expression that cannot be evaluated: an
 * unknown parameter, variable, function or property.
 */
export function expand(template: Template, given: Readonly<Record<string, Value>> = {}): Expanded {
  const used = new Set<string>();
  let references: string[] = [];
  const versions = new Map<string, string>();
  const variables = new Map<string, Value>();

  const scopeAt = (copyIndex: number | undefined): Scope => ({
    copyIndex,
    parameter: (name) => {
      used.add(`parameters ${name}`);
      const value = given[name] ?? template.parameters[name]?.defaultValue;
      if (value === undefined) throw new Error(`no parameter ${name}`);
      return filled(value, scopeAt(undefined));
    },
    variable: (name) => {
      used.add(`variables ${name}`);
      if (!(name in template.variables)) throw new Error(`no variable ${name}`);
      const value = variables.get(name) ?? filled(template.variables[name], scopeAt(undefined));
      variables.set(name, value);
      return value;
    },
    reference: (id, apiVersion) => {
      references.push(id);
      const type = typeOf(id);
      if (!(type in RUNTIME)) throw new Error(`reference to ${id}: not known`);
      if (versions.get(id) !== apiVersion)
        throw new Error(`reference to ${id} of ${apiVersion}, the template has ${versions.get(id)}`);
      return RUNTIME[type];
    },
  });

  const instances = template.resources.flatMap((resource) => {
    const copy = resource.copy as { name: string; count: Value } | undefined;
    const count = copy === undefined ? 1 : (filled(copy.count, scopeAt(undefined)) as number);
    return Array.from({ length: count }, (_, i) => {
      const scope = scopeAt(copy === undefined ? undefined : i);
      const key = (name: string): string => filled(resource[name] ?? null, scope) as string;
      const id = `${'scope' in resource ? key('scope') : GROUP}/providers/${typedPath(key('type'), key('name').split('/'))}`;
      versions.set(id, resource.apiVersion as string);
      return { resource, scope, id, loop: copy?.name };
    });
  });

  const resources = instances.map(({ resource, scope, id }): Resource => {
    references = [];
    const body = filled(resource, scope) as Record<string, Value>;
    const waits = (body.dependsOn ?? []) as string[];
    return {
      id,
      type: body.type as string,
      apiVersion: body.apiVersion as string,
      name: body.name as string,
      deployed: body.condition !== false,
      dependsOn: waits.flatMap((wait) => {
        const copies = instances.filter(({ loop }) => loop === wait).map((copy) => copy.id);
        return copies.length > 0 ? copies : [wait];
      }),
      references,
      body,
    };
  });
  const outputs = Object.fromEntries(
    Object.entries(template.outputs).map(([name, { value }]) => [name, filled(value, scopeAt(undefined))]),
  );
  return { resources, outputs, used };
}

/** A value with the expressions in it evaluated, those in keys too. */
function filled(value: Value, scope: Scope): Value {
  if (typeof value === 'string') {
    const expression = expressionIn(value);
    return expression === undefined ? value : evaluate(parseExpression(expression), scope);
  }
  if (Array.isArray(value)) return value.map((inner) => filled(inner, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [filled(key, scope), filled(inner, scope)]),
  );
}

/** `.../providers/P/a/NAME/b/NAME` is of type `P/a/b`. */
export function typeOf(id: string): string {
  const [provider, ...rest] = id.slice(id.lastIndexOf('/providers/') + 11).split('/');
  return [provider, ...rest.filter((_, i) => i % 2 === 0)].join('/');
}
