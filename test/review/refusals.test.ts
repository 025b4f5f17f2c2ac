import { existsSync } from 'node:fs';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReviewServer, startReview } from '../../src/review/server.ts';
import { temporaryFolder } from '../support/cli.ts';
import { ask } from '../support/http-request.ts';
import { type MadeCohort, writeCohort } from '../support/made-cohort.ts';
import { wished } from '../support/review-windows.ts';

let cohort: MadeCohort;
let server: ReviewServer;
let port: string;
let token: string;
beforeAll(async () => {
  const out = temporaryFolder();
  cohort = await writeCohort(out, join(out, 'manifest'), { ok: ['A'], excluded: ['E'], absent: ['N'] });
  server = await startReview({ ...cohort, reviewer: '', port: 0 });
  [, port, token] = /^http:\/\/127\.0\.0\.1:(\d+)\/([0-9a-f]{32})\/$/.exec(server.url)!;
});
afterAll(() => server.close());

const get = (headers: OutgoingHttpHeaders, path = 'session') => ask(server.url + path, { headers });

describe('who asks', () => {
  test.each([
    ['another name for this machine, as by DNS rebinding', { host: 'example.org' }],
    ['the right name with another port', { host: '127.0.0.1:1' }],
    ['the right name without port', { host: '127.0.0.1' }],
    ['a page of another site', { origin: 'https://example.org' }],
    ['a page of another port here', { origin: 'http://127.0.0.1:1' }],
    ['a page of no origin, as from disk', { origin: 'null' }],
    ['a link, picture or script of another site', { 'sec-fetch-site': 'cross-site' }],
    ['one of another port here', { 'sec-fetch-site': 'same-site' }],
  ])('%s is refused and told nothing', async (_, headers) => {
    const { status, body } = await get(headers);
    expect([status, body.length]).toEqual([403, 0]);
  });

  test.each([
    ['the address typed', { 'sec-fetch-site': 'none' }],
    ['the page itself', { 'sec-fetch-site': 'same-origin' }],
  ])('%s is heard', async (_, headers) => {
    expect((await get(headers)).status).toBe(200);
    expect((await get({ ...headers, origin: new URL(server.url).origin })).status).toBe(200);
  });

  test('localhost is heard, and is an origin of its own', async () => {
    const host = `localhost:${port}`;
    expect((await get({ host, origin: `http://${host}` })).status).toBe(200);
    expect((await get({ host, origin: new URL(server.url).origin })).status).toBe(403);
  });

  test('no Host at all is refused', async () => {
    const status = await new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET /${token}/session HTTP/1.0\r\n\r\n`),
      );
      socket.on('data', (bytes) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(bytes))![1])));
      socket.on('error', reject);
    });
    expect(status).toBe(403);
  });

  test.each(
    Object.values(networkInterfaces())
      .flatMap((known) => known ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address),
  )('nobody is heard at %s', async (address) => {
    const asked = request({ host: address, port, timeout: 5000 });
    await expect(
      new Promise((resolve, reject) => asked.on('response', resolve).on('error', reject).end()),
    ).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the token', () => {
  test.each([
    '',
    'session',
    `${'0'.repeat(32)}/session`,
    'TOKEN0/session',
    '/TOKEN/session',
    '%2e/TOKEN/session',
  ])('/%s is no way in', async (path) => {
    const { status, body, headers } = await ask(server.url, { path: `/${path.replace('TOKEN', token)}` });
    expect([status, body.length, headers['content-type']]).toEqual([404, 0, undefined]);
  });
});

describe('what is asked for', () => {
  test.each([
    'volumes/interim/A/case.json',
    'volumes/interim/A/../A/ct.nii.gz',
    'volumes/interim/A/%2e%2e%2fA%2fct.nii.gz',
    'volumes/interim/%2e%2e/interim/A/ct.nii.gz',
    'volumes/interim/A%2fct.nii.gz',
    'volumes/interim/A/ct.nii.gz/',
    'volumes/interim//ct.nii.gz',
    'volumes/interim/N/ct.nii.gz',
    'volumes/interim/Z/ct.nii.gz',
    'volumes/roi/A/meta.json',
    'volumes/roi/A/ct_roi_norm.nii.gz',
    'volumes/roi/E/ct_roi_hu.nii.gz',
    'volumes/manifest/A/manifest.json',
    'volumes/__proto__/A/ct.nii.gz',
    'pictures/E',
    'pictures/%',
    'pictures/__proto__',
    'constructor',
    'viewer.licences.txt',
    '../package.json',
    '..%2f..%2fpackage.json',
    'decisions/A',
  ])('%s is not there', async (path) => {
    const { status, body } = await ask(server.url, { path: `/${token}/${path}` });
    expect([status, body.length]).toEqual([404, 0]);
  });

  test.each(['POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])('%s is not answered', async (method) => {
    const { status, headers } = await ask(`${server.url}decisions/A`, { method });
    expect([status, headers['access-control-allow-origin']]).toEqual([405, undefined]);
  });
});

describe('a decision', () => {
  const put = (path: string, type: string | undefined, body: string) =>
    ask(server.url + path, {
      method: 'PUT',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
  const wish = JSON.stringify({ decision: wished('A'), replaces: null });

  test.each([
    ['as a form of another site could send it', 'text/plain', wish, 415],
    ['without a type', undefined, wish, 415],
    ['of another kind of JSON', 'application/json-patch', wish, 415],
    ['longer than a comment can be', 'application/json', `"${'a'.repeat(2 ** 20)}"`, 413],
  ])('%s is refused', async (_, type, body, status) => {
    expect((await put('decisions/A', type, body)).status).toBe(status);
  });

  test('on nobody of the cohort is refused', async () => {
    expect((await put('decisions/Z', 'application/json', wish)).status).toBe(404);
  });

  test('and none of these is written', () => {
    expect(existsSync(cohort.review)).toBe(false);
  });
});

test.each([
  '',
  'viewer.js',
  'session',
  'patients',
  'pictures/A',
  'volumes/roi/A/ct_roi_hu.nii.gz',
  'no-such',
])('every answer (%j) says what others may do with it: nothing', async (path) => {
  const { headers } = await ask(server.url + path);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
  });
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});
