import type { AutomlJob } from '../../yaml/jobs/automl-job.ts';
import { computeId, identityBody } from './command-settings.ts';
import type { JobBody } from './job-body.ts';
import { outputBodies } from './job-values.ts';

/** A job that looks for a model of a table: it is no component, and is sent much as its file has it. */
export const automlJob: JobBody<AutomlJob> = {
  needs: () => [],
  body: (node, place) => {
    const { $schema: _, compute, identity, resources, ...settings } = node.settings;
    return {
      ...settings,
      name: place.name,
      tags: settings.tags ?? {},
      properties: settings.properties ?? {},
      log_verbosity: settings.log_verbosity ?? 'info',
      training: settings.training ?? {},
      // Whole ids with `azureml:` before them, unlike in other jobs.
      compute: compute && azureMl(computeId(compute, place.workspace)),
      identity: identity && identityBody(identity),
      resources: resources && { properties: {}, ...resources },
      outputs: outputBodies(node) ?? {},
    };
  },
};

function azureMl(id: string): string {
  return id.startsWith('/') ? `azureml:${id}` : id;
}
