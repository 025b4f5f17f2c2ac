import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/storage/open.ts';
import { cpuSecondsOf, treeBytes } from './process-tree.ts';
import type { Beside } from './row.ts';

const SERVER = fileURLToPath(new URL('./azurite-server.ts', import.meta.url));

const SAMPLE_EVERY_MS = 50;

export interface AzuriteProcess {
  readonly url: string;
  /** Begins to watch it; the answer tells what it took since. */
  watch(): () => Beside;
  /** SHA-256 of the volumes and pictures below a prefix of its container, by key. */
  volumeHashes(prefix: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts an Azurite in a process of its own that holds the files of a folder in memory. */
export async function azuriteWith(raw: string): Promise<AzuriteProcess> {
  const child = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', SERVER, raw], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.on('error', reject).on('close', (code) => reject(new Error(`Azurite ended with code ${code}`)));
  });
  const pid = child.pid!;
  return {
    url,
    watch() {
      const before = cpuSecondsOf(pid);
      let peakRssBytes = 0;
      const sampler = setInterval(() => {
        peakRssBytes = Math.max(peakRssBytes, treeBytes(pid));
      }, SAMPLE_EVERY_MS);
      return () => {
        clearInterval(sampler);
        return { name: 'Azurite', cpuS: cpuSecondsOf(pid) - before, peakRssBytes };
      };
    },
    async volumeHashes(prefix) {
      const store = await openStore(`${url}/bench/${prefix}`);
      const hashes: Record<string, string> = {};
      for await (const { key } of store.list()) {
        if (!/\.(nii\.gz|png)$/.test(key)) continue;
        hashes[key] = createHash('sha256')
          .update((await store.read(key))!)
          .digest('hex');
      }
      return hashes;
    },
    close() {
      child.stdin.end();
      return closed;
    },
  };
}
