import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

/** On every answer: nobody else may read, frame, keep or be told of it. */
const GUARDS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

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
  "frame-ancestors 'none'",
].join('; ');

interface Page {
  readonly type: string;
  readonly policy?: string;
}

/** The viewer as `npm run build` left it, by names of `dist/pages`. */
export const VIEWER: Readonly<Record<string, Page & { readonly file: string }>> = {
  viewer: { file: 'viewer.html', type: 'text/html; charset=utf-8', policy: VIEWER_POLICY },
  'viewer.js': { file: 'viewer.js', type: 'text/javascript; charset=utf-8' },
  'viewer.css': { file: 'viewer.css', type: 'text/css; charset=utf-8' },
};

export function sendViewer(response: ServerResponse, { file, ...page }: (typeof VIEWER)[string]): void {
  sendPage(response, page, readFileSync(new URL(`../../dist/pages/${file}`, import.meta.url)));
}

export function sendPage(response: ServerResponse, { type, policy }: Page, bytes: Uint8Array): void {
  if (policy !== undefined) response.setHeader('content-security-policy', policy);
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(value));
}
