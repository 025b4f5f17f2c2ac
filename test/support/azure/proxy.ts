import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxy {
  /** The target's URL as seen through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** Answers a request itself and returns true, or returns false to have it passed on. Awaited before anything is sent. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A plain HTTP proxy before one server, which lets a test spoil what it chooses. */
export async function startProxy(target: string, intercept: Intercept): Promise<Proxy> {
  const { hostname, port, pathname } = new URL(target);
  const server = createServer(async (incoming, outgoing) => {
    if (await intercept(incoming, outgoing)) return;
    const { method, url: path, headers } = incoming;
    const forwarded = request({ hostname, port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
