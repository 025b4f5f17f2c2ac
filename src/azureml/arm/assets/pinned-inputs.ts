import { UsageError } from '../../../errors.ts';
import { parseAssetReference } from '../../asset-reference.ts';
import { isAzureMlUri, isDatastoreUri } from '../../datastore-uri.ts';
import type { ReadyJob } from '../../request-bodies/requests.ts';
import type { InputValue } from '../../yaml/input-value.ts';
import type { NodeInput, PipelineNode } from '../../yaml/pipeline.ts';
import type { WorkspaceClient } from '../client.ts';
import { findAsset } from '../find-asset.ts';

export interface PinOptions {
  /**
   * Whether inputs that are texts are pinned too. Not for a schedule, each of whose runs then looks up what is the latest for
   * itself.
   */
  readonly texts: boolean;
  /** Takes what stays as it is. */
  readonly tell: (line: string) => void;
}

/**
 * The job with versions in place of the labels of its data assets (`azureml:NAME@latest`), so that all of its steps take the
 * same version, and an entry of the job's page tells which. azure-ai-ml does so for files and folders. Throws a UsageError
 * where the asset of a file or folder is not there or of another type; a text that names none stays as it is, for it may be
 * meant otherwise.
 */
export async function pinLabels<Job extends ReadyJob>(
  client: WorkspaceClient,
  ready: Job,
  { texts, tell }: PinOptions,
): Promise<Job> {
  const { inputs, pipeline } = ready;
  const pinned = new Map<string, InputValue | undefined>();
  for (const [name, value] of inputs) {
    const text = value && (await pin(value.kind, value.text, `input ${name}`));
    pinned.set(name, text === undefined ? value : { kind: value!.kind, text });
  }
  const jobs: Record<string, PipelineNode> = {};
  for (const [job, node] of Object.entries(pipeline.jobs)) {
    const bound: Record<string, NodeInput> = {};
    for (const [name, value] of Object.entries(node.inputs))
      bound[name] = await pinBound(value, `job ${job}, input ${name}`);
    jobs[job] = { ...node, inputs: bound };
  }
  return { ...ready, inputs: pinned, pipeline: { ...pipeline, jobs } };

  async function pinBound(value: NodeInput, what: string): Promise<NodeInput> {
    if (typeof value !== 'object')
      return (typeof value === 'string' ? await pin('literal', value, what) : undefined) ?? value;
    const path = await pin(value.type, value.path, what);
    return path === undefined ? value : { ...value, path };
  }

  /** Undefined for what stays as it is. */
  async function pin(
    kind: InputValue['kind'] | undefined,
    text: string,
    what: string,
  ): Promise<string | undefined> {
    const literal = kind === 'literal';
    // A model is none of the data.
    if (kind?.endsWith('_model')) return undefined;
    if (!isAzureMlUri(text) || isDatastoreUri(text) || (literal && !texts)) return undefined;
    try {
      const reference = parseAssetReference(text, 'data');
      if (reference?.label === undefined) return undefined;
      // Azure ML itself takes a registry's label for a file or folder.
      if (!literal && reference.home !== undefined && 'registry' in reference.home) return undefined;
      const found = await findAsset(client, reference, client.workspace);
      const { dataType } = found.properties as { dataType?: string };
      if (!literal && kind !== undefined && dataType !== kind)
        throw new UsageError(`the data asset ${found.text} is a ${dataType}, and a ${kind} is wanted`);
      return found.text;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (!literal) throw new UsageError(`${what}: ${text}: ${error.message}`, { cause: error });
      tell(`${what} stays ${text}: ${error.message}`);
      return undefined;
    }
  }
}
