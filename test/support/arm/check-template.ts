import { existsSync } from 'node:fs';
import path from 'node:path';
import { default as Ajv, type ValidateFunction } from 'ajv-draft-04';
import { armSchemas, closedSchema } from './closed-schema.ts';
import type { Value } from './functions.ts';
import { expand, type Resource, type Template, typeOf } from './template.ts';

/**
 * Resource types without a schema among the official ones kept here: every property the template may use, from
 * https://github.com/Azure/azure-resource-manager-schemas/blob/main/schemas/2020-02-02/Microsoft.Insights.json
 */
const INSIGHTS = {
  type: 'object',
  required: ['name', 'apiVersion', 'type', 'kind', 'location', 'properties'],
  additionalProperties: false,
  properties: {
    apiVersion: { enum: ['2020-02-02'] },
    name: { type: 'string' },
    type: { enum: ['Microsoft.Insights/components'] },
    kind: { type: 'string' },
    location: { type: 'string' },
    properties: {
      type: 'object',
      required: ['Application_Type'],
      additionalProperties: false,
      properties: {
        Application_Type: { enum: ['web', 'other'] },
        DisableIpMasking: { type: 'boolean' },
        DisableLocalAuth: { type: 'boolean' },
        IngestionMode: {
          enum: ['ApplicationInsights', 'ApplicationInsightsWithDiagnosticSettings', 'LogAnalytics'],
        },
        RetentionInDays: { type: 'integer' },
        SamplingPercentage: { type: 'integer' },
        WorkspaceResourceId: { type: 'string' },
      },
    },
  },
};

const ajv = new Ajv.default({ strict: false, validateFormats: false });
const added = new Set<string>();
const validators = new Map<string, ValidateFunction>();

