import { resourceId, type Workspace } from '../../workspace.ts';
import type { CommandSettings } from '../../yaml/jobs/command-settings.ts';
import type { Distribution } from '../../yaml/settings/distribution.ts';
import type { Identity } from '../../yaml/settings/identity.ts';
import type { QueueSettings } from '../../yaml/settings/queue-settings.ts';
import type { Resources } from '../../yaml/settings/resources.ts';
import { emptyToNothing } from './job-values.ts';
import { servicesBody } from './services.ts';

const DISTRIBUTIONS = { pytorch: 'PyTorch', mpi: 'Mpi', tensorflow: 'TensorFlow', ray: 'Ray' } as const;
const KNOWN_PROPERTIES: Readonly<Record<string, string>> = {
  aisupercomputer: 'AISuperComputer',
  singularity: 'AISuperComputer',
  itp: 'itp',
  target_selector: 'target_selector',
};
const TIERS = {
  spot: 'Spot',
  basic: 'Basic',
  standard: 'Standard',
  premium: 'Premium',
  null: 'Null',
} as const;
const PRIORITIES = { low: 1, medium: 2, high: 3 } as const;
const IDENTITIES = {
  managed: 'Managed',
  managed_identity: 'Managed',
  user_identity: 'UserIdentity',
  aml_token: 'AMLToken',
} as const;

/**
 * How a command is run, as it stands in `jobs` of a pipeline. `own` is what its component says of itself. As azure-ai-ml, it
 * sends no description: that of the component holds.
 */
export function commandSettingsBody(
  settings: Omit<CommandSettings, 'inputs' | 'outputs'>,
  workspace: Workspace,
  own: { readonly resources?: Resources | undefined; readonly distribution?: Distribution | undefined } = {},
) {
  const { limits, compute, identity, services } = settings;
  const resources = settings.resources ?? own.resources;
  const distribution = settings.distribution ?? own.distribution;
  return {
    type: 'command',
    display_name: settings.display_name,
    tags: settings.tags,
    properties: settings.properties,
    comment: settings.comment,
    computeId: compute && computeId(compute, workspace),
    resources: resources && resourcesBody(resources),
    distribution: distribution && distributionBody(distribution),
    limits: limits && {
      job_limits_type: 'Command',
      timeout: typeof limits.timeout === 'number' ? isoDuration(limits.timeout) : limits.timeout,
    },
    environment_variables: emptyToNothing(settings.environment_variables),
    identity: identity && identityBody(identity),
    queue_settings: settings.queue_settings && queueSettingsBody(settings.queue_settings),
    services: services && servicesBody(services),
  };
}

/** As azure-ai-ml, which leaves the places and the most nodes out where the arguments of Docker are a list. */
export function resourcesBody({ docker_args, locations, max_instance_count, ...others }: Resources) {
  const rest = { ...others, properties: others.properties && propertiesBody(others.properties) };
  if (Array.isArray(docker_args)) return { ...rest, docker_args_list: docker_args };
  return { ...rest, docker_args, locations, maxInstanceCount: max_instance_count };
}

/** As azure-ai-ml, which spells these keys the way of Azure ML. */
function propertiesBody(properties: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [KNOWN_PROPERTIES[key.toLowerCase()] ?? key, value]),
  );
}

function distributionBody(distribution: Distribution) {
  const { type, ...settings } = distribution;
  const distribution_type = DISTRIBUTIONS[type];
  if (distribution.type !== 'ray') return { distribution_type, ...settings };
  return {
    distribution_type,
    port: distribution.port,
    address: distribution.address,
    includeDashboard: distribution.include_dashboard,
    dashboardPort: distribution.dashboard_port,
    headNodeAdditionalArgs: distribution.head_node_additional_args,
    workerNodeAdditionalArgs: distribution.worker_node_additional_args,
  };
}

export function queueSettingsBody({ job_tier, priority }: QueueSettings) {
  return { job_tier: job_tier && TIERS[job_tier], priority: priority && PRIORITIES[priority] };
}

export function identityBody({ type, ...ids }: Identity) {
  return { identity_type: IDENTITIES[type], ...ids };
}

/** The same of the pipeline itself, whose keys are in camelCase. */
export function pipelineIdentityBody(identity: Identity) {
  const ids = identity.type === 'managed' || identity.type === 'managed_identity' ? identity : undefined;
  return {
    identityType: IDENTITIES[identity.type],
    clientId: ids?.client_id,
    objectId: ids?.object_id,
  };
}

/** Resource id of a compute, `serverless` too; a binding stays as it is. */
export function computeId(compute: string, workspace: Workspace): string {
  return compute.startsWith('${{') ? compute : resourceId(workspace, 'computes', compute);
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
