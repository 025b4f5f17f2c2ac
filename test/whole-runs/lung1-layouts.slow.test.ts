import { describe } from 'vitest';
import { MORE_LAYOUTS } from '../support/lung1-layouts/layouts.ts';
import { holdLayouts } from '../support/lung1-layouts/outcomes.ts';
import { hasSharedData } from '../support/shared-data.ts';

describe.runIf(hasSharedData)('two real patients in every layout and archive', () =>
  holdLayouts(MORE_LAYOUTS),
);
