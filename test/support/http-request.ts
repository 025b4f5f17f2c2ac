import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** As it is sent, with no `..` taken away. */
  readonly path?: string;
}

/** One request on a connection of its own, with the headers that are given and no others but Host. */
export function ask(url: string, { method, headers, body, path }: Asked = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent: false as const,
      method: method ?? 'GET',
      headers: headers ?? {},
      ...(path !== undefined && { path }),
    };
    const sent = request(url, options, (response) => {
      const pieces: Buffer[] = [];
      response
        .on('data', (piece: Buffer) => pieces.push(piece))
        .on('error', reject)
        .on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(pieces),
          }),
        );
    });
    sent.on('error', reject).end(body);
  });
}

export async function askJson<T>(url: string, asked: Asked = {}): Promise<{ status: number; value: T }> {
  const { status, body } = await ask(url, asked);
  return { status, value: JSON.parse(body.toString()) as T };
}

/** PUTs a value as JSON. */
export function putJson<T>(url: string, value: unknown): Promise<{ status: number; value: T }> {
  return askJson<T>(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
}
