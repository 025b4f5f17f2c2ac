import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StorageError } from '../../../src/errors.ts';
import { BlobStore } from '../../../src/storage/blob/blob.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { type Intercept, startProxy } from '../../support/azure/proxy.ts';
import { gather, keysOf } from '../../support/gather.ts';

const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const MIB = 2 ** 20;

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

/** The container itself, past all our code. */
const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
const containerOf = (name: string) => new BlobServiceClient(azurite.url, credential).getContainerClient(name);
const text = (content: string) => new TextEncoder().encode(content);

/** A fresh container, also as seen through a proxy that spoils what `intercept` chooses. */
async function throughProxy(intercept: Intercept) {
  const name = randomUUID();
  const proxy = await startProxy(azurite.url, intercept);
  onTestFinished(() => proxy.close());
  const direct = await openStore(`${azurite.url}/${name}`);
  return { name, direct, uri: `${proxy.url}/${name}`, store: await openStore(`${proxy.url}/${name}`) };
}

/** The address with a SAS of the given permissions, signed with `key`. */
function sasUri(container: string, permissions: string, key = KEY): string {
  const sas = generateBlobSASQueryParameters(
    {
      containerName: container,
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    },
    new StorageSharedKeyCredential(ACCOUNT, key),
  );
  return `${azurite.url}/${container}?${sas}`;
}

describe('writing', () => {
  it('stages 20 MiB in blocks and stores the MD5 of the whole', async () => {
    const requests: string[] = [];
    const { name, store } = await throughProxy(({ method, url = '' }) => {
      if (method === 'PUT') requests.push(new URL(url, 'http://x').searchParams.get('comp') ?? 'put blob');
      return false;
    });
    await store.write('small.json', text('{}'));
    requests.length = 0;
    const bytes = new Uint8Array(randomBytes(20 * MIB));
    await store.write('p/ct.nii.gz', bytes);
    expect(requests).toEqual(['block', 'block', 'block', 'blocklist']);

    const md5 = createHash('md5').update(bytes).digest();
    const properties = await containerOf(name).getBlobClient('p/ct.nii.gz').getProperties();
    expect(Buffer.from(properties.contentMD5!)).toEqual(md5);
    expect(properties.contentType).toBe('application/gzip');
    expect((await gather(store.list('p')))[0].version).toBe(md5.toString('base64'));
    expect(Buffer.compare((await store.read('p/ct.nii.gz'))!, bytes)).toBe(0);
  });

  it.each([
    ['case.json', 'application/json'],
    ['qc.PNG', 'image/png'],
    ['split.csv', 'text/csv'],
    ['1-1.dcm', 'application/dicom'],
    ['LICENSE', 'application/octet-stream'],
  ])('gives %s the type %s and its MD5', async (key, type) => {
    const name = randomUUID();
    await (await openStore(`${azurite.url}/${name}`)).write(key, text(key));
    const properties = await containerOf(name).getBlobClient(key).getProperties();
    expect(properties.contentType).toBe(type);
    expect(Buffer.from(properties.contentMD5!)).toEqual(createHash('md5').update(key).digest());
  });

  it('has the service refuse bytes that were damaged on the way', async () => {
    const { store } = await throughProxy((request) => {
      const emit = request.emit.bind(request);
      request.emit = (event: string, chunk?: unknown) => {
        if (event === 'data' && Buffer.isBuffer(chunk)) chunk[0] ^= 1;
        return emit(event, chunk);
      };
      return false;
    });
    await expect(store.write('x', new Uint8Array(100))).rejects.toThrow(
      'Md5Mismatch: the bytes were damaged',
    );
    await expect(store.write('x', new Uint8Array(17 * MIB))).rejects.toThrow('Md5Mismatch');
    expect(await store.read('x')).toBeUndefined();
  });

  it('shows the old content when it is killed before the commit', async () => {
    let kill = () => {};
    const { store, uri, direct } = await throughProxy(({ url = '' }) => {
      if (!url.includes('comp=blocklist')) return false;
      kill();
      return true;
    });
    await direct.write('old', text('old'));
    for (const key of ['old', 'new']) {
      const child = spawn(process.execPath, [
        ...['--experimental-strip-types', '--no-warnings', '--input-type=module', '--eval'],
        `import { openStore } from ${JSON.stringify(import.meta.resolve('../../../src/storage/open.ts'))};
         const store = await openStore(${JSON.stringify(uri)});
         await store.write(${JSON.stringify(key)}, new Uint8Array(17 * 2 ** 20));`,
      ]);
      kill = () => child.kill('SIGKILL');
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    }
    expect(await keysOf(store)).toEqual(['old']);
    expect(await direct.read('old')).toEqual(text('old'));
    expect(await direct.read('new')).toBeUndefined();
    await direct.delete('new');
    await direct.write('new', text('new'));
    expect(await direct.read('new')).toEqual(text('new'));
  });
});

