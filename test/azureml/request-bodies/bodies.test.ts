import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../src/azureml/arm/api-version.ts';
import type { ArmRequest } from '../../../src/azureml/request-bodies/asset-body.ts';
import { isoDuration } from '../../../src/azureml/request-bodies/jobs/command-settings.ts';
import { comparable, FILES, KINDS, requestsFor } from '../../support/azure/arm-bodies.ts';
import { armSchemaErrors, haveArmSchemas, newestVersion, PROVIDER } from '../../support/azure/arm-schema.ts';
import { DATASTORES } from '../../support/azure/datastores.ts';
import { readJson } from '../../support/cli.ts';

const recorded = readJson<Record<string, ArmRequest[]>>(
  import.meta.dirname,
  '../../goldens/azure-bodies.json',
);

describe('a request body is what azure-ai-ml sends', () => {
  it.each(Object.entries(KINDS))('for %s, a %s', async (name, kind) => {
    const requests = await requestsFor(kind, path.join(FILES, name));
    expect(comparable(requests)).toEqual(comparable(recorded[name]));
  });
});

/** Properties whose content a schema leaves free, and those whose keys are names that somebody chose. */
const FREE = new Set(['componentSpec', 'jobs', 'settings', 'tags']);
const NAMED = new Set(['inputs', 'outputs']);

/** Paths of all properties of a body that its schema names. */
function namesIn(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (inner === undefined) return [];
    const here = [...at, key];
    const own = NAMED.has(at.at(-1) ?? '') ? [] : [here];
    return FREE.has(key) ? own : [...own, ...namesIn(inner, here)];
  });
}

/** A body with one of its properties under a name that is wrong by a letter. */
function misspelt<T>(body: T, [key, ...rest]: readonly string[]): T {
  const { [key]: value, ...others } = body as Record<string, unknown>;
  return (
    rest.length === 0 ? { ...others, [`${key}e`]: value } : { ...others, [key]: misspelt(value, rest) }
  ) as T;
}

describe.skipIf(!haveArmSchemas)('a request body validates against the schema of its resource', () => {
  it('of the newest stable version', () => {
    expect(API_VERSION).toBe(newestVersion(PROVIDER));
  });

  it.each(Object.entries(KINDS))('for %s, a %s, as it is and with no name misspelt', async (name, kind) => {
    const check = armSchemaErrors();
    for (const request of await requestsFor(kind, path.join(FILES, name))) {
      expect(check(request)).toEqual([]);
      const names = namesIn(request.body);
      expect(names.length).toBeGreaterThan(2);
      const passed = names.filter(
        (at) => check({ ...request, body: misspelt(request.body, at) }).length === 0,
      );
      expect(passed).toEqual([]);
    }
  });

  it.each(Object.entries(DATASTORES))('for what tests take for a datastore, %s', (name, answer) => {
    const { isDefault: _, ...properties } = answer.properties; // read-only, so in no request
    const { credentialsType } = properties.credentials;
    const secrets = credentialsType === 'None' ? {} : { secrets: { secretsType: credentialsType } };
    const body = {
      properties: {
        ...properties,
        description: undefined,
        properties: undefined,
        credentials: { credentialsType, ...secrets },
      },
    };
    const check = armSchemaErrors();
    const errors = (sent: ArmRequest['body']) => check({ path: `/datastores/${name}`, body: sent });
    expect(errors(body)).toEqual([]);
    expect(namesIn(body).filter((at) => errors(misspelt(body, at)).length === 0)).toEqual([]);
  });

  it('which refuses a frequency in lower case, as azure-ai-ml sends it', () => {
    expect(armSchemaErrors()(recorded['weekly.yml'].at(-1)!)).not.toEqual([]);
  });
});

it.each([
  [59, 'PT59S'],
  [3600, 'PT1H'],
  [5430, 'PT1H30M30S'],
  [90_000, 'P1DT1H'],
])('%i seconds are %s', (seconds, text) => {
  expect(isoDuration(seconds)).toBe(text);
});
