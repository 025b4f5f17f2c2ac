import { defineConfig } from 'vitest/config';

/** `npm run test:image`: builds docker/Dockerfile and runs the pipeline inside it. */
export default defineConfig({
  test: {
    include: ['test/image/**/*.image.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
});
