import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need minutes, Python or a builder of images: vitest.{slow,memory,reference,image}.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.{slow,memory,reference,image}.test.ts'],
    globalSetup: 'test/support/scratch.ts',
    // By itself Vitest leaves one core free: of two, half of them.
    maxWorkers: '100%',
    // Files share a process, and the modules it has loaded: a process for each file took longer than most tests.
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
