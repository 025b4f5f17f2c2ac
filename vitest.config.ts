import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Python: vitest.reference.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.reference.test.ts'],
    // The pipeline tests run the built command line over whole patients.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
