import { workspaceId } from '../../workspace.ts';
import type { ComponentJob, RegisteredJob } from '../../yaml/jobs/component-job.ts';
import { anonymousComponentRequest } from '../component-body.ts';
import { registeredComponentId } from '../registered-component-id.ts';
import { commandSettingsBody } from './command-settings.ts';
import type { JobBody } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';

/** A job of a component that is sent before, under a hash of what it says. */
export const componentJob: JobBody<ComponentJob> = {
  needs: ({ component }, { workspace }) => [anonymousComponentRequest(component, workspace)],
  body: (node, place) => ({
    name: place.name,
    ...commandSettingsBody(node, place.workspace, node.component),
    inputs: inputBodies(node, place),
    outputs: outputBodies(node),
    componentId:
      workspaceId(place.workspace) + anonymousComponentRequest(node.component, place.workspace).path,
    _source: 'YAML.COMPONENT',
  }),
};

/** A job of a component that is there. */
export const registeredJob: JobBody<RegisteredJob> = {
  needs: () => [],
  body: (node, place) => ({
    name: place.name,
    ...commandSettingsBody(node, place.workspace),
    inputs: inputBodies(node, place),
    outputs: outputBodies(node),
    componentId: registeredComponentId(node.component, place.workspace),
    _source: 'REMOTE.WORKSPACE.COMPONENT',
  }),
};
