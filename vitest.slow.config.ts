import { defineConfig } from 'vitest/config';

/** `npm run test:slow`: whole patients end to end, ranks and kills. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    globalSetup: 'test/support/scratch.ts',
    // By itself Vitest leaves one core free: of two, half of them.
    maxWorkers: '100%',
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
