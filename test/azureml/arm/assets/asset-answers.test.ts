import { existsSync } from 'node:fs';
import { default as Ajv } from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../../src/azureml/arm/api-version.ts';
import type { ArmRequest } from '../../../../src/azureml/request-bodies/asset-body.ts';
import { armSchemas, closedSchema } from '../../../support/arm/closed-schema.ts';
import { assetAnswer } from '../../../support/azure/arm-assets.ts';
import { DATA_VERSIONS } from '../../../support/azure/assets.ts';
import { readJson } from '../../../support/cli.ts';

const PROVIDER = 'Microsoft.MachineLearningServices';
/** The component make, as azure-ai-ml registers it. */
const [{ body: make }] = readJson<Record<string, ArmRequest[]>>(
  import.meta.dirname,
  '../../../goldens/azure-bodies.json',
)['make.yml'];

const RESOURCES = new Map<string, Record<string, unknown>>([
  ...Object.entries(DATA_VERSIONS).map(([name, version]) => [`/data/${name}/versions/1`, version] as const),
  ['/components/make/versions/3', make],
]);

/** Properties of what is answered, without those that are read-only, so in no request, and those that are null. */
function propertiesOf(answer: object): Record<string, unknown> {
  const {
    latestVersion: _,
    nextVersion: __,
    ...told
  } = (answer as { properties: Record<string, unknown> }).properties;
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
}

describe.skipIf(!existsSync(armSchemas))(
  'what tests take for an answer of Azure Resource Manager validates against its schema, with no name misspelt',
  () => {
    const ajv = new Ajv.default({ strict: false, validateFormats: false });
    ajv.addSchema(closedSchema(`${PROVIDER}.${API_VERSION}.json`), 'ml');

    it.each(
      [...RESOURCES.keys()].flatMap((version) =>
        ['workspaces', 'registries'].flatMap((home) =>
          [version, version.replace(/\/versions\/.*/, '')].map((place) => [home, place]),
        ),
      ),
    )('%s %s', (home, place) => {
      const [status, answer] = assetAnswer(RESOURCES, `/${home}/h`, place, new URLSearchParams())!;
      expect(status).toBe(200);
      const resource = `${home}_${place.split('/')[1]}${place.includes('/versions/') ? '_versions' : ''}`;
      const validate = ajv.getSchema(`ml#/resourceDefinitions/${resource}`)!;
      const type = `${PROVIDER}/${resource.replaceAll('_', '/')}`;
      const errors = (properties: object): unknown[] => {
        validate({ properties, name: 'name', apiVersion: API_VERSION, type });
        return validate.errors ?? [];
      };
      const properties = propertiesOf(answer);
      expect(errors(properties)).toEqual([]);
      const passed = Object.entries(properties).filter(([name, value]) => {
        const { [name]: __, ...others } = properties;
        return errors({ ...others, [`${name}e`]: value }).length === 0;
      });
      expect(passed).toEqual([]);
    });
  },
);
