import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { findPatients } from '../../src/raw/patients.ts';
import { openStore } from '../../src/storage/open.ts';
import { startAzurite } from '../support/azure/azurite.ts';
import { startProxy } from '../support/azure/proxy.ts';
import { phantoms } from '../support/phantoms.ts';

const config = resolveConfig({ preset: 'lung1', file: { name: 'c.yml', text: 'raw: {patients: header}' } });

test.each([
  ['a heap', (_: string, i: number) => `${(i * 7919) % 10_007}.dcm`, 1],
  ['series folders', (key: string) => key, 0.3],
])(
  '%s costs at most a request of 32 KiB a file, and none once its headers are kept',
  async (_, keyOf, most) => {
    const azurite = await startAzurite();
    const asked: string[] = [];
    const proxy = await startProxy(azurite.url, ({ method, headers, url = '' }) => {
      if (method === 'GET' && !url.includes('comp=list')) asked.push(`${headers['x-ms-range']}`);
      return false;
    });
    try {
      const store = await openStore(`${azurite.url}/raw`);
      const files = (await phantoms(3)).filter(({ key }) => key.endsWith('.dcm'));
      for (const [i, { key, bytes }] of files.entries())
        await store.write(keyOf(key.slice('raw/'.length), i), bytes);
      const kept = await openStore(`${azurite.url}/interim`);
      const find = () => findPatients({ raw: `${proxy.url}/raw`, config, kept, report: () => {} });
      const first = await find();
      expect(first.patients.size).toBe(3);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.length).toBeLessThanOrEqual(most * files.length);
      expect(asked.every((range) => /^bytes=0-(\d+)$/.test(range) && Number(range.slice(8)) < 2 ** 15)).toBe(
        true,
      );
      asked.length = 0;
      expect(await find()).toEqual({ ...first, headersRead: 0 });
      expect(asked).toEqual([]);
    } finally {
      await proxy.close();
      await azurite.close();
    }
  },
);
