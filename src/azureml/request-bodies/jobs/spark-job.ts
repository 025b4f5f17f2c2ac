import { workspaceId } from '../../workspace.ts';
import type { SparkComponent, SparkJob } from '../../yaml/jobs/spark-job.ts';
import { codeFolders } from '../../yaml/settings/code.ts';
import type { SparkConf } from '../../yaml/settings/spark-settings.ts';
import type { ArmRequest } from '../asset-body.ts';
import { codeReference } from '../code-body.ts';
import { anonymousRequest } from '../component-body.ts';
import { environmentReference, environmentRequests } from '../environment-body.ts';
import { computeId, identityBody } from './command-settings.ts';
import { registeredComponent } from './component-id.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';
import { headOfComponent, specsOfValues } from './port-specs.ts';

/** A job that Spark runs. */
export const sparkJob: JobBody<SparkJob> = {
  needs: (node, place) => {
    const own = atHand(node);
    if (own === undefined) return [];
    const { environment } = own;
    const file = 'file' in own ? own.file : place.pipeline.file;
    return [
      ...(environment === undefined ? [] : environmentRequests(environment, file)),
      componentOf(node, place),
    ];
  },
  code: (node, pipeline) => {
    const own = atHand(node);
    return codeFolders(own?.code, own !== undefined && 'file' in own ? own.file : pipeline.file);
  },
  body: (node, place) => {
    const { component, compute } = node;
    const own = atHand(node);
    const conf = node.conf ?? own?.conf;
    return {
      name: place.name,
      type: 'spark',
      display_name: node.display_name,
      tags: node.tags,
      properties: node.properties,
      comment: node.comment,
      computeId: compute && computeId(compute, place.workspace),
      resources: node.resources,
      identity: identityOf(node),
      conf: conf && confBody(conf),
      args: own?.args,
      entry: own?.entry && { ...own.entry, spark_job_entry_type: 'SparkJobPythonEntry' },
      py_files: own?.py_files,
      jars: own?.jars,
      files: own?.files,
      archives: own?.archives,
      inputs: inputBodies(node, place),
      outputs: outputBodies(node),
      ...(component !== undefined && !('file' in component)
        ? registeredComponent(component, place)
        : {
            componentId: workspaceId(place.workspace) + componentOf(node, place).path,
            _source: component === undefined ? 'YAML.JOB' : 'YAML.COMPONENT',
          }),
    };
  },
};

/** What is run, where that is known here: of the component, or of the job itself. */
function atHand(node: SparkJob): SparkComponent | SparkJob | undefined {
  const { component } = node;
  if (component === undefined) return node;
  return 'file' in component ? component : undefined;
}

/** Attached compute has an identity of its own; serverless Spark runs as whoever submits it. */
function identityOf({ identity, compute }: SparkJob) {
  if (identity !== undefined) return identityBody(identity);
  return { identity_type: compute === undefined ? 'UserIdentity' : 'Managed' };
}

/** With dynamic allocation the executors to begin with are the fewest. */
function confBody(conf: SparkConf): SparkConf {
  const isDynamic = String(conf['spark.dynamicAllocation.enabled']).toLowerCase() === 'true';
  if (!isDynamic || conf['spark.executor.instances'] !== undefined) return conf;
  return { ...conf, 'spark.executor.instances': conf['spark.dynamicAllocation.minExecutors'] };
}

function componentOf(node: SparkJob, place: NodePlace): ArmRequest {
  const component = node.component !== undefined && 'file' in node.component ? node.component : undefined;
  const of = component ?? node;
  const { code, entry, py_files, jars, files, archives, conf, environment, args } = of;
  const { description, tags, properties } = node;
  const head =
    component === undefined
      ? {
          description,
          tags,
          properties,
          type: 'spark',
          is_deterministic: true,
          ...specsOfValues(node, place.pipeline),
        }
      : headOfComponent(component);
  return anonymousRequest(
    {
      ...head,
      code: codeReference(code, component?.file ?? place.pipeline.file, place.uploads.code),
      entry,
      py_files,
      jars,
      files,
      archives,
      conf: conf && confBody(conf),
      environment:
        environment &&
        environmentReference(
          environment,
          component?.file ?? place.pipeline.file,
          place.workspace,
          place.uploads,
        ),
      args,
      _source: component === undefined ? 'YAML.JOB' : 'YAML.COMPONENT',
    },
    component === undefined
      ? { description, tags, properties }
      : { description: component.description, tags: component.tags },
  );
}
