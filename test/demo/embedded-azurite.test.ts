import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startAzurite } from '../../src/demo/embedded-azurite.ts';
import { openStore } from '../../src/storage/open.ts';

it('runs apart from any other, leaves nothing on disk and stops', async () => {
  const before = await readdir(process.cwd());
  const [one, two] = await Promise.all([startAzurite(), startAzurite()]);
  expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
  await (await openStore(`${one.url}/raw`)).write('k', new Uint8Array(3));
  expect(await (await openStore(`${one.url}/raw`)).read('k')).toHaveLength(3);
  expect(await (await openStore(`${two.url}/raw`)).read('k')).toBeUndefined();
  await Promise.all([one.close(), two.close()]);
  await expect(fetch(one.url)).rejects.toThrow();
  expect((await readdir(process.cwd())).filter((name) => /azurite|blobstorage|\.log$/i.test(name))).toEqual(
    before.filter((name) => /azurite|blobstorage|\.log$/i.test(name)),
  );
});
