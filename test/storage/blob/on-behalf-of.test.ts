import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { containerClient } from '../../../src/storage/blob/credentials.ts';
import { OnBehalfOfCredential } from '../../../src/storage/blob/on-behalf-of.ts';
import { type BlobLocation, parseLocation } from '../../../src/storage/location.ts';

const SCOPE = 'https://storage.azure.com/.default';
const NOW_S = Math.floor(Date.now() / 1000);

let server: Server;
let endpoint: string;
let asked: string[] = [];
let answers: { status: number; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, body } = answers.shift() ?? { status: 500, body: '' };
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/OBO/token`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  answers = [];
});

const answer = (body: unknown, status = 200): void => {
  answers.push({ status, body: typeof body === 'string' ? body : JSON.stringify(body) });
};

describe('the user who submitted the job', () => {
  // The request is that of AzureMLOnBehalfOfCredential of azure-ai-ml 1.35.2, and so are the forms of an answer.
  it.each([
    ['expires_on', { access_token: 't', expires_on: String(NOW_S + 3600) }, (NOW_S + 3600) * 1000],
    ['expiresOn', { token: 't', expiresOn: '2100-01-01T00:00:00Z' }, Date.UTC(2100, 0, 1)],
  ])('gives a token that ends as %s says', async (_, body, expiresOnTimestamp) => {
    answer(body);
    expect(await new OnBehalfOfCredential(endpoint).getToken(SCOPE)).toEqual({
      token: 't',
      expiresOnTimestamp,
    });
    expect(asked).toEqual(['GET /OBO/token?resource=https%3A%2F%2Fstorage.azure.com']);
  });

  it('gives a token that ends in expires_in seconds', async () => {
    answer({ access_token: 't', expires_in: 600 });
    const before = Date.now();
    const { expiresOnTimestamp } = await new OnBehalfOfCredential(endpoint).getToken([SCOPE]);
    expect(expiresOnTimestamp).toBeGreaterThanOrEqual(before + 600_000);
    expect(expiresOnTimestamp).toBeLessThanOrEqual(Date.now() + 600_000);
  });

  it('is asked once for a resource, and again when its token is about to end', async () => {
    const credential = new OnBehalfOfCredential(endpoint);
    answer({ access_token: 'long', expires_on: NOW_S + 3600 });
    answer({ access_token: 'other', expires_on: NOW_S + 3600 });
    expect((await credential.getToken(SCOPE)).token).toBe('long');
    expect((await credential.getToken(SCOPE)).token).toBe('long');
    expect((await credential.getToken('https://management.azure.com/.default')).token).toBe('other');
    expect(asked).toHaveLength(2);
    const short = new OnBehalfOfCredential(endpoint);
    answer({ access_token: 'first', expires_on: NOW_S + 60 });
    answer({ access_token: 'second', expires_on: NOW_S + 3600 });
    expect((await short.getToken(SCOPE)).token).toBe('first');
    expect((await short.getToken(SCOPE)).token).toBe('second');
  });

  it('is asked again where the endpoint fails', async () => {
    answer('', 503);
    answer({ access_token: 't', expires_on: NOW_S + 3600 });
    expect((await new OnBehalfOfCredential(endpoint).getToken(SCOPE)).token).toBe('t');
  });

  it.each([
    ['refuses', { access_token: 'secret', error: 'x' }, 400],
    ['gives nothing', { expires_on: NOW_S + 3600 }, 200],
    ['does not say how long its token lasts', { access_token: 'secret' }, 200],
    ['gives a token that has ended', { access_token: 'secret', expires_on: NOW_S - 60 }, 200],
    ['gives no JSON', 'secret', 200],
  ])('is no credential where the endpoint %s; the error quotes nothing of it', async (_, body, status) => {
    answer(body, status);
    const error = await new OnBehalfOfCredential(endpoint).getToken(SCOPE).catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: 'CredentialUnavailableError',
      message: expect.stringContaining('OBO_ENDPOINT gives no token'),
    });
    expect(String((error as Error).stack)).not.toContain('secret');
  });

  it('is who reads a container in a job that has OBO_ENDPOINT', async () => {
    const location = parseLocation('https://lungs.blob.core.windows.net/raw/a') as BlobLocation;
    answer({ access_token: 'of the user', expires_on: NOW_S + 3600 });
    const { credential } = await containerClient(location, { OBO_ENDPOINT: endpoint });
    const token = await (credential as unknown as OnBehalfOfCredential).getToken(SCOPE);
    expect(token).toEqual({ token: 'of the user', expiresOnTimestamp: (NOW_S + 3600) * 1000 });
    // Not in a job of another identity.
    expect((await containerClient(location, {})).credential).not.toBe(credential);
  });
});
