import type { Decision } from '../records/review.ts';
import type { Conflict, DecisionChange, Fault, ReviewPatient, Session, Wish } from '../review/api.ts';

/** What became of a wish. */
export type Saving =
  | { readonly state: 'saved'; readonly decision: Decision | null }
  | { readonly state: 'conflict'; readonly conflict: Conflict }
  | { readonly state: 'failed'; readonly why: string };

/** Whose review it is. Throws with what the server says, for people, where it does not tell. */
export const askSession = (): Promise<Session> => ask('session');

/** All patients as they are now. Throws as `askSession`. */
export const askPatients = (): Promise<readonly ReviewPatient[]> => ask('patients');

async function ask<Kind>(url: string): Promise<Kind> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(await faultIn(response));
  return (await response.json()) as Kind;
}

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
async function faultIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as Fault).message;
  } catch {
    return `swinprep review answered with status ${response.status}`;
  }
}

/** Tells every change that any window makes, and when the server is there (at first, and again after it was gone) or gone. */
export function listen(on: {
  readonly change: (change: DecisionChange) => void;
  readonly open: () => void;
  readonly lost: () => void;
}): void {
  const events = new EventSource('events');
  events.addEventListener('message', ({ data }) => on.change(JSON.parse(data as string) as DecisionChange));
  events.addEventListener('open', on.open);
  events.addEventListener('error', on.lost);
}
