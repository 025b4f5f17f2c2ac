import { RestError, type RetryPolicyOptions, type retryPolicy } from '@azure/core-rest-pipeline';
import type { Budget } from './budget.ts';

type RetryStrategy = Parameters<typeof retryPolicy>[0][number];
type Outcome = Parameters<RetryStrategy['retry']>[0];

/** Tries of a request beyond the first: with the waits below they take four seconds. */
export const MOST_REPEATS: RetryPolicyOptions = { maxRetries: 4 };
const FIRST_WAIT_MS = 250;

/** Nothing has reached the server: it listens nowhere, or cannot be found. */
const UNHEARD = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** The server may have heard it: the connection broke, before its answer or within. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', RestError.PARSE_ERROR]);
/** "Too Many Requests" and "Service Unavailable" are said of a request that was not looked at (RFC 9110, RFC 6585). */
const TURNED_AWAY = new Set([429, 503]);
const FAILED = new Set([408, 500, 502, 504]);

/** Whether a server may have done what a request asked for, though it ended like this. */
export function mayBeDone(status: number | undefined, code: string | undefined): boolean {
  return status === undefined ? !UNHEARD.has(code ?? '') : FAILED.has(status);
}

/** Seconds or a date (RFC 9110, 10.2.3) in milliseconds; undefined where it is neither. */
function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, 1000 * seconds);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** How long to wait before a request is sent again: twice as long each time, or as the server says; undefined: not again. */
export function waitBefore(
  { retryCount, response, responseError }: Outcome,
  onlyUnheard: boolean,
): number | undefined {
  const usual = FIRST_WAIT_MS * 2 ** retryCount;
  const code = responseError?.code;
  const status = response?.status;
  if (status !== undefined && TURNED_AWAY.has(status))
    return retryAfterMs(response?.headers.get('retry-after')) ?? usual;
  if (status === undefined && code !== undefined && UNHEARD.has(code)) return usual;
  if (onlyUnheard) return undefined;
  if (status === undefined) return code !== undefined && BROKEN.has(code) ? usual : undefined;
  return FAILED.has(status) ? usual : undefined;
}

/** Repeats what is worth it, and only as long as the wait fits into the budget. */
export function repeatWithin(budget: Budget, onlyUnheard: boolean): RetryStrategy {
  return {
    name: 'repeatWithin',
    retry(outcome) {
      const wait = waitBefore(outcome, onlyUnheard);
      return wait === undefined || wait >= budget.left() ? { skipStrategy: true } : { retryAfterInMs: wait };
    },
  };
}
