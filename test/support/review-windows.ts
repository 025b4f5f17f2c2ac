import type { Decision } from '../../src/records/review.ts';
import type { Conflict, DecisionChange, ReviewPatient, Wish } from '../../src/review/api.ts';
import { askJson, putJson } from './http-request.ts';
import { maskOf, shaOf } from './made-cohort.ts';

/** A decision on the mask that a made cohort has of the patient. */
export function wished(
  patientId: string,
  changes: Partial<NonNullable<Wish['decision']>> = {},
): NonNullable<Wish['decision']> {
  return {
    decision: 'accept',
    reason: null,
    comment: '',
    reviewer: 'R. Eader',
    mask_sha256: shaOf(maskOf(patientId)),
    flags: [],
    ...changes,
  };
}

export const exclusion = { decision: 'exclude', reason: 'mask-incomplete' } as const;

export async function patientsOf(url: string): Promise<Map<string, ReviewPatient>> {
  const { value } = await askJson<ReviewPatient[]>(`${url}patients`);
  return new Map(value.map((patient) => [patient.patient_id, patient]));
}

/** What a window does: PUTs a wish over what it shows. */
export function decide(
  url: string,
  patientId: string,
  wish: Wish,
): Promise<{ status: number; value: Decision | Conflict | null }> {
  return putJson(`${url}decisions/${encodeURIComponent(patientId)}`, wish);
}

/** The changes that a window is told, until it goes away. */
export async function listen(url: string): Promise<{
  readonly changes: AsyncIterator<DecisionChange>;
  readonly leave: () => void;
}> {
  const abort = new AbortController();
  const response = await fetch(`${url}events`, { signal: abort.signal });
  return { changes: changesIn(response), leave: () => abort.abort() };
}

/** It holds the response: of one that is garbage before its body is read, fetch cancels the body. */
async function* changesIn(response: Response): AsyncGenerator<DecisionChange> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of response.body!) {
    const messages = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
    rest = messages.pop()!;
    for (const message of messages)
      if (message.startsWith('data: ')) yield JSON.parse(message.slice('data: '.length)) as DecisionChange;
  }
}
