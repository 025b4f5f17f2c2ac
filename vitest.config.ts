import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Python, a builder of images, or minutes: vitest.{reference,image,memory}.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.{reference,image,memory}.test.ts'],
    globalSetup: 'test/support/scratch.ts',
    // The pipeline tests run the built command line over whole patients.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
