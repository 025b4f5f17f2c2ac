import type { ReadableStore } from '../../src/storage/store.ts';

export interface Asked {
  readonly key: string;
  readonly start: number;
  readonly bytes: number;
}

/** Files in memory as a store, and what has been read of it. */
export function storeOfFiles(files: Readonly<Record<string, Uint8Array>>): ReadableStore & {
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const range = async (key: string, start: number, length: number) => {
    const bytes = files[key] && new Uint8Array(files[key].subarray(start, start + length));
    if (bytes !== undefined) asked.push({ key, start, bytes: bytes.length });
    return bytes;
  };
  return {
    uri: 'raw',
    asked,
    async *list(prefix = '') {
      const start = prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`;
      for (const key of Object.keys(files).sort())
        if (key.startsWith(start)) yield { key, bytes: files[key].length, version: `v${files[key].length}` };
    },
    read: (key) => range(key, 0, Number.POSITIVE_INFINITY),
    readStart: (key, bytes) => range(key, 0, bytes),
    readRange: range,
  };
}
