import type { ServerResponse } from 'node:http';
import type { DecisionChange } from './api.ts';

/** So often something is sent, by which both sides notice that the other is gone. */
const HEARTBEAT_MS = 15_000;

/** The windows that listen, as streams of server-sent events. */
export class Events {
  readonly #windows = new Set<ServerResponse>();
  readonly #heart = setInterval(() => this.#send(': still here\n\n'), HEARTBEAT_MS).unref();

  /** Answers with a stream that ends with the window or with `close`. */
  listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': here\n\n');
    this.#windows.add(response);
    response.on('close', () => this.#windows.delete(response));
  }

  tell(change: DecisionChange): void {
    this.#send(`data: ${JSON.stringify(change)}\n\n`);
  }

  close(): void {
    clearInterval(this.#heart);
    for (const window of this.#windows) window.end();
  }

  #send(text: string): void {
    for (const window of this.#windows) window.write(text);
  }
}
