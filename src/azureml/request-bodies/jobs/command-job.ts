import { workspaceId } from '../../workspace.ts';
import type { CommandJob } from '../../yaml/jobs/command-job.ts';
import { codeFolders } from '../../yaml/settings/code.ts';
import type { ArmRequest } from '../asset-body.ts';
import { codeReference } from '../code-body.ts';
import { anonymousRequest } from '../component-body.ts';
import { environmentReference, environmentRequests } from '../environment-body.ts';
import { commandSettingsBody } from './command-settings.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';
import { specsOfValues } from './port-specs.ts';

/** A job with a command of its own: azure-ai-ml makes a component without a name of it. */
export const commandJob: JobBody<CommandJob> = {
  needs: (node, place) => [
    ...environmentRequests(node.environment, place.pipeline.file),
    componentOf(node, place),
  ],
  code: ({ code }, { file }) => codeFolders(code, file),
  body: (node, place) => {
    // Of the component.
    const { resources, distribution, ...settings } = node;
    return {
      name: place.name,
      ...commandSettingsBody(settings, place.workspace, { resources, distribution }),
      inputs: inputBodies(node, place),
      outputs: outputBodies(node),
      componentId: workspaceId(place.workspace) + componentOf(node, place).path,
      _source: 'YAML.JOB',
    };
  },
};

function componentOf(node: CommandJob, { pipeline, workspace, uploads }: NodePlace): ArmRequest {
  const { description, tags, resources } = node;
  return anonymousRequest(
    {
      description,
      tags,
      type: 'command',
      is_deterministic: true,
      ...specsOfValues(node, pipeline),
      environment: environmentReference(node.environment, pipeline.file, workspace, uploads),
      // As azure-ai-ml, which leaves the properties to the job.
      resources: resources && { ...resources, properties: undefined },
      distribution: node.distribution,
      command: node.command,
      code: codeReference(node.code, pipeline.file, uploads.code),
      _source: 'YAML.JOB',
    },
    { description, tags },
  );
}
