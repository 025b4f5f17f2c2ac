import { workspaceId } from '../../workspace.ts';
import type { SweepJob } from '../../yaml/jobs/sweep-job.ts';
import { codeFolders } from '../../yaml/settings/code.ts';
import type { EarlyTermination, SweepSettings } from '../../yaml/settings/sweep-settings.ts';
import type { ArmRequest } from '../asset-body.ts';
import { anonymousComponentRequest } from '../component-body.ts';
import { environmentRequests } from '../environment-body.ts';
import { computeId, resourcesBody } from './command-settings.ts';
import { registeredComponent } from './component-id.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { inputBodies, outputBodies } from './job-values.ts';

/** A job that runs a component again and again with other parameters. */
export const sweepJob: JobBody<SweepJob> = {
  needs: (node, place) =>
    'file' in node.trial
      ? [...environmentRequests(node.trial.environment, node.trial.file), trialOf(node, place)!]
      : [],
  code: ({ trial }) => ('file' in trial ? codeFolders(trial.code, trial.file) : []),
  body: (node, place) => {
    const { compute, resources, trial } = node;
    const { componentId, _source } =
      'file' in trial
        ? {
            componentId: workspaceId(place.workspace) + trialOf(node, place)!.path,
            _source: node.isInline ? 'YAML.JOB' : 'YAML.COMPONENT',
          }
        : registeredComponent(trial, place);
    return {
      name: place.name,
      type: 'sweep',
      display_name: node.display_name,
      tags: node.tags,
      properties: node.properties,
      comment: node.comment,
      computeId: compute && computeId(compute, place.workspace),
      resources: resources && resourcesBody(resources),
      // In lower case, unlike in other jobs.
      queue_settings: node.queue_settings,
      sampling_algorithm: node.sampling_algorithm,
      search_space: node.search_space,
      objective: node.objective,
      early_termination: node.early_termination && terminationBody(node.early_termination),
      limits: limitsBody(node.limits),
      inputs: inputBodies(node, place),
      outputs: outputBodies(node),
      trial: { componentId },
      _source,
    };
  },
};

function trialOf({ trial, isInline }: SweepJob, place: NodePlace): ArmRequest | undefined {
  return 'file' in trial ? anonymousComponentRequest(trial, { ...place, isInline }) : undefined;
}

const POLICIES = {
  bandit: 'Bandit',
  median_stopping: 'MedianStopping',
  truncation_selection: 'TruncationSelection',
} as const;

function terminationBody({ type, ...settings }: EarlyTermination) {
  const evaluation_interval = type === 'median_stopping' ? 1 : 0;
  return { policy_type: POLICIES[type], delay_evaluation: 0, evaluation_interval, ...settings };
}

/** The service takes less than a minute for as many days. */
function limitsBody({ timeout, trial_timeout, ...limits }: SweepSettings['limits']) {
  const atLeastMinute = (seconds: number | string | undefined) =>
    typeof seconds === 'number' ? Math.max(seconds, 60) : seconds;
  return { ...limits, timeout: atLeastMinute(timeout), trial_timeout: atLeastMinute(trial_timeout) };
}
