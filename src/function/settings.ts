import { UsageError } from '../errors.ts';
import { blobUrl, displayUri, parseLocation } from '../storage/location.ts';

/** Name of the blob that says: the raw data are complete. It lies directly below `raw`. */
export const MARKER = '_READY';

/** Seconds that a marker must have been left alone, unless SWINPREP_SETTLE_SECONDS says otherwise. */
const SETTLE_SECONDS = 15;

const INPUT = /^SWINPREP_INPUT_(\w+)$/;

/** What the app settings of the function say. */
export interface Settings {
  /** URL of the marker. */
  readonly marker: string;
  /** Resource id of the storage account whose events count, the topic of Event Grid. */
  readonly topic: string;
  /** Subject of the marker's events. */
  readonly subject: string;
  /** Path of the pipeline, relative to the package. */
  readonly pipeline: string;
  /** Values of the pipeline's inputs, as of `--set`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** URL below which local files of the pipeline are uploaded; undefined for the workspace's default datastore. */
  readonly uploads: string | undefined;
  readonly settleSeconds: number;
}

/** Reads the app settings, which arrive as environment variables. Throws one UsageError with all that is wrong. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const input = INPUT.exec(name)?.[1];
    if (input !== undefined && value) inputs[input] = value;
  }
  const problems: string[] = [];
  const topic = env.SWINPREP_STORAGE_ID ?? '';
  if (!/^\/subscriptions\/.+\/storageAccounts\/[^/]+$/i.test(topic))
    problems.push('SWINPREP_STORAGE_ID: give the resource id of the storage account of the raw data');
  const settleSeconds = Number(env.SWINPREP_SETTLE_SECONDS || SETTLE_SECONDS);
  if (!(settleSeconds >= 0)) problems.push('SWINPREP_SETTLE_SECONDS: give a number of seconds');
  const place = markerPlace(inputs.raw ?? '', problems);
  if (place === undefined || problems.length > 0)
    throw new UsageError(
      ['app settings of the function:', ...problems.map((line) => `  - ${line}`)].join('\n'),
    );
  return {
    ...place,
    topic,
    pipeline: env.SWINPREP_PIPELINE || 'pipelines/preprocess.yml',
    inputs,
    uploads: env.SWINPREP_UPLOADS || undefined,
    settleSeconds,
  };
}

function markerPlace(raw: string, problems: string[]): Pick<Settings, 'marker' | 'subject'> | undefined {
  const location = raw === '' ? undefined : parseLocation(raw);
  if (location?.kind !== 'blob') {
    problems.push(
      `SWINPREP_INPUT_raw: ${raw === '' ? 'is missing' : displayUri(raw)}; give the https URL of the raw data`,
    );
    return undefined;
  }
  // It would stand in the job for all who can see it, and the function has an identity.
  if (location.sas !== '') problems.push('SWINPREP_INPUT_raw: give the URL without a SAS token');
  const { container, prefix } = location;
  const blob = prefix === '' ? MARKER : `${prefix}/${MARKER}`;
  return {
    marker: blobUrl({ ...location, prefix: blob }),
    subject: `/blobServices/default/containers/${container}/blobs/${blob}`,
  };
}
