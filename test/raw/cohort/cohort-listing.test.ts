import { test } from 'vitest';
import { expectDealt } from '../../support/listed-container.ts';

// As many as a real cohort has, with memory flat: cohort-listing.slow.test.ts.
test('patients and blobs are listed page by page, weighed and dealt', () =>
  expectDealt({ patients: 24, slices: 30, page: 20 }));
