import { existsSync, readdirSync } from 'node:fs';
import { default as Ajv } from 'ajv-draft-04';
import { API_VERSION } from '../../../src/azureml/arm/api-version.ts';
import type { ArmRequest } from '../../../src/azureml/request-bodies/asset-body.ts';
import { armSchemas, closedSchema } from '../arm/closed-schema.ts';

export const haveArmSchemas = existsSync(armSchemas);

export const PROVIDER = 'Microsoft.MachineLearningServices';

const RESOURCES: Readonly<Record<string, string>> = {
  environments: 'workspaces_environments_versions',
  components: 'workspaces_components_versions',
  data: 'workspaces_data_versions',
  codes: 'workspaces_codes_versions',
  jobs: 'workspaces_jobs',
  schedules: 'workspaces_schedules',
  datastores: 'workspaces_datastores',
};

/** Newest stable version of a resource provider among the schemas. */
export function newestVersion(provider: string): string {
  const pattern = new RegExp(`^${provider}\\.(\\d{4}-\\d\\d-\\d\\d)\\.json$`);
  return readdirSync(armSchemas)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .sort()
    .at(-1)!;
}

/** Tells what is wrong with a request by the schema of its resource, closed against keys that it does not name. */
export function armSchemaErrors(): (request: ArmRequest) => unknown[] {
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.addSchema(closedSchema(`${PROVIDER}.${API_VERSION}.json`), 'ml');
  return ({ path: place, body }) => {
    const resource = RESOURCES[place.split('/')[1]];
    const validate = ajv.getSchema(`ml#/resourceDefinitions/${resource}`)!;
    const type = `${PROVIDER}/${resource.replaceAll('_', '/')}`;
    // As in a template: absent keys are absent.
    const sent = JSON.parse(JSON.stringify({ ...body, name: 'name', apiVersion: API_VERSION, type }));
    validate(sent);
    return validate.errors ?? [];
  };
}
