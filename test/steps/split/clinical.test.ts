import { expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { UsageError } from '../../../src/errors.ts';
import { readClinical } from '../../../src/steps/split/clinical.ts';

const parse = (text: string) =>
  readClinical('clinical.csv', new TextEncoder().encode(text), PRESETS.lung1.split);
