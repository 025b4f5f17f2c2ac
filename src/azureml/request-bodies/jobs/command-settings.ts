import { resourceId, type Workspace } from '../../workspace.ts';
import type { CommandSettings } from '../../yaml/jobs/command-settings.ts';
import type { Distribution } from '../../yaml/jobs/distribution.ts';
import type { Identity } from '../../yaml/jobs/identity.ts';
import type { Resources } from '../../yaml/jobs/resources.ts';
import { emptyToNothing } from './job-values.ts';

const DISTRIBUTIONS = { pytorch: 'PyTorch', mpi: 'Mpi', tensorflow: 'TensorFlow', ray: 'Ray' } as const;

/** How a command is run, as it stands in `jobs` of a pipeline. `own` is what its component says of itself. */
export function commandSettingsBody(
  settings: CommandSettings,
  workspace: Workspace,
  own: { readonly resources?: Resources | undefined; readonly distribution?: Distribution | undefined } = {},
) {
  const { limits, compute, identity } = settings;
  const { type, ...processes } = settings.distribution ?? own.distribution ?? {};
  return {
    type: 'command',
    display_name: settings.display_name,
    description: settings.description,
    tags: settings.tags,
    properties: settings.properties,
    comment: settings.comment,
    computeId: compute && computeId(compute, workspace),
    resources: settings.resources ?? own.resources,
    distribution: type && { distribution_type: DISTRIBUTIONS[type], ...processes },
    limits: limits && {
      job_limits_type: 'Command',
      timeout: typeof limits.timeout === 'number' ? isoDuration(limits.timeout) : limits.timeout,
    },
    environment_variables: emptyToNothing(settings.environment_variables),
    identity: identity && identityBody(identity),
    queue_settings: settings.queue_settings,
    services: settings.services,
  };
}

export function identityBody(identity: Identity) {
  return { ...identity, type: identity.type === 'managed' ? 'managed_identity' : identity.type };
}

/** `serverless`, `local` and bindings stay as they are. */
export function computeId(compute: string, workspace: Workspace): string {
  if (!compute.startsWith('azureml:')) return compute;
  return resourceId(workspace, 'computes', compute);
}

/** Seconds as ISO 8601 has durations: 5400 as `PT1H30M`. */
export function isoDuration(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  const time = [
    [hours, 'H'],
    [minutes, 'M'],
    [rest, 'S'],
  ].flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`]));
  return `P${days === 0 ? '' : `${days}D`}${time.length === 0 ? '' : `T${time.join('')}`}`;
}
