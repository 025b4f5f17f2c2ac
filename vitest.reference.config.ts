import { defineConfig } from 'vitest/config';

/** `npm run test:reference`: checks that run Python beside swinprep. They set up their own virtual environments. */
export default defineConfig({
  test: {
    include: ['test/reference/**/*.reference.test.ts'],
    globalSetup: 'test/reference/setup.ts',
    // One file at a time: each keeps every core busy by itself, and what they print stays together.
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
});
