import type { Decision } from '../../records/review.ts';
import type { Change, Conflict, Fault, ReviewPatient, Wish } from '../../review/api.ts';

/** What became of a wish. */
export type Saving =
  | { readonly state: 'saved'; readonly decision: Decision | null }
  | { readonly state: 'conflict'; readonly conflict: Conflict }
  | { readonly state: 'failed'; readonly why: string };

/** Asks the server to write a wish down. Never throws. */
export async function save(patient: string, wish: Wish): Promise<Saving> {
  try {
    const response = await fetch(`decisions/${encodeURIComponent(patient)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    });
    if (response.ok) return { state: 'saved', decision: (await response.json()) as Decision | null };
    if (response.status === 409) return { state: 'conflict', conflict: (await response.json()) as Conflict };
    return { state: 'failed', why: await faultIn(response) };
  } catch {
    return { state: 'failed', why: 'no answer from swinprep review' };
  }
}

/** What went wrong, by an answer of the server that is no success. */
export async function faultIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as Fault).message;
  } catch {
    return `swinprep review answered with status ${response.status}`;
  }
}

/** The wish for a decision as it was, in place of what stands now. */
export function wishFor(wanted: Decision | null, replaces: Decision | null): Wish {
  if (wanted === null) return { decision: null, replaces };
  const { patient_id: _patient, decided_utc: _time, ...decision } = wanted;
  return { decision, replaces };
}

export function sameDecision(a: Decision | null, b: Decision | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a decision says what was wished for. */
export function sameWish(wish: Wish, decision: Decision | null): boolean {
  return JSON.stringify(wish.decision) === JSON.stringify(wishFor(decision, null).decision);
}

/** Codes of the flags that lie before the reviewer of a patient. */
export function flagsBefore({ output }: ReviewPatient): string[] {
  return output?.flags.map(({ code }) => code) ?? [];
}

/** Tells every change that any window makes, and when the server is there again or gone. */
export function listen(on: {
  readonly change: (change: Change) => void;
  readonly open: () => void;
  readonly lost: () => void;
}): void {
  const events = new EventSource('events');
  events.addEventListener('message', ({ data }) => on.change(JSON.parse(data as string) as Change));
  events.addEventListener('open', on.open);
  events.addEventListener('error', on.lost);
}
