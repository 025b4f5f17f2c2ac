#!/usr/bin/env node
import module from 'node:module';
import { availableParallelism } from 'node:os';

const OLDEST_NODE = [22, 12] as const;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `swinprep needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.version}. After "npm ci" on Linux x64 a newer one is in node_modules: run "npx swinprep ..." or "npm run swinprep -- ..." in the project folder. Elsewhere install Node 24.`,
  );
  process.exitCode = 1;
} else {
  // Steps are processes with worker threads, all of which load the same modules: compiled once, they start faster.
  // The environment hands the place of the cache on to worker threads.
  const { directory } = module.enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
  // Gzip runs in libuv's thread pool, which has four threads by itself, however many cores there are.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  // Imported only now: the packages behind it do not load on an older Node.
  const { main } = await import('./terminal/program.ts');
  process.exitCode = await main(process.argv.slice(2));
}
