import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How far away a server is made. */
export interface Distance {
  /** From the last byte of a request to the first of its answer, beside what the server itself takes. */
  readonly delayMs: number;
  /** What one connection carries each way. */
  readonly bytesPerSecond: number;
}

export interface FarServer {
  /** The server's URL as seen from afar. */
  readonly url: string;
  close(): Promise<void>;
}

/** Passes on what comes, each chunk when `dueMs` (of `performance.now`) says. */
async function carry(from: Socket, to: Socket, dueMs: (bytes: number) => number): Promise<void> {
  try {
    for await (const chunk of from) {
      const wait = dueMs(chunk.length) - performance.now();
      // Timers know whole milliseconds; what is left over counts with the next chunk.
      if (wait >= 1) await sleep(wait);
      if (!to.write(chunk)) await once(to, 'drain');
    }
    to.end();
  } catch {
    to.destroy();
  }
}

/** The moment at which a connection has carried so many bytes more. */
function pace(bytesPerSecond: number): (bytes: number) => number {
  let freeAt = 0;
  return (bytes) => {
    freeAt = Math.max(freeAt, performance.now()) + (1000 * bytes) / bytesPerSecond;
    return freeAt;
  };
}

/**
 * Makes an HTTP/1.1 server seem to lie far away. It knows connections, not requests: on one connection answers follow their
 * requests, so that the first bytes after some of the client's begin an answer. Requests on several connections wait side by
 * side.
 */
export async function fromAfar(target: string, { delayMs, bytesPerSecond }: Distance): Promise<FarServer> {
  const { hostname, port, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // The end of one is told to the other where it is read.
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    const [up, down] = [pace(bytesPerSecond), pace(bytesPerSecond)];
    let answersFrom = 0;
    void carry(client, upstream, (bytes) => {
      const due = up(bytes);
      answersFrom = due + delayMs;
      return due;
    });
    void carry(upstream, client, (bytes) => Math.max(answersFrom, down(bytes)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
