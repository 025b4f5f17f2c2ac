import { describe } from 'vitest';
import { FEW_LAYOUTS } from '../support/lung1-layouts/layouts.ts';
import { holdLayouts } from '../support/lung1-layouts/outcomes.ts';
import { hasSharedData } from '../support/shared-data.ts';

// All others: lung1-layouts.slow.test.ts.
describe.runIf(hasSharedData)('two real patients, laid out anew', () => holdLayouts(FEW_LAYOUTS));
