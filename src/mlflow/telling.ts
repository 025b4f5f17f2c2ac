import { TrackingError } from '../errors.ts';

/** What may be said of a failure: messages of any but our own errors may hold whatever, a token too. */
export function tellable(error: unknown): string {
  if (error instanceof TrackingError) return error.message;
  return `nothing is logged any more (${error instanceof Error ? error.name : 'unknown error'})`;
}
