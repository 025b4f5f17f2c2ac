import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Files that start processes, each in a small one of its own: of one that has held volumes a start takes a hundred
 * milliseconds, of a fresh one four. Beside them those that measure memory, one before which no codec may be loaded, and one that
 * spoils memory that is given back.
 */
const alone = [
  'test/{bench,docs,estimate,function,pages,review,terminal,whole-runs}/**/*.test.ts',
  'test/azureml/{arm,local}/**/*.test.ts',
  'test/azureml/yaml/{expressions,lint}.test.ts',
  'test/dicom/codec/codecs.test.ts',
  'test/records/records.test.ts',
  'test/nifti/igzip.test.ts',
  'test/steps/**/{cohort,given-back,hostile-cohort,leave-measures,limit,nifti-inputs,renormalise}.test.ts',
  'test/storage/{blob,folder}/*.test.ts',
  'test/storage/{tar,zip}/*.test.ts',
];

// They need minutes, Python or a builder of images: vitest.{slow,memory,reference,image}.config.ts.
const exclude = [...configDefaults.exclude, 'test/**/*.{slow,memory,reference,image}.test.ts'];

export default defineConfig({
  test: {
    globalSetup: 'test/support/scratch.ts',
    // By itself Vitest leaves one core free: of two, half of them.
    maxWorkers: '100%',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: 'alone', include: alone, exclude } },
      {
        extends: true,
        test: {
          // The others share a process a core, and the modules that it has loaded.
          name: 'shared',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...alone],
        },
      },
    ],
  },
});
