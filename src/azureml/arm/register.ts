import { UsageError } from '../../errors.ts';
import type { ArmRequest } from '../request-bodies/asset-body.ts';
import type { WorkspaceClient } from './client.ts';

export type Registered = 'created' | 'unchanged';

/**
 * Registers a version of an asset. One that is there already must be the same: versions do not change. Throws a
 * UsageError that names the fields that differ.
 */
export async function register(client: WorkspaceClient, request: ArmRequest): Promise<Registered> {
  const existing = await client.get(request.path);
  if (existing === undefined) {
    await client.put(request);
    return 'created';
  }
  const differing = differences(JSON.parse(JSON.stringify(request.body)), existing, '');
  if (differing.length === 0) return 'unchanged';
  throw new UsageError(
    `${request.path.slice(1)} is registered already and differs; raise the version:\n${differing.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/** Maps whose keys are names that somebody chose: one too many is a difference too. */
const NAMED = /(?:^|\.)(?:inputs|outputs|tags|enum)$/;
/** Where a component was read from, which says nothing of what it is. */
const ORIGIN = new Set(['_source', '$schema']);
/** Values that a service adds to an input of its own accord. */
const INERT = new Set<unknown>([undefined, null, false, '']);

/** Fields in which `there` differs from `wanted`. What the service adds on its own is passed over. */
function differences(wanted: unknown, there: unknown, at: string): string[] {
  if (typeof wanted !== 'object' || wanted === null) {
    return same(wanted, there) ? [] : [`${at}: ${show(there)} there, ${show(wanted)} here`];
  }
  if (Array.isArray(wanted)) {
    return JSON.stringify(wanted) === JSON.stringify(there)
      ? []
      : [`${at}: ${show(there)} there, ${show(wanted)} here`];
  }
  const other = (typeof there === 'object' && there !== null ? there : {}) as Record<string, unknown>;
  const fields = wanted as Record<string, unknown>;
  const found = Object.entries(fields).flatMap(([key, value]) =>
    ORIGIN.has(key) ? [] : differences(value, other[key], at === '' ? key : `${at}.${key}`),
  );
  const closed = NAMED.test(at) || /\.inputs\.\w+$/.test(at);
  const added = Object.keys(other).filter((key) => !(key in fields) && !INERT.has(other[key]));
  return closed
    ? [...found, ...added.map((key) => `${at}.${key}: ${show(other[key])} there, absent here`)]
    : found;
}

/** Resource ids are compared without regard to case, as Azure Resource Manager does. */
function same(wanted: unknown, there: unknown): boolean {
  if (wanted === there) return true;
  const ids = [wanted, there].map((value) => String(value).replace(/^azureml:/, ''));
  if (ids.every((id) => id.startsWith('/subscriptions/')))
    return ids[0].toLowerCase() === ids[1].toLowerCase();
  return (typeof wanted === 'number' || typeof wanted === 'boolean') && String(wanted) === String(there);
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
