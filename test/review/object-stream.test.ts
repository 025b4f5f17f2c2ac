import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RANGE_BYTES, sendObject } from '../../src/review/object-stream.ts';
import type { Store } from '../../src/storage/store.ts';

/** More than a connection and its buffers hold. */
const BYTES = 40 * RANGE_BYTES + 17;

/** A volume of any length, byte i of which is i modulo 251, that counts what is read of it. */
class CountedVolume implements Pick<Store, 'uri' | 'stat' | 'readRange'> {
  readonly uri = 'interim';
  readonly lengths: number[] = [];
  version = 'first';
  onRead = (): void => {};

  async stat(key: string) {
    return key === 'A/ct.nii.gz' ? { key, bytes: BYTES, version: this.version } : undefined;
  }

  async readRange(_key: string, start: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(length, BYTES - start));
    for (let i = 0; i < bytes.length; i++) bytes[i] = (start + i) % 251;
    this.lengths.push(bytes.length);
    this.onRead();
    return bytes;
  }

  get read(): number {
    return this.lengths.reduce((sum, length) => sum + length, 0);
  }
}

/** An answer whose bytes nobody has asked for yet, and when the server is done with it. */
async function opened(volume: CountedVolume, key = 'A/ct.nii.gz') {
  let done: Promise<void> | undefined;
  const server = createServer((_, response) => {
    done = sendObject(response, { store: volume as unknown as Store, key }, 'application/gzip');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const asked = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { response, done: () => done! };
}

/** When nothing more is read: ten times in a row nothing was. */
async function settled(volume: CountedVolume): Promise<void> {
  for (let same = 0, before = -1; same < 10; same = before === volume.read ? same + 1 : 0) {
    before = volume.read;
    await pause(20);
  }
}

describe('a volume', () => {
  test('comes in ranges, whole and with its length', async () => {
    const volume = new CountedVolume();
    const { response, done } = await opened(volume);
    expect(Number(response.headers['content-length'])).toBe(BYTES);
    let at = 0;
    for await (const piece of response as AsyncIterable<Uint8Array>) {
      expect(piece[0]).toBe(at % 251);
      at += piece.length;
      expect((at - 1) % 251).toBe(piece.at(-1));
    }
    await done();
    expect([at, volume.read]).toEqual([BYTES, BYTES]);
    expect(Math.max(...volume.lengths)).toBe(RANGE_BYTES);
  });

  test('is read no faster than it is taken: never more than a range and what a connection holds', async () => {
    const volume = new CountedVolume();
    const { response } = await opened(volume);
    let taken = 0;
    let most = 0;
    volume.onRead = () => {
      most = Math.max(most, volume.read - taken);
    };
    await settled(volume);
    const held = volume.read;
    // Nobody has taken any yet: what is read lies in the connection.
    expect(held).toBeLessThan(BYTES / 2);
    for await (const piece of response as AsyncIterable<Uint8Array>) taken += piece.length;
    expect(taken).toBe(BYTES);
    expect(most).toBeLessThanOrEqual(held + 2 * RANGE_BYTES);
  });

  test('is read no further when whoever asked has gone', async () => {
    const volume = new CountedVolume();
    const { response, done } = await opened(volume);
    await once(response, 'readable');
    response.destroy();
    await done();
    const held = volume.read;
    expect(held).toBeLessThan(BYTES / 2);
    await settled(volume);
    expect(volume.read).toBe(held);
  });

  test.each([
    ['is exchanged', (volume: CountedVolume) => (volume.version = 'second')],
    ['fails', (volume: CountedVolume) => (volume.readRange = () => Promise.reject(new Error('gone')))],
  ])('that %s while it is read never arrives as if it were whole', async (_, spoil) => {
    const volume = new CountedVolume();
    const { response, done } = await opened(volume);
    spoil(volume);
    await expect(response.toArray()).rejects.toThrow('aborted');
    await done();
  });

  test('that is not there is 404', async () => {
    const { response } = await opened(new CountedVolume(), 'B/ct.nii.gz');
    expect(response.statusCode).toBe(404);
  });
});
