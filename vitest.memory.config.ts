import { defineConfig } from 'vitest/config';

/** `npm run test:memory`: runs patients of 1200 slices within a memory limit. */
export default defineConfig({
  test: {
    globalSetup: 'test/support/scratch.ts',
    include: ['test/memory/**/*.memory.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
});
