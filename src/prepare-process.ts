import module from 'node:module';
import { availableParallelism } from 'node:os';

/** Settings of Node that a process of swinprep has before it loads what the command line is made of. */
export function prepareProcess(): void {
  // Processes and their worker threads all load the same modules: compiled once, they start faster.
  // The environment hands the place of the cache on to worker threads.
  const { directory } = module.enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
  // Files are read and written in libuv's thread pool, and zlib deflates there where it is asked for. It has four threads by
  // itself, however many cores there are.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
}
