import { existsSync } from 'node:fs';
import path from 'node:path';
import { default as Ajv } from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../src/azureml/arm/api-version.ts';
import type { ArmRequest } from '../../../src/azureml/arm/asset-body.ts';
import { isoDuration } from '../../../src/azureml/arm/job-body.ts';
import {
  armSchemas,
  comparable,
  FILES,
  KINDS,
  newestVersion,
  repairedSchema,
  requestsFor,
} from '../../support/arm-bodies.ts';
import { readJson } from '../../support/cli.ts';
import { DATASTORES } from '../../support/datastores.ts';

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

describe.skipIf(!existsSync(armSchemas))(
  'a request body validates against the schema of its resource',
  () => {
    const PROVIDER = 'Microsoft.MachineLearningServices';
    const RESOURCES: Record<string, string> = {
      environments: 'workspaces_environments_versions',
      components: 'workspaces_components_versions',
      data: 'workspaces_data_versions',
      jobs: 'workspaces_jobs',
      schedules: 'workspaces_schedules',
      datastores: 'workspaces_datastores',
    };

    function validator() {
      const ajv = new Ajv.default({ strict: false, validateFormats: false });
      ajv.addSchema(
        repairedSchema('common.definitions.json'),
        'https://schema.management.azure.com/schemas/common/definitions.json',
      );
      ajv.addSchema(repairedSchema(`${PROVIDER}.${API_VERSION}.json`), 'ml');
      return ({ path: place, body }: ArmRequest): unknown[] => {
        const resource = RESOURCES[place.split('/')[1]];
        const validate = ajv.getSchema(`ml#/resourceDefinitions/${resource}`)!;
        const type = `${PROVIDER}/${resource.replaceAll('_', '/')}`;
        // As in a template: absent keys are absent.
        const sent = JSON.parse(JSON.stringify({ ...body, name: 'name', apiVersion: API_VERSION, type }));
        validate(sent);
        return validate.errors ?? [];
      };
    }

    it('of the newest stable version', () => {
      expect(API_VERSION).toBe(newestVersion(PROVIDER));
    });

    it.each(Object.entries(KINDS))('for %s, a %s', async (name, kind) => {
      const check = validator();
      for (const request of await requestsFor(kind, path.join(FILES, name)))
        expect(check(request)).toEqual([]);
    });

    it.each(Object.entries(DATASTORES))('for what the tests take for a datastore, %s', (name, answer) => {
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
      expect(validator()({ path: `/datastores/${name}`, body })).toEqual([]);
    });

    it('which refuses a frequency in lower case, as azure-ai-ml sends it', () => {
      expect(validator()(recorded['weekly.yml'].at(-1)!)).not.toEqual([]);
    });
  },
);

it.each([
  [59, 'PT59S'],
  [3600, 'PT1H'],
  [5430, 'PT1H30M30S'],
  [90_000, 'P1DT1H'],
])('%i seconds are %s', (seconds, text) => {
  expect(isoDuration(seconds)).toBe(text);
});
