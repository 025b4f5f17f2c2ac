import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Python, or a builder of images: vitest.reference.config.ts, vitest.image.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.reference.test.ts', 'test/**/*.image.test.ts'],
    // The pipeline tests run the built command line over whole patients.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