describe('reading', () => {
  it('fails rather than mixes when a blob is replaced between its ranges', async () => {
    const [before, after] = [new Uint8Array(24 * MIB).fill(1), new Uint8Array(24 * MIB).fill(2)];
    let ranges = 0;
    const { store, direct } = await throughProxy(async ({ method }) => {
      if (method === 'GET' && ++ranges === 2) await direct.write('x', after);
      return false;
    });
    await direct.write('x', before);
    const length = store.read('x').then((bytes) => bytes?.length);
    await expect(length).rejects.toThrow('HTTP 412 ConditionNotMet: the blob changed');
    expect(Buffer.compare((await store.read('x'))!, after)).toBe(0);
  });

  it('asks for the rest of a large blob while its first range comes', async () => {
    const bytes = new Uint8Array(randomBytes(24 * MIB));
    const first = 8 * MIB;
    const second = Promise.withResolvers<void>();
    let ranges = 0;
    const { name, store, direct } = await throughProxy(async ({ method }, response) => {
      if (method !== 'GET') return false;
      if (++ranges > 1) {
        second.resolve();
        return false;
      }
      const { etag } = await containerOf(name).getBlobClient('x').getProperties();
      const contentRange = `bytes 0-${first - 1}/${bytes.length}`;
      response.writeHead(206, { etag, 'content-length': first, 'content-range': contentRange });
      response.write(bytes.subarray(0, first / 2));
      // Its end comes only then: whoever waits for it before he goes on waits for ever.
      await second.promise;
      response.end(bytes.subarray(first / 2, first));
      return true;
    });
    await direct.write('x', bytes);
    expect(Buffer.compare((await store.read('x'))!, bytes)).toBe(0);
    expect(ranges).toBe(3);
  });

  it('takes the start of a blob by one request for no more', async () => {
    const sent: number[] = [];
    const { store, direct } = await throughProxy((_, response) => {
      const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
      response.writeHead = ((status: number, headers: string[]) => {
        sent.push(Number(headers[headers.findIndex((h) => /^content-length$/i.test(h)) + 1]));
        return writeHead(status, headers);
      }) as typeof response.writeHead;
      return false;
    });
    const bytes = new Uint8Array(randomBytes(MIB));
    await direct.write('x', bytes);
    await direct.write('short', text('short'));
    await direct.write('empty', text(''));
    expect(await store.readStart('x', 32_768)).toEqual(bytes.slice(0, 32_768));
    expect(sent).toEqual([32_768]);
    expect(await store.readStart('short', 32_768)).toEqual(text('short'));
    expect(sent).toEqual([32_768, 5]);
    expect(await store.readStart('empty', 32_768)).toEqual(text(''));
    expect(await store.readStart('none', 32_768)).toBeUndefined();
  });

  it('takes a range by one request for no more, a large one by several of one version', async () => {
    const asked: string[] = [];
    const { store, direct } = await throughProxy(({ headers }) => {
      asked.push(String(headers['x-ms-range']));
      return false;
    });
    const bytes = new Uint8Array(randomBytes(20 * MIB));
    await direct.write('x', bytes);
    expect(await store.readRange('x', 5000, 1000)).toEqual(bytes.slice(5000, 6000));
    expect(asked).toEqual(['bytes=5000-5999']);
    const large = (await store.readRange('x', MIB, 10 * MIB))!;
    expect(Buffer.compare(large, bytes.subarray(MIB, 11 * MIB))).toBe(0);
    expect(asked.slice(1)).toEqual([`bytes=${MIB}-${9 * MIB - 1}`, `bytes=${9 * MIB}-${11 * MIB - 1}`]);
    const end = (await store.readRange('x', 19 * MIB, 10 * MIB))!;
    expect(Buffer.compare(end, bytes.subarray(19 * MIB))).toBe(0);
    expect(asked).toHaveLength(4);
    expect(await store.readRange('x', 20 * MIB, 1)).toEqual(text(''));
  });

  it('asks for the rest of a start where the answer broke off', async () => {
    let asked = 0;
    const { store, direct } = await throughProxy(({ headers }, response) => {
      if (headers['x-ms-range'] !== undefined && asked++ === 0) breakOff(response, MIB);
      return false;
    });
    const bytes = new Uint8Array(randomBytes(4 * MIB));
    await direct.write('x', bytes);
    expect(Buffer.compare((await store.readStart('x', 3 * MIB))!, bytes.subarray(0, 3 * MIB))).toBe(0);
    expect(asked).toBe(2);
  });

  it('asks again from where an answer broke off', async () => {
    let whole = 0;
    const { store, direct } = await throughProxy(({ method, headers }, response) => {
      if (method === 'GET' && headers['x-ms-range'] !== undefined && whole++ % 2 === 0)
        breakOff(response, MIB);
      return false;
    });
    const bytes = new Uint8Array(randomBytes(20 * MIB));
    await direct.write('x', bytes);
    expect(Buffer.compare((await store.read('x'))!, bytes)).toBe(0);
    expect(whole).toBeGreaterThan(3);
  });
});

