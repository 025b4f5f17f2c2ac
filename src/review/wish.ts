import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { decisionSchema } from '../records/review.ts';
import type { Wish } from './api.ts';
import { BadRequest } from './bad-request.ts';

/** Two comments as long as a cell of a spreadsheet may be, escaped as JSON. */
const MOST_BYTES = 2 ** 20;

const { patient_id: _patient, decided_utc: _time, ...wished } = decisionSchema.shape;

const wishSchema = z.strictObject({
  decision: z.strictObject(wished).nullable(),
  replaces: decisionSchema.nullable(),
});

/** What a PUT asks for. A BadRequest is thrown where it is no JSON, too much of it, or no wish. */
export async function wishOf(request: IncomingMessage): Promise<Wish> {
  // A form of another site cannot send this type without asking first.
  if (!/^application\/json(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new BadRequest(415, 'a decision is sent as application/json');
  const bytes = await bodyOf(request);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BadRequest(400, 'the decision is no valid JSON');
  }
  const parsed = wishSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadRequest(400, `the decision is none: ${issue.path.join('.')}: ${issue.message}`);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw new BadRequest(413, `a decision has at most ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
