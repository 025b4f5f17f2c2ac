import { workspaceId } from '../../workspace.ts';
import type { ComponentJob, RegisteredJob } from '../../yaml/jobs/component-job.ts';
import { codeFolders } from '../../yaml/settings/code.ts';
import { anonymousComponentRequest } from '../component-body.ts';
import { environmentRequests } from '../environment-body.ts';
import { commandSettingsBody } from './command-settings.ts';
import { registeredComponent } from './component-id.ts';
import type { JobBody } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';

/** A job of a component that is sent before, under a hash of what it says. */
export const componentJob: JobBody<ComponentJob> = {
  needs: ({ component }, context) => [
    ...environmentRequests(component.environment, component.file),
    anonymousComponentRequest(component, context),
  ],
  code: ({ component: { code, file } }) => codeFolders(code, file),
  body: (node, place) => ({
    name: place.name,
    ...commandSettingsBody(node, place.workspace, node.component),
    inputs: inputBodies(node, place),
    outputs: outputBodies(node),
    componentId: workspaceId(place.workspace) + anonymousComponentRequest(node.component, place).path,
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
    ...registeredComponent(node.component, place),
  }),
};