describe('listing', () => {
  it('leaves out blobs that stand for folders', async () => {
    const name = randomUUID();
    const store = await openStore(`${azurite.url}/${name}/data`);
    await store.write('p/ct', text('ct'));
    for (const [blob, metadata] of [
      ['data/', {}],
      ['data/p', { hdi_isfolder: 'true' }],
      ['data/p/empty/', {}],
    ] as const) {
      await containerOf(name).getBlockBlobClient(blob).upload('', 0, { metadata });
    }
    expect(await keysOf(store)).toEqual(['p/ct']);
    expect(await gather(store.children())).toEqual([{ kind: 'folder', name: 'p' }]);
  });
});

describe('failures', () => {
  const busy = (response: ServerResponse) => {
    response.writeHead(503, { 'x-ms-error-code': 'ServerBusy' }).end();
    return true;
  };

  it('that pass are retried', async () => {
    const failed = new Set<string>();
    const { store } = await throughProxy(({ method, url = '' }, response) => {
      const request = `${method} ${url.replace(/blockid=[^&]*/, '')}`;
      if (failed.has(request)) return false;
      failed.add(request);
      return busy(response);
    });
    const bytes = new Uint8Array(17 * MIB).fill(5);
    await store.write('x', bytes);
    await store.write('y', text('y'));
    expect(await keysOf(store)).toEqual(['x', 'y']);
    expect(Buffer.compare((await store.read('x'))!, bytes)).toBe(0);
    await store.delete('y');
    expect(failed.size).toBeGreaterThan(5);
  });

  it('that stay name the blob, the status, the code and what to do', async () => {
    const { name } = await throughProxy(() => false);
    const proxy = await startProxy(azurite.url, (_, response) => busy(response));
    onTestFinished(() => proxy.close());
    const client = new BlobServiceClient(proxy.url, credential, { retryOptions: { maxTries: 2 } });
    const store = new BlobStore(client.getContainerClient(name), 'p', `${proxy.url}/${name}/p`);
    const failure = store.read('ct.nii.gz');
    await expect(failure).rejects.toThrow(StorageError);
    await expect(failure).rejects.toThrow(
      `${proxy.url}/${name}/p/ct.nii.gz: cannot be read: HTTP 503 ServerBusy: the service is busy`,
    );
  });

  it('of a wrong SAS name the blob and show no signature', async () => {
    const name = randomUUID();
    await containerOf(name).create();
    const uri = sasUri(name, 'rwdl', Buffer.from('another key').toString('base64'));
    const signature = new URL(uri).searchParams.get('sig')!;
    const store = await openStore(uri);
    for (const attempt of [
      () => store.read('a/b'),
      () => store.write('a/b', text('x')),
      () => store.delete('a/b'),
    ]) {
      const error = await attempt().catch((error) => error);
      expect(error).toBeInstanceOf(StorageError);
      expect(error.message).toMatch(/^http.*\/a\/b: cannot be \w+: HTTP 403 AuthorizationFailure: /);
      expect(inspect(error)).not.toContain(signature);
      expect(inspect(error)).not.toContain(encodeURIComponent(signature));
    }
    await expect(keysOf(store)).rejects.toThrow(`${azurite.url}/${name}: cannot be listed: HTTP 403`);
  });

  it('of a SAS that allows reading alone say that writing is not allowed', async () => {
    const name = randomUUID();
    await (await openStore(`${azurite.url}/${name}`)).write('a', text('a'));
    const store = await openStore(sasUri(name, 'rl'));
    expect(await keysOf(store)).toEqual(['a']);
    expect(await store.read('a')).toEqual(text('a'));
    await expect(store.write('a', text('b'))).rejects.toThrow(/cannot be written: HTTP 403 \w+: /);
  });

  it('to create a missing container name the container', async () => {
    const name = randomUUID();
    const store = await openStore(sasUri(name, 'racwdl'));
    expect(await keysOf(store)).toEqual([]);
    await expect(store.write('a', text('a'))).rejects.toThrow(
      `container ${name} does not exist and could not be`,
    );
  });

  it('of a wrong key in the connection string name the blob', async () => {
    const wrong = Buffer.from('wrong').toString('base64');
    vi.stubEnv(
      'AZURE_STORAGE_CONNECTION_STRING',
      `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${wrong};BlobEndpoint=${azurite.url}`,
    );
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = await openStore(`${azurite.url}/container/p`);
    await expect(store.read('x.json')).rejects.toThrow('/container/p/x.json: cannot be read: HTTP 403');
  });
});

/** Lets about `limit` bytes of the answer through and then closes the connection. */
function breakOff(response: ServerResponse, limit: number): void {
  const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
  let sent = 0;
  response.write = (chunk: Uint8Array) => {
    if (sent >= limit) return false;
    sent += chunk.length;
    const goOn = write(chunk);
    if (sent >= limit) response.socket?.end();
    return goOn;
  };
}
