import { beforeAll, describe } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { makeOddCohorts } from '../support/odd-cohorts/make.ts';
import { holdOutcomes } from '../support/odd-cohorts/outcomes.ts';
import { hasSharedData } from '../support/shared-data.ts';

// The same of cohorts that pydicom and highdicom wrote: test/reference/odd-cohorts.reference.test.ts.
describe.runIf(hasSharedData)('cohorts as real downloads and archives leave them', () => {
  const place = temporaryFolder();
  beforeAll(() => makeOddCohorts(place));
  holdOutcomes(() => place);
});
