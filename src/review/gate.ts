import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request must have to be heard. */
export interface Gate {
  /** `127.0.0.1:PORT` and `localhost:PORT`: with another Host a name of elsewhere points here. */
  readonly hosts: readonly string[];
  readonly token: string;
}

/** The path behind the token, decoded part by part, or the status of a refusal, which tells nothing else. */
export function admit(request: IncomingMessage, { hosts, token }: Gate): readonly string[] | 403 | 404 {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (host === undefined || !hosts.includes(host)) return 403;
  if (origin !== undefined && origin !== `http://${host}`) return 403;
  // A page of another port of this machine is `same-site`.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 403;
  const [path] = (request.url ?? '').split('?', 1);
  const [start, given, ...rest] = path.split('/');
  if (start !== '' || given === undefined || !isSame(given, token)) return 404;
  try {
    return rest.map(decodeURIComponent);
  } catch {
    return 404;
  }
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
