import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { activeJobs } from '../azureml/arm/active-jobs.ts';
import { pinLabels } from '../azureml/arm/assets/pinned-inputs.ts';
import type { WorkspaceClient } from '../azureml/arm/client.ts';
import { withContent } from '../azureml/arm/content-input.ts';
import type { ResolveUri } from '../azureml/arm/resolve-uri.ts';
import { prepareJob, putOnce } from '../azureml/arm/submit.ts';
import { isDatastoreUri } from '../azureml/datastore-uri.ts';
import { jobRequest, type ReadyJob } from '../azureml/request-bodies/requests.ts';
import type { InputValues } from '../azureml/yaml/input-value.ts';
import { type BlobVersion, blobVersion } from '../storage/blob/blob-version.ts';

/** Key of the tag that the pipelines of swinprep give their jobs. */
const TAG = 'swinprep';
/** Inputs that name a place which is written: two jobs at once must not have it in common. */
const WRITTEN = ['interim', 'roi'];
/** Seconds to wait for a marker to settle; Event Grid takes a delivery for lost after 30. */
const PATIENCE_SECONDS = 20;

/** Where a version of the marker stands. */
export type Outcome =
  /** There is no marker. */
  | { readonly kind: 'absent' }
  /** The event was of a version that has been overwritten; the newer one has an event of its own. */
  | { readonly kind: 'superseded' }
  /** The marker may be overwritten once more; to be looked at again. */
  | { readonly kind: 'settling' }
  /** Another job writes to the same place; to be looked at again. */
  | { readonly kind: 'busy'; readonly job: string; readonly other: string }
  /** The job of this version had been submitted already. */
  | { readonly kind: 'known'; readonly job: string }
  | { readonly kind: 'submitted'; readonly job: string };

export interface MarkedRun {
  readonly client: WorkspaceClient;
  readonly ready: ReadyJob;
  /** Values of the pipeline's inputs that `ready` was made with. */
  readonly set: Readonly<Record<string, string>>;
  /** URL of the marker. */
  readonly marker: string;
  readonly uploads: string | undefined;
  readonly settleSeconds: number;
  readonly resolveUri: ResolveUri;
  /** Takes what the job was submitted without. */
  readonly warn: (message: string) => void;
}

/**
 * The name of the job for one version of a marker. It is the same wherever it is worked out, so that Azure ML, which
 * has a name once, keeps one job however often and in how many places at once an event arrives.
 */
export function markedJobName(marker: string, etag: string): string {
  const hash = createHash('sha256').update(`${marker}\n${etag}`).digest('hex');
  return `swinprep_ready_${hash.slice(0, 24)}`;
}

/**
 * Submits the pipeline for the marker that is there now, once per version and not while it is being overwritten or while
 * another job writes to the same places. Looks at what is, not at what an event says, and so may be called at any time;
 * `etag`: of the event that was the occasion.
 */
export async function runMarked(run: MarkedRun, etag?: string): Promise<Outcome> {
  const { client, ready, marker } = run;
  const version = await settled(run, etag);
  if (typeof version === 'string') return { kind: version };
  const job = markedJobName(marker, version.etag);
  if ((await client.get(`/jobs/${job}`)) !== undefined) return { kind: 'known', job };
  const other = await writerOf(client, ready.inputs, job);
  if (other !== undefined) return { kind: 'busy', job, other };
  // The identity reads the marker, and so may list what lies beside it.
  const pinned = await pinLabels(client, ready, { texts: true, tell: run.warn });
  const filled = await withContent(pinned, run.set, run.resolveUri, run.warn);
  const uploaded = await prepareJob(client, filled, run.uploads);
  const created = await putOnce(client, jobRequest(filled, job, client.workspace, uploaded));
  return { kind: created ? 'submitted' : 'known', job };
}

async function settled(
  { marker, settleSeconds }: MarkedRun,
  etag: string | undefined,
): Promise<BlobVersion | 'absent' | 'superseded' | 'settling'> {
  const deadline = Date.now() + 1000 * PATIENCE_SECONDS;
  for (;;) {
    const version = await blobVersion(marker);
    if (version === undefined) return 'absent';
    if (etag !== undefined && version.etag !== etag) return 'superseded';
    // Both times that make the age are in whole seconds: it may be one more than it is.
    const leftMs = settleSeconds === 0 ? 0 : 1000 * (settleSeconds + 1 - version.ageSeconds);
    if (leftMs <= 0) return version;
    if (Date.now() + leftMs > deadline) return 'settling';
    await wait(leftMs);
  }
}

/** The job, other than `own`, that is at work on one of the places which a job with these inputs writes to. */
async function writerOf(
  client: WorkspaceClient,
  inputs: InputValues,
  own: string,
): Promise<string | undefined> {
  for (const { id, inputs: others } of await activeJobs(client, TAG)) {
    if (id === own) continue;
    if (WRITTEN.some((name) => samePlace(inputs.get(name)?.text, others[name]))) return id;
  }
  return undefined;
}

/**
 * Whether two URIs may name one place: what is not told, told by a data asset, or told by a datastore to one and by a URL to
 * the other, may.
 */
function samePlace(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.startsWith('azureml:') !== b.startsWith('azureml:')) return true;
  if ([a, b].some((uri) => uri.startsWith('azureml:') && !isDatastoreUri(uri))) return true;
  const [one, other] = [a, b].map((url) => `${url.replace(/[?#].*$/s, '').replace(/\/+$/, '')}/`);
  return one.startsWith(other) || other.startsWith(one);
}
