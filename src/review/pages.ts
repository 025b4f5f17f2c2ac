import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

const UNFRAMED = "frame-ancestors 'none'";

/** On every answer: nobody else may read, frame, keep or be told of it. */
const GUARDS = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; ${UNFRAMED}`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function guard(response: ServerResponse): void {
  for (const [name, value] of Object.entries(GUARDS)) response.setHeader(name, value);
}

/** NiiVue shows textures and 3-D by images and workers that it makes itself. */
const VIEWER_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' data: blob:",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Of `dist/pages`, by the name under which it is served. */
export const VIEWER: Readonly<Record<string, Omit<Page, 'bytes'> & { readonly file: string }>> = {
  viewer: { file: 'viewer.html', type: 'text/html; charset=utf-8', policy: VIEWER_POLICY },
  'viewer.js': { file: 'viewer.js', type: 'text/javascript; charset=utf-8' },
  'viewer.css': { file: 'viewer.css', type: 'text/css; charset=utf-8' },
};

/** What is shown to a browser. */
export interface Page {
  readonly type: string;
  /** What it may do; absent: nothing. */
  readonly policy?: string;
  readonly bytes: Uint8Array;
}

/** A part of the viewer, as `npm run build` left it. */
export function viewerPage(name: string): Page {
  const { file, ...page } = VIEWER[name];
  return { ...page, bytes: readFileSync(new URL(`../../dist/pages/${file}`, import.meta.url)) };
}

export function sendPage(response: ServerResponse, { type, policy, bytes }: Page): void {
  if (policy !== undefined) response.setHeader('content-security-policy', `${policy}; ${UNFRAMED}`);
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(value));
}
