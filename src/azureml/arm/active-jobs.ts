import type { WorkspaceClient } from './client.ts';
import { isFinal } from './jobs.ts';

/** A pipeline job that has not ended. */
export interface ActiveJob {
  readonly id: string;
  readonly state: string;
  /** Values of its literal inputs, and URIs of the others. */
  readonly inputs: Readonly<Record<string, string | undefined>>;
}

interface Listed {
  readonly name?: string;
  readonly properties?: {
    readonly status?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly inputs?: Readonly<Record<string, { readonly value?: string; readonly uri?: string }>>;
  };
}

/** Pipeline jobs of the workspace with the tag `tag`, whatever its value, that have not ended: whoever started them. */
export async function activeJobs(client: WorkspaceClient, tag: string): Promise<ActiveJob[]> {
  const active: ActiveJob[] = [];
  for await (const job of client.list('/jobs', { jobType: 'Pipeline', tag, listViewType: 'ActiveOnly' })) {
    const { name = '', properties = {} } = job as Listed;
    const { status = 'Unknown', tags = {}, inputs = {} } = properties;
    if (isFinal(status) || !Object.hasOwn(tags, tag)) continue;
    const values = Object.entries(inputs).map(([input, { value, uri }]) => [input, value ?? uri]);
    active.push({ id: name, state: status, inputs: Object.fromEntries(values) });
  }
  return active;
}
