import { ArmError, messageOf, StorageError, UsageError } from '../../errors.ts';
import type { ReadyJob } from '../request-bodies/requests.ts';
import { contentFingerprint, UNKNOWN_CONTENT } from './content-fingerprint.ts';
import type { ResolveUri } from './resolve-uri.ts';

/** The input of a pipeline that carries the fingerprint of what `raw` and `clinical` hold. */
const INPUT = 'content';

/**
 * The job with the content fingerprint as its input `content`, where its pipeline has that input with the value `unknown`
 * and `set` does not name it. Where the store cannot be listed, `tell` gets the reason and the job stays as it is: the
 * identity of its compute may well read what this one may not.
 */
export async function withContent(
  ready: ReadyJob,
  set: Readonly<Record<string, string>>,
  resolveUri: ResolveUri,
  tell: (line: string) => void,
): Promise<ReadyJob> {
  const { inputs } = ready;
  const raw = inputs.get('raw');
  if (inputs.get(INPUT)?.text !== UNKNOWN_CONTENT || Object.hasOwn(set, INPUT)) return ready;
  if (raw === undefined) return ready;
  try {
    const text = await contentFingerprint(raw.text, inputs.get('clinical')?.text, resolveUri);
    return { ...ready, inputs: new Map([...inputs, [INPUT, { kind: 'literal', text }]]) };
  } catch (error) {
    if (![ArmError, StorageError, UsageError].some((kind) => error instanceof kind)) throw error;
    tell(`input ${INPUT}: ${UNKNOWN_CONTENT}, for the data cannot be listed from here: ${messageOf(error)}`);
    return ready;
  }
}
