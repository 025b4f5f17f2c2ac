import { workspaceId } from '../../workspace.ts';
import { nestedInputs, nestedPipeline } from '../../yaml/bindings/nested-pipeline.ts';
import type { PipelineComponent, PipelineComponentJob } from '../../yaml/jobs/pipeline-component-job.ts';
import type { PipelineJob, PipelineNode } from '../../yaml/pipeline.ts';
import type { ArmRequest } from '../asset-body.ts';
import { anonymousRequest } from '../component-body.ts';
import { registeredComponent } from './component-id.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';
import { headOfComponent } from './port-specs.ts';

type Job = PipelineComponentJob<PipelineNode>;

/** A job that is a pipeline itself; `bodyOf` tells how those within it are sent. */
export function pipelineComponentJob(
  bodyOf: (node: PipelineNode) => JobBody<PipelineNode> | undefined,
): JobBody<Job> {
  return {
    needs: (node, place) => {
      const { component } = node;
      if (!('jobs' in component)) return [];
      const needed = jobsOf(component, place).flatMap(([job, within]) => known(job).needs(job, within));
      return [...needed, componentOf(component, place)];
    },
    code: ({ component }) => {
      if (!('jobs' in component)) return [];
      const pipeline = nestedPipeline(component) as PipelineJob;
      return Object.values(pipeline.jobs).flatMap((job) => known(job).code?.(job, pipeline) ?? []);
    },
    body: (node, place) => {
      const { component } = node;
      return {
        name: place.name,
        type: 'pipeline',
        display_name: node.display_name,
        tags: node.tags,
        properties: node.properties,
        comment: node.comment,
        inputs: inputBodies(node, place),
        outputs: outputBodies(node),
        ...('jobs' in component
          ? {
              componentId: workspaceId(place.workspace) + componentOf(component, place).path,
              _source: 'YAML.COMPONENT',
            }
          : registeredComponent(component, place)),
      };
    },
  };

  function known(job: PipelineNode): JobBody<PipelineNode> {
    const body = bodyOf(job);
    if (body === undefined) throw new Error(`nobody knows the body of a job of the kind ${job.kind}`);
    return body;
  }

  function componentOf(component: PipelineComponent<PipelineNode>, place: NodePlace): ArmRequest {
    const jobs = jobsOf(component, place).map(([job, within]) => [within.name, known(job).body(job, within)]);
    const { is_deterministic, description, tags } = component;
    const spec = {
      ...headOfComponent(component),
      is_deterministic,
      jobs: Object.fromEntries(jobs),
      _source: 'YAML.COMPONENT',
      sourceJobId: null,
    };
    return anonymousRequest(spec, { description, tags, isArchived: undefined });
  }
}

function jobsOf(component: PipelineComponent<PipelineNode>, place: NodePlace): [PipelineNode, NodePlace][] {
  const pipeline = nestedPipeline(component) as PipelineJob;
  const within = { ...place, pipeline, inputs: nestedInputs(component) };
  return Object.entries(pipeline.jobs).map(([name, job]) => [job, { ...within, name }]);
}