function validatorOf(file: string, place: string): ValidateFunction {
  const key = `${file}#${place}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  if (!added.has(file)) ajv.addSchema({ ...closedSchema(file), id: file });
  added.add(file);
  const found = ajv.getSchema(place === '' ? file : key);
  if (found === undefined) throw new Error(`no ${key}`);
  validators.set(key, found);
  return found;
}

/** What a resource of any type may have beside its own properties. */
const GENERIC = ['condition', 'copy', 'dependsOn', 'scope', 'comments'];

function schemaProblems(resource: Resource): string[] {
  const key = JSON.stringify(resource.body);
  const found = verdicts.get(key) ?? validated(resource);
  verdicts.set(key, found);
  return found;
}
/** By the resource: templates that are checked one after another differ in one. */
const verdicts = new Map<string, string[]>();

function validated({ type, apiVersion, name, body }: Resource): string[] {
  const own = Object.fromEntries(Object.entries(body).filter(([key]) => !GENERIC.includes(key)));
  const validate = resourceValidator(type, apiVersion);
  if (validate === undefined) return [`${type}: no schema of ${apiVersion}`];
  // A pattern of a child's name may mean its own part or all of it.
  const names = [name, name.split('/').at(-1)!];
  if (names.some((text) => validate({ ...own, name: text }))) return [];
  return (validate.errors ?? []).map((error) => `${type} ${name}${error.instancePath}: ${error.message}`);
}

function resourceValidator(type: string, apiVersion: string): ValidateFunction | undefined {
  if (type === 'Microsoft.Insights/components') {
    const found = validators.get(type) ?? ajv.compile(INSIGHTS);
    validators.set(type, found);
    return found;
  }
  const [provider, ...rest] = type.split('/');
  const file = `${provider}.${apiVersion}.json`;
  if (!existsSync(path.join(armSchemas, file))) return undefined;
  return validatorOf(file, `/resourceDefinitions/${rest.join('_')}`);
}

/** The template itself: parameters, outputs and what is common to resources. */
function frameProblems(template: Template, expanded: readonly Resource[]): string[] {
  const file = 'deploymentTemplate.2019-04-01.json';
  const check = (place: string, value: unknown, name: string): string[] => {
    const validate = validatorOf(file, place);
    return validate(value) ? [] : validate.errors!.map((e) => `${name}${e.instancePath}: ${e.message}`);
  };
  return [
    ...check('', { ...template, resources: [] }, 'template'),
    ...expanded.flatMap(({ body }) =>
      body.copy === undefined ? [] : check('/definitions/resourceCopy', body.copy, 'copy'),
    ),
    ...(template.metadata?.description ? [] : ['the template is not described']),
    ...Object.entries(template.parameters).flatMap(([name, parameter]) => [
      ...(parameter.metadata?.description ? [] : [`parameter ${name} is not described`]),
      ...valueProblems(template, { [name]: parameter.defaultValue ?? '' }),
    ]),
  ];
}

/** Why values are refused as parameters. */
export function valueProblems(template: Template, given: Readonly<Record<string, Value>>): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const parameter = template.parameters[name];
    if (parameter === undefined) return [`there is no parameter ${name}`];
    const { allowedValues } = parameter;
    return allowedValues === undefined || allowedValues.includes(value)
      ? []
      : [`parameter ${name} cannot be ${JSON.stringify(value)}`];
  });
}

/** Everything that a resource has to wait for and does not, directly or by another that it waits for. */
function orderProblems(resources: readonly Resource[]): string[] {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const waitedFor = (id: string, seen = new Set<string>()): Set<string> => {
    for (const next of byId.get(id)?.dependsOn ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      waitedFor(next, seen);
    }
    return seen;
  };
  return resources.flatMap((resource) => {
    const name = `${resource.type} ${resource.name}`;
    const waits = waitedFor(resource.id);
    const needed = [...idsIn(resource), ...parentsOf(resource.id)].filter((id) => id !== resource.id);
    const gone = resource.references.filter((id) => resource.deployed && byId.get(id)?.deployed === false);
    return [
      ...resource.dependsOn
        .filter((id) => !byId.has(id))
        .map((id) => `${name} waits for ${id}, which is not here`),
      ...needed.filter((id) => !byId.has(id)).map((id) => `${name} names ${id}, which is not here`),
      ...needed.filter((id) => byId.has(id) && !waits.has(id)).map((id) => `${name} does not wait for ${id}`),
      ...gone.map((id) => `${name} reads ${id}, which is not deployed`),
      ...(waits.has(resource.id) ? [`${name} waits for itself`] : []),
    ];
  });
}

/** Ids of resources of the group in a resource's values and keys. */
function idsIn({ body }: Resource): string[] {
  const { dependsOn: _, ...rest } = body;
  const text = JSON.stringify(rest);
  const ids = text.match(/\/subscriptions\/[^"]*\/resourceGroups\/[^"]*\/providers\/[^"]+/g) ?? [];
  // A function is there once its code is: no resource of a template.
  return ids.map((id) => id.replace(/\/functions\/\w+$/, ''));
}

/** `.../blobServices/default` is not made by every template: it comes with its account. */
function parentsOf(id: string): string[] {
  const parts = id.split('/');
  if (typeOf(id) === 'Microsoft.Authorization/roleAssignments' || parts.length <= 9) return [];
  const parent = parts.slice(0, -2).join('/');
  return [parent.endsWith('/blobServices/default') ? parts.slice(0, -4).join('/') : parent];
}

/** All that is wrong with a template deployed with these parameters, as far as it can be told without Azure. */
export function templateProblems(template: Template, given: Readonly<Record<string, Value>> = {}): string[] {
  try {
    const { resources, used } = expand(template, given);
    const declared = [
      ...Object.keys(template.parameters).map((name) => `parameters ${name}`),
      ...Object.keys(template.variables).map((name) => `variables ${name}`),
    ];
    const ids = resources.map(({ id }) => id);
    return [
      ...valueProblems(template, given),
      ...frameProblems(template, resources),
      ...resources.flatMap(schemaProblems),
      ...resources.flatMap(identityProblems),
      ...orderProblems(resources),
      ...declared.filter((name) => !used.has(name)).map((name) => `nothing uses ${name}`),
      ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${id} is there twice`),
    ];
  } catch (error) {
    return [(error as Error).message];
  }
}

function identityProblems({ type, body }: Resource): string[] {
  const identity = body.identity as { userAssignedIdentities?: Record<string, Value> } | undefined;
  return Object.keys(identity?.userAssignedIdentities ?? {})
    .filter((id) => typeOf(id) !== 'Microsoft.ManagedIdentity/userAssignedIdentities')
    .map((id) => `${type} has ${id} as an identity`);
}
